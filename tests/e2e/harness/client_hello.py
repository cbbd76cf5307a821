"""A ClientHello as it left this machine, and its JA4 by the published method (github.com/FoxIO-LLC/ja4), computed here
on its own so that Brink's figure has something to be held against."""

import hashlib
import ssl
import struct

_GREASE = {0x0A0A + 0x1010 * n for n in range(16)}
_VERSIONS = {0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10"}


def over_memory(sock, context, server_name):
    """Does a handshake and answers the TLS object with the first flight that was sent."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=server_name)
    first = None
    while True:
        try:
            tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            done = False
        data = outgoing.read()
        first = first or data
        if data:
            sock.sendall(data)
        if done:
            return tls, incoming, outgoing, first
        received = sock.recv(65536)
        if not received:
            raise ConnectionError("the server closed during the handshake")
        incoming.write(received)


def ja4(record):
    """Of a TLS record that holds a whole ClientHello."""
    hello = record[5 + 4:]
    legacy_version = struct.unpack("!H", hello[:2])[0]
    at = 34
    at += 1 + hello[at]
    length = struct.unpack("!H", hello[at:at + 2])[0]
    ciphers = [c for (c,) in struct.iter_unpack("!H", hello[at + 2:at + 2 + length]) if c not in _GREASE]
    at += 2 + length
    at += 1 + hello[at]
    end = at + 2 + struct.unpack("!H", hello[at:at + 2])[0]
    at += 2
    extensions = {}
    while at < end:
        kind, size = struct.unpack("!HH", hello[at:at + 4])
        if kind not in _GREASE:
            extensions[kind] = hello[at + 4:at + 4 + size]
        at += 4 + size
    version = legacy_version
    if 43 in extensions:
        version = max(v for (v,) in struct.iter_unpack("!H", extensions[43][1:]) if v not in _GREASE)
    alpn = "00"
    if 16 in extensions:
        first = extensions[16][3:3 + extensions[16][2]]
        alpn = chr(first[0]) + chr(first[-1])
    algorithms = [f"{a:04x}" for (a,) in struct.iter_unpack("!H", extensions.get(13, b"\0\0")[2:])]
    hashed = sorted(f"{kind:04x}" for kind in extensions if kind not in (0, 16))
    return "_".join([
        f"t{_VERSIONS[version]}{'d' if 0 in extensions else 'i'}{min(len(ciphers), 99):02}"
        f"{min(len(extensions), 99):02}{alpn}",
        _hash(",".join(sorted(f"{cipher:04x}" for cipher in ciphers))),
        _hash(",".join(hashed) + ("_" + ",".join(algorithms) if algorithms else "")),
    ])


def _hash(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]
