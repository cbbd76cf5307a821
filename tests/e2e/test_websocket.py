"""WebSocket end to end: over HTTP/1.1 (RFC 6455) and over HTTP/2 (RFC 8441)."""

import os

import pytest
import websockets

from harness import clients, h2, websocket
from harness.brink import zone
from harness.clients import H1
from harness.origins import server_context
from harness.polling import eventually

UPGRADE = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
           ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
ENABLE_CONNECT_PROTOCOL = 8


@pytest.fixture(scope="module")
def sockets(module_started):
    return module_started.keep(websocket.WebSocketOrigin())


@pytest.fixture(scope="module")
def node(module_started, sockets):
    return module_started.brink(zone(sockets))


@pytest.mark.parametrize("tls", [False, True])
def test_messages_go_both_ways(node, tls):
    big = os.urandom(3 << 20)

    async def conversation(connection):
        for message in ("hello", "", "ünïcode", b"\0\xff", big):
            await connection.send(message)
            assert await connection.recv() == message
        return connection.subprotocol, connection.response_headers

    subprotocol, headers = websocket.converse(node.https if tls else node.http, conversation, tls=tls,
                                              subprotocols=["chat"])
    assert subprotocol == "chat" and headers["CF-Ray"]


def test_many_messages_stay_in_order(node):
    async def conversation(connection):
        for n in range(500):
            await connection.send(str(n))
        return [await connection.recv() for _ in range(500)]

    assert websocket.converse(node.https, conversation) == [str(n) for n in range(500)]


def test_the_origins_close_reaches_the_visitor(node):
    async def conversation(connection):
        await connection.send("close please")
        try:
            await connection.recv()
        except websockets.ConnectionClosed:
            return connection.close_code, connection.close_reason

    assert websocket.converse(node.https, conversation) == (4001, "as you wish")


def test_the_visitors_close_reaches_the_origin(node, sockets):
    before = len(sockets.close_codes)

    async def conversation(connection):
        await connection.close(4007, "bye")

    websocket.converse(node.https, conversation)
    eventually(lambda: 4007 in sockets.close_codes[before:], saying="the origin sees the close")


def test_a_visitor_that_vanishes_is_gone_for_the_origin_too(node, sockets):
    before = len(sockets.close_codes)
    with H1(node.http) as connection:
        assert connection.get("/socket", fields=UPGRADE).status == 101
    eventually(lambda: len(sockets.close_codes) > before, saying="the origin sees the end")


def test_the_handshake_arrives_with_what_a_proxy_adds(node, sockets):
    async def conversation(connection):
        return None

    websocket.converse(node.https, conversation, path="/handshake?x=1", extra_headers={"X-Mine": "1"})
    headers = next(headers for path, headers in sockets.handshakes if path == "/handshake?x=1")
    assert headers["X-Mine"] == "1" and headers["CF-Connecting-IP"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "https" and headers["Host"] == "example.com"


def test_bytes_sent_right_behind_the_handshake_are_not_lost(node):
    with H1(node.http) as connection:
        connection.send(clients.request("/socket", fields=UPGRADE)
                        + websocket.client_frame(websocket.TEXT, b"eager"))
        answer = connection.read_response()
        assert answer.status == 101 and answer.field("upgrade").lower() == "websocket"
        assert answer.field("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        assert connection.reader.exactly(7) == b"\x81\x05eager"


def test_a_refused_handshake_is_an_ordinary_answer(node):
    fields = [entry if entry[0] != "Sec-WebSocket-Version" else (entry[0], "99") for entry in UPGRADE]
    with H1(node.http) as connection:
        answer = connection.get("/socket", fields=fields)
        assert 400 <= answer.status < 500 and "proxy-status" not in answer.fields


def test_the_log_has_a_line_with_101(node):
    with H1(node.http) as connection:
        assert connection.get("/logged-socket", fields=UPGRADE).status == 101
    assert node.access_of("/logged-socket")["EdgeResponseStatus"] == 101


def test_an_idle_tunnel_is_closed_in_time(started, sockets):
    node = started.brink(zone(sockets), config={"edge": {"timeouts": {"tunnel_idle": "400ms"}}})
    with H1(node.http) as connection:
        assert connection.get("/socket", fields=UPGRADE).status == 101
        for _ in range(3):
            connection.send(websocket.client_frame(websocket.TEXT, b"x"))
            assert connection.reader.exactly(3) == b"\x81\x01x"
        connection.rest()  # ends, or the test's own time-out strikes
    node.limit_is_hit("tunnel_idle")


def connect(connection, path="/socket", protocol="websocket", **how):
    return connection.start(more=True, fields=[("sec-websocket-version", "13"), ("sec-websocket-protocol", "chat")],
                            pseudo=[(":method", "CONNECT"), (":protocol", protocol), (":scheme", "https"),
                                    (":authority", "example.com"), (":path", path)], **how)


def test_over_h2_messages_go_both_ways(node):
    with h2.H2(node.https) as connection:
        connection.get("/")
        assert connection.peer_settings.get(ENABLE_CONNECT_PROTOCOL) == 1
        stream = connect(connection)
        assert connection.until(lambda: stream.status is not None) and stream.status == 200
        assert "sec-websocket-accept" not in stream.fields and stream.field("sec-websocket-protocol") == "chat"
        big = os.urandom(200_000)
        for opcode, payload in ((websocket.TEXT, b"hello"), (websocket.BINARY, big), (websocket.PING, b"p")):
            stream.body = b""
            connection.send_data(stream, websocket.client_frame(opcode, payload))
            connection.until(lambda: websocket.server_frames(stream.body))
            answer = (websocket.PONG if opcode == websocket.PING else opcode, payload)
            assert websocket.server_frames(stream.body) == [answer]


def test_over_h2_a_close_ends_the_stream_and_not_the_connection(node, sockets):
    before = len(sockets.close_codes)
    with h2.H2(node.https) as connection:
        stream = connect(connection)
        connection.until(lambda: stream.status is not None)
        connection.send_data(stream, websocket.client_frame(websocket.CLOSE, b"\x0f\xa7"), end=True)
        connection.finish(stream)
        assert websocket.server_frames(stream.body) == [(websocket.CLOSE, b"\x0f\xa7")]
        eventually(lambda: 4007 in sockets.close_codes[before:], saying="the origin sees the close")
        assert connection.get("/after").status in (400, 426), "the origin wants an upgrade"


def test_over_h2_a_reset_ends_the_origins_connection(node, sockets):
    before = len(sockets.close_codes)
    with h2.H2(node.https) as connection:
        stream = connect(connection)
        connection.until(lambda: stream.status is not None)
        connection.cancel(stream)
        eventually(lambda: len(sockets.close_codes) > before, saying="the origin sees the end")


def test_over_h2_an_unknown_protocol_is_refused(node):
    with h2.H2(node.https) as connection:
        stream = connection.finish(connect(connection, protocol="no-such-protocol"))
        assert stream.status in (400, 405, 426, 501) or stream.reset is not None


def test_to_a_tls_origin_it_goes_too(started, authority):
    sockets = started.keep(websocket.WebSocketOrigin(tls=server_context(authority.issue("127.0.0.1", "example.com"))))
    node = started.brink(zone(sockets, tls="strict", origin_ca=str(authority.file)))

    async def conversation(connection):
        await connection.send("x")
        return await connection.recv()

    assert websocket.converse(node.https, conversation) == "x"
