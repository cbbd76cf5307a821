"""Clients that are slow on purpose, or idle in numbers: each wait has its end, and the others are served."""

import contextlib
import resource
import time

import pytest

from harness import clients, h2, origins, processes
from harness.brink import zone
from harness.clients import H1, client_context
from harness.h2 import HEADERS, RawH2, frame, header_block, request_fields
from harness.polling import PATIENCE, eventually

TIMEOUTS = {"tls_handshake": "700ms", "request_header": "700ms", "request_body": "700ms", "keep_alive": "700ms",
            "write": "700ms"}


@pytest.fixture(scope="module")
def node(module_started, origin):
    return module_started.brink(zone(origin), config={"edge": {"timeouts": TIMEOUTS}})


def others_are_served(node):
    """Without noticeable delay, over each protocol."""
    began = time.monotonic()
    assert clients.get(node.http, "/others").status == 200
    assert clients.get(node.https, "/others", tls=True).status == 200
    assert h2.get(node.https, "/others").status == 200
    assert time.monotonic() - began < 3.0 * PATIENCE


def test_a_head_that_does_not_come_is_408(node):
    with H1(node.http) as connection:
        connection.send("GET / HTTP/1.1\r\nHost: exam")
        assert connection.read_response().status == 408
        assert connection.is_closed()
    node.limit_is_hit("request_header")


def test_a_head_that_comes_in_drops_is_408_all_the_same(node):
    """Progress does not move the deadline, or slowloris would live for ever."""
    with H1(node.http) as connection:
        connection.send("GET / HTTP/1.1\r\nHost: example.com\r\n")
        connection.socket.settimeout(0.1)
        began = time.monotonic()
        while time.monotonic() - began < 5 * PATIENCE:
            try:
                connection.send("X: y\r\n")
                if not connection.reader.fill() or b"\r\n\r\n" in connection.reader.buffered():
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        assert connection.reader.buffered().startswith(b"HTTP/1.1 408")
        assert time.monotonic() - began < 3 * PATIENCE


def test_a_body_that_does_not_come_is_408(node, origin):
    before = node.limit_hits("request_body")
    with H1(node.http) as connection:
        connection.send("POST /slow-body HTTP/1.1\r\nHost: example.com\r\nContent-Length: 10\r\n\r\nabc")
        assert connection.read_response().status == 408
        assert connection.is_closed()
    node.limit_is_hit("request_body", before + 1)
    assert not any(request.complete for request in origin.requests_to("/slow-body"))


def test_a_body_that_does_not_come_over_h2_ends_its_stream(node, origin):
    before = node.limit_hits("request_body")
    with h2.H2(node.https) as connection:
        stream = connection.start("/slow-h2-body", "POST", more=True)
        connection.send_data(stream, b"abc")
        connection.until(lambda: stream.status is not None or stream.reset is not None or connection.closed)
        assert stream.status == 408 or stream.reset is not None
    node.limit_is_hit("request_body", before + 1)
    assert not any(request.complete for request in origin.requests_to("/slow-h2-body"))


def test_an_idle_connection_is_closed_without_a_word(node):
    with H1(node.http) as connection:
        assert connection.get("/").status == 200
        assert connection.rest() == b""
    node.limit_is_hit("keep_alive")


def test_a_connection_that_never_says_anything_is_closed(node):
    with H1(node.http) as connection:
        assert connection.rest()[:12] in (b"", b"HTTP/1.1 408")


def test_an_idle_h2_connection_gets_goaway(node):
    with h2.H2(node.https) as connection:
        assert connection.get("/").status == 200
        assert connection.until(lambda: connection.goaway is not None)
        assert connection.goaway[0] == h2.NO_ERROR


def test_an_h2_head_that_does_not_end_is_ended(node):
    with RawH2(node.https) as connection:
        connection.send(frame(HEADERS, 0, 1, header_block(request_fields("/"))))
        assert connection.until(lambda: connection.closed or connection.goaway_code is not None, within=5)


def test_a_handshake_that_does_not_come_is_closed(node):
    with H1(node.https) as connection:
        connection.send(b"\x16\x03\x01")
        connection.rest()
    node.limit_is_hit("tls_handshake")


