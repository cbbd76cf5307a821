"""A raw HTTP/1.1 client: it sends exactly the bytes it is given and tells what came back and how it ended."""

import dataclasses
import json
import select
import socket
import ssl
import struct

from .http1 import Closed, Fields, Reader
from .polling import PATIENCE

_TIMEOUT_S = 10 * PATIENCE


@dataclasses.dataclass
class Response:
    status: int
    reason: str
    version: str
    fields: Fields
    body: bytes = b""
    trailers: Fields = dataclasses.field(default_factory=Fields)
    informational: list = dataclasses.field(default_factory=list)
    complete: bool = True  # false where the connection ended before the message did
    framing: str = "none"

    def field(self, name, default=None):
        return self.fields.get(name, default)

    def json(self):
        return json.loads(self.body)

    def seen(self, name):
        """The values of a field in the request that the origin described (see origins.describes)."""
        return [value for key, value in self.json()["fields"] if key.lower() == name.lower()]


def client_context(alpn=None, ca=None, minimum=None, maximum=None, ciphers=None, certificate=None):
    """A TLS client; without `ca` it believes every certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if ca:
        context.load_verify_locations(ca)
        context.check_hostname = True
        context.verify_mode = ssl.CERT_REQUIRED
    if alpn:
        context.set_alpn_protocols(alpn)
    if minimum:
        context.minimum_version = minimum
    if maximum:
        context.maximum_version = maximum
    if ciphers:
        context.set_ciphers(ciphers)
    if certificate:
        context.load_cert_chain(certificate.chain_file, certificate.key_file)
    return context


def dial(port, host="127.0.0.1", source=None, unix=None, receive_buffer=None, timeout=_TIMEOUT_S):
    """A connected socket."""
    family = socket.AF_UNIX if unix else socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.settimeout(timeout)
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    if source:
        sock.bind((source, 0))
    try:
        sock.connect(str(unix) if unix else (host, port))
    except BaseException:
        sock.close()
        raise
    if not unix:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def has_something(sock, within):
    """Whether there is something to read (the end too) within so many seconds."""
    if getattr(sock, "pending", lambda: 0)():
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(within * 1000))


class H1:
    """One connection. With `tls` (true, or a context) over TLS."""

    def __init__(self, port=None, tls=None, server_name="example.com", session=None, before_tls=b"", **where):
        self.socket = dial(port, **where)
        if before_tls:
            self.socket.sendall(before_tls)
        if tls:
            context = tls if isinstance(tls, ssl.SSLContext) else client_context()
            self.socket = context.wrap_socket(self.socket, server_hostname=server_name, session=session)
        self.reader = Reader(self.socket)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))
        return self

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def get(self, target="/", host="example.com", fields=(), method="GET", body=None, version="HTTP/1.1"):
        """Sends a request in good form and reads its response."""
        self.send(request(target, host, fields, method, body, version))
        return self.read_response(to=method)

    def read_head(self):
        version, _, rest = self.reader.line().decode("latin-1").partition(" ")
        code, _, reason = rest.partition(" ")
        return Response(int(code), reason, version, self.reader.fields())

    def read_response(self, to="GET"):
        """The next final response, with the informational ones before it."""
        informational = []
        while True:
            answer = self.read_head()
            if answer.status >= 200 or answer.status == 101:
                break
            informational.append(answer)
        answer.informational = informational
        if to != "HEAD" and answer.status not in (101, 204, 304) and not (to == "CONNECT" and answer.status < 300):
            self._read_body(answer)
        return answer

    def _read_body(self, answer):
        encoding, length = answer.field("transfer-encoding"), answer.field("content-length")
        parts = []
        try:
            if encoding:
                answer.framing = encoding
                while data := self.reader.chunk():
                    parts.append(data)
                answer.trailers = self.reader.fields()
            elif length is not None:
                answer.framing = "length"
                left = int(length)
                while left:
                    data = self.reader.up_to(left)
                    if not data:
                        raise Closed()
                    parts.append(data)
                    left -= len(data)
            else:
                answer.framing = "close"
                parts.append(self.reader.rest())
        except Closed as error:
            answer.complete = False
            parts.extend(bytes(part) for part in error.args)
        answer.body = b"".join(parts)

    def rest(self):
        """Everything until the server closes."""
        return self.reader.rest()

    def is_closed(self, within=3.0):
        """Whether the server closes within the time, sending nothing more."""
        self.socket.settimeout(within * PATIENCE)
        try:
            return not self.reader.buffered() and self.reader.rest() == b""
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(_TIMEOUT_S)


def request(target="/", host="example.com", fields=(), method="GET", body=None, version="HTTP/1.1"):
    """The bytes of a request in good form."""
    lines = [f"{method} {target} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in fields]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def get(port, target="/", host="example.com", fields=(), method="GET", body=None, **how):
    """One request on a connection of its own."""
    with H1(port, **how) as connection:
        return connection.get(target, host, fields, method, body)


def exchange(port, raw, to="GET", **how):
    """Sends the bytes, reads one response, and whether the server closed after it."""
    with H1(port, **how) as connection:
        connection.send(raw)
        answer = connection.read_response(to)
        return answer, connection.is_closed()


def proxy_status_error(answer):
    """The error token (RFC 9209) of the last member of Proxy-Status; None where it has none."""
    value = answer.field("proxy-status")
    if not value:
        return None
    for parameter in value.split(",")[-1].split(";")[1:]:
        name, _, token = parameter.strip().partition("=")
        if name == "error":
            return token.strip('"')
    return None
