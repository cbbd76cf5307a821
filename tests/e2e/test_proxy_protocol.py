"""The PROXY protocol, versions 1 and 2: believed from trusted peers only, spoken to origins that want it."""

import ipaddress
import struct

import pytest

from harness import clients, h2
from harness.brink import zone
from harness.clients import H1

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
TRUSTED, STRANGER = "127.0.0.1", "127.0.0.2"


def v2(source, destination, source_port=1234, destination_port=443, command=1, tlvs=b""):
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    family = 0x11 if source.version == 4 else 0x21
    body = source.packed + destination.packed + struct.pack("!HH", source_port, destination_port) + tlvs
    return SIGNATURE + bytes([0x20 | command, family]) + struct.pack("!H", len(body)) + body


LOCAL = SIGNATURE + b"\x20\x00\0\0"
V1 = b"PROXY TCP4 6.6.6.6 7.7.7.7 1234 80\r\n"


@pytest.fixture(scope="module")
def node(module_started, origin):
    return module_started.brink(zone(origin), config={"edge": {"proxy_protocol_from": [f"{TRUSTED}/32"]}})


@pytest.mark.parametrize("header, address", [
    (V1, "6.6.6.6"), (b"PROXY TCP6 2001:db8::1 2001:db8::2 1234 80\r\n", "2001:db8::1"),
    (v2("6.6.6.6", "7.7.7.7"), "6.6.6.6"), (v2("2001:db8::1", "2001:db8::2"), "2001:db8::1"),
    (v2("6.6.6.6", "7.7.7.7", tlvs=b"\x04\0\x20" + bytes(32)), "6.6.6.6"),
    (b"PROXY UNKNOWN\r\n", TRUSTED), (b"PROXY UNKNOWN ffff:: ffff:: 1 2\r\n", TRUSTED), (LOCAL, TRUSTED),
], ids=["v1 TCP4", "v1 TCP6", "v2 IPv4", "v2 IPv6", "v2 with TLVs", "v1 UNKNOWN", "v1 UNKNOWN with words", "v2 LOCAL"])
def test_a_trusted_peer_is_believed(node, header, address):
    with H1(node.http, source=TRUSTED) as connection:
        connection.send(header)
        answer = connection.get("/")
        assert answer.seen("cf-connecting-ip") == [address]
        assert answer.seen("x-forwarded-for") == [address]
        assert connection.get("/second").seen("cf-connecting-ip") == [address], "it holds for the whole connection"


def test_the_log_has_the_visitors_address_and_port(node):
    with H1(node.http, source=TRUSTED) as connection:
        connection.send(V1).get("/proxied")
    line = node.access_of("/proxied")
    assert line["ClientIP"] == "6.6.6.6" and line["ClientSrcPort"] == 1234


@pytest.mark.parametrize("header", [V1, v2("6.6.6.6", "7.7.7.7")], ids=["v1", "v2"])
def test_it_comes_before_tls(node, header):
    with H1(node.https, tls=True, before_tls=header, source=TRUSTED) as connection:
        assert connection.get("/").seen("cf-connecting-ip") == ["6.6.6.6"]


def test_it_may_come_byte_by_byte(node):
    with H1(node.http, source=TRUSTED) as connection:
        for byte in v2("6.6.6.6", "7.7.7.7"):
            connection.send(bytes([byte]))
        assert connection.get("/").seen("cf-connecting-ip") == ["6.6.6.6"]


@pytest.mark.parametrize("header", [V1, v2("6.6.6.6", "7.7.7.7")], ids=["v1", "v2"])
def test_a_stranger_is_not_believed(node, origin, header):
    with H1(node.http, source=STRANGER) as connection:
        connection.send(header + clients.request("/stranger"))
        assert b"HTTP/1.1 200" not in connection.rest()
    assert not origin.requests_to("/stranger")
    answer = clients.get(node.http, "/", source=STRANGER)
    assert answer.status == 200 and answer.seen("cf-connecting-ip") == [STRANGER], "without a header he is served"


MALFORMED = {
    "v1 without a port": b"PROXY TCP4 6.6.6.6 7.7.7.7 1234\r\n",
    "v1 without an address": b"PROXY TCP4 six 7.7.7.7 1234 80\r\n",
    "v1 with too great a port": b"PROXY TCP4 6.6.6.6 7.7.7.7 1 99999\r\n",
    "v1 of no family": b"PROXY TCP9 6.6.6.6 7.7.7.7 1234 80\r\n",
    "v1 of another family": b"PROXY TCP6 6.6.6.6 7.7.7.7 1234 80\r\n",
    "v1 too long": b"PROXY " + b"x" * 200 + b"\r\n",
    "v1 with LF alone": b"PROXY TCP4 6.6.6.6 7.7.7.7 1234 80\n",
    "v2 of another version": SIGNATURE + b"\x31\x11\0\x0c" + bytes(12),
    "v2 too short": SIGNATURE + b"\x21\x11\0\x04" + bytes(4),
    "v2 of no command": SIGNATURE + b"\x2f\x11\0\x0c" + bytes(12),
    "v2 too long": SIGNATURE + b"\x21\x11\xff\xff" + bytes(1000),
    "none": b"",
}


@pytest.mark.parametrize("header", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_header_ends_the_connection(node, origin, header):
    before = len(origin.requests_to("/malformed"))
    with H1(node.http, source=TRUSTED) as connection:
        try:
            connection.send(header + clients.request("/malformed")).half_close()
        except OSError:
            pass  # closed already
        assert b"HTTP/1.1 200" not in connection.rest()
    assert len(origin.requests_to("/malformed")) == before


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_an_origin_is_told_of_each_visitor_by_his_own_connection(started, version):
    origin = started.origin(proxy_header=True)
    node = started.brink(zone(origin, origin_proxy_protocol=version))
    for source in ("127.0.0.5", "127.0.0.6", "127.0.0.5"):
        with H1(node.http, source=source) as connection:
            port = connection.socket.getsockname()[1]
            index = connection.get("/").json()["connection"]
            header = origin.connections[index].proxy_header
            if version == "v1":
                assert header == f"PROXY TCP4 {source} 127.0.0.1 {port} {node.http}\r\n".encode()
            else:
                assert header[:16] == SIGNATURE + b"\x21\x11\0\x0c"
                assert header[16:] == (ipaddress.ip_address(source).packed + b"\x7f\0\0\1"
                                       + struct.pack("!HH", port, node.http))


def test_an_origin_is_told_of_an_h2_visitor_too(started):
    origin = started.origin(proxy_header=True)
    node = started.brink(zone(origin, origin_proxy_protocol="v1"))
    with h2.H2(node.https) as connection:
        port = connection.socket.getsockname()[1]
        index = connection.get("/").json()["connection"]
    assert origin.connections[index].proxy_header == f"PROXY TCP4 127.0.0.1 127.0.0.1 {port} {node.https}\r\n".encode()