@pytest.mark.parametrize("protocol", ["h1", "TLS", "h2"])
def test_one_who_does_not_read_is_closed_and_the_origin_let_go(node, origin, protocol):
    def pours(connection, request):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (256 << 20))
        for _ in range(256):
            connection.send(bytes(1 << 20))

    path = f"/pour-{protocol}"
    origin.on(path, pours)
    before = node.limit_hits("write")
    with contextlib.ExitStack() as stack:
        if protocol == "h2":
            connection = stack.enter_context(h2.H2(node.https, receive_buffer=32768, hold_windows=True))
            connection.start(path)
        else:
            port, tls = (node.http, None) if protocol == "h1" else (node.https, True)
            connection = stack.enter_context(H1(port, tls=tls, receive_buffer=32768))
            connection.send(clients.request(path))
        request = origin.request_to(path)
        node.limit_is_hit("write", before + 1, within=10)
        assert request.connection.ended_by_peer.wait(5 * PATIENCE)
        others_are_served(node)


def test_one_who_reads_slowly_but_reads_is_served_to_the_end(node, origin):
    """The write time-out is about no progress, not about the whole."""
    body = bytes(3 << 20)
    origin.on("/slow-read", origins.answers(200, body))
    with H1(node.http, receive_buffer=32768) as connection:
        connection.send(clients.request("/slow-read"))
        began, received = time.monotonic(), 0
        for step in range(8):
            eventually(lambda: time.monotonic() - began > 0.25 * (step + 1), saying="a quarter of a second has passed")
            while received < len(body) * (step + 1) // 8:
                assert connection.reader.fill(), "the connection was ended"
                received = len(connection.reader.everything)
        assert connection.read_response().body == body


def test_slowloris_is_ended_while_others_are_served(node):
    before = node.limit_hits("request_header")
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(H1(node.http)) for _ in range(300)]
        for connection in slow:
            connection.send("GET / HTTP/1.1\r\nHost: example.com\r\nX-Slow: ")
        others_are_served(node)
        node.limit_is_hit("request_header", before + 300, within=10)
        for connection in slow:
            assert connection.rest().startswith(b"HTTP/1.1 408")


def test_slow_uploads_are_ended_while_others_are_served(node):
    before = node.limit_hits("request_body")
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(H1(node.http)) for _ in range(100)]
        for connection in slow:
            connection.send("POST /slow-many HTTP/1.1\r\nHost: example.com\r\nContent-Length: 100\r\n\r\nx")
        others_are_served(node)
        node.limit_is_hit("request_body", before + 100, within=10)


IDLE = 10_000


@pytest.fixture
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE + 2000, max(hard, IDLE + 2000)))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, max(hard, IDLE + 2000)))


@pytest.mark.usefixtures("many_files")
def test_ten_thousand_idle_connections_cost_little_and_nobody_is_turned_away(started):
    node = started.brink(started.origin(), config={"edge": {
        "limits": {"connections_per_address": 2 * IDLE}, "timeouts": {"keep_alive": "1h", "request_header": "1h"}}})
    edge = node.role("edge")
    assert clients.get(node.https, "/", tls=True).status == 200
    files_before, memory_before = processes.open_files(edge), processes.resident_bytes(edge)
    context = client_context()
    with contextlib.ExitStack() as stack:
        plain = [stack.enter_context(H1(node.http)) for _ in range(IDLE // 2)]
        secure = [stack.enter_context(H1(node.https, tls=context)) for _ in range(IDLE // 2)]
        eventually(lambda: processes.open_files(edge) >= files_before + IDLE - 10, saying="all are accepted")
        grown = processes.grown(edge, since=memory_before)
        others_are_served(node)
        assert all(connection.get("/idle").status == 200 for connection in plain[::500] + secure[::500])
        assert grown < 250 << 20, f"{grown / (1 << 20):.0f} MiB for {IDLE} idle connections"
    eventually(lambda: processes.open_files(edge) < files_before + 50, saying="all are closed")
