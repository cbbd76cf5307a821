"""Every limit of what a visitor may send: the answer, the count in brink_edge_limit_hits_total, and that the others
are served."""

import pytest

from harness import clients, h2
from harness.brink import zone
from harness.clients import H1
from harness.h2 import END_HEADERS, END_STREAM, HEADERS, RawH2, frame, header_block, request_fields
from harness.origins import Held
from harness.polling import eventually

LIMITS = {"header_bytes": "8KiB", "header_count": 32, "uri_bytes": "1KiB", "body_bytes": "64KiB",
          "connections_per_address": 20, "streams": 8, "requests_per_connection": 10}


@pytest.fixture(scope="module")
def node(module_started, origin):
    return module_started.brink(zone(origin), config={"edge": {"limits": LIMITS}})


def over(node, protocol, path="/limited", fields=(), method="GET", body=None):
    if protocol == "h1":
        return clients.get(node.http, path, fields=fields, method=method, body=body)
    return h2.get(node.https, path, fields=[(name.lower(), value) for name, value in fields], method=method, body=body)


def hits_one_more(node, limit, action):
    """Runs it and sees the limit counted."""
    before = node.limit_hits(limit)
    answer = action()
    node.limit_is_hit(limit, at_least=before + 1)
    return answer


@pytest.mark.parametrize("protocol", ["h1", "h2"])
def test_too_many_bytes_of_fields_are_431(node, origin, protocol):
    fields = [(f"X-{n}", "x" * 1000) for n in range(9)]
    assert over(node, protocol, "/fields-ok", fields[:6]).status == 200
    answer = hits_one_more(node, "header_bytes", lambda: over(node, protocol, fields=fields))
    assert answer.status == 431
    one = hits_one_more(node, "header_bytes", lambda: over(node, protocol, fields=[("X", "x" * 9000)]))
    assert one.status == 431 and not origin.requests_to("/limited")


def test_a_head_that_goes_on_for_ever_is_431_and_closed(node):
    with H1(node.http) as connection:
        connection.send("GET /endless HTTP/1.1\r\nHost: example.com\r\n")
        connection.send(b"X-Filler: " + b"x" * 100_000)
        assert connection.read_response().status == 431
        connection.rest()


@pytest.mark.parametrize("protocol", ["h1", "h2"])
def test_too_many_fields_are_431(node, origin, protocol):
    fields = [(f"X-{n}", "x") for n in range(40)]
    assert over(node, protocol, "/count-ok", fields[:20]).status == 200
    assert hits_one_more(node, "header_count", lambda: over(node, protocol, fields=fields)).status == 431
    assert not origin.requests_to("/limited")


@pytest.mark.parametrize("protocol", ["h1", "h2"])
def test_too_long_a_uri_is_414(node, origin, protocol):
    assert over(node, protocol, "/uri-ok?" + "x" * 900).status == 200
    assert hits_one_more(node, "uri_bytes", lambda: over(node, protocol, "/limited?" + "x" * 2000)).status == 414
    assert not origin.requests_to("/limited")


@pytest.mark.parametrize("protocol", ["h1", "h2"])
def test_too_long_a_body_is_413_before_it_is_read(node, origin, protocol):
    assert over(node, protocol, "/body-ok", method="POST", body=b"x" * 65536).status == 200
    before = node.limit_hits("body_bytes")
    if protocol == "h1":
        with H1(node.http) as connection:
            connection.send("POST /limited HTTP/1.1\r\nHost: example.com\r\nContent-Length: 65537\r\n\r\n")
            answer = connection.read_response()
    else:
        with h2.H2(node.https) as connection:
            answer = connection.start("/limited", "POST", fields=[("content-length", "65537")], more=True)
            connection.until(lambda: answer.status is not None)
    assert answer.status == 413 and not origin.requests_to("/limited")
    node.limit_is_hit("body_bytes", before + 1)


def test_a_client_that_expects_100_is_told_413_at_once(node):
    with H1(node.http) as connection:
        connection.send("POST /limited HTTP/1.1\r\nHost: example.com\r\nContent-Length: 65537\r\n"
                        "Expect: 100-continue\r\n\r\n")
        assert connection.read_head().status == 413


@pytest.mark.parametrize("protocol", ["h1", "h2"])
def test_a_body_of_unknown_length_is_cut_at_the_limit(node, origin, protocol):
    before = node.limit_hits("body_bytes")
    path = f"/unknown-length-{protocol}"
    if protocol == "h1":
        with H1(node.http) as connection:
            connection.send(f"POST {path} HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.send(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
            connection.send((b"4000\r\n" + b"x" * 0x4000 + b"\r\n") * 5)
            answer = connection.read_response()
            assert connection.is_closed()
    else:
        with h2.H2(node.https) as connection:
            answer = connection.start(path, "POST", more=True)
            connection.send_data(answer, b"x" * 100_000)
            connection.until(lambda: answer.status is not None or answer.reset is not None)
    assert answer.status == 413
    node.limit_is_hit("body_bytes", before + 1)
    assert not any(request.complete for request in origin.requests_to(path))


def test_connections_of_one_address_are_limited_and_others_are_served(node):
    before = node.limit_hits("connections_per_address")
    kept = [H1(node.http, source="127.0.0.3") for _ in range(20)]
    try:
        assert all(connection.get("/").status == 200 for connection in kept)
        try:
            with H1(node.http, source="127.0.0.3") as extra:
                answer = extra.send(clients.request("/extra")).rest()
        except ConnectionError:
            answer = b""
        assert not answer or answer.startswith((b"HTTP/1.1 429", b"HTTP/1.1 503"))
        node.limit_is_hit("connections_per_address", before + 1)
        assert clients.get(node.http, "/", source="127.0.0.4").status == 200
        assert kept[0].get("/").status == 200
    finally:
        for connection in kept:
            connection.close()
    eventually(lambda: _is_served(node, "127.0.0.3"), saying="the address is served again")


def _is_served(node, source):
    try:
        return clients.get(node.http, "/", source=source).status == 200
    except Exception:  # refused in whichever way
        return False


def test_connections_in_all_are_limited(started):
    node = started.brink(zone(started.origin()), config={"edge": {"limits": {"connections": 10}}})
    kept = [H1(node.http, source=f"127.0.1.{n}") for n in range(1, 11)]
    assert all(connection.get("/").status == 200 for connection in kept)
    assert not _is_served(node, "127.0.1.50")
    node.limit_is_hit("connections")
    for connection in kept:
        connection.close()
    eventually(lambda: _is_served(node, "127.0.1.50"), saying="there is room again")


def test_requests_on_one_connection_are_limited(node):
    with H1(node.http) as connection:
        answers = [connection.get("/") for _ in range(10)]
        assert "close" not in answers[8].field("connection", "")
        assert "close" in answers[9].field("connection", "").lower() and connection.is_closed()
    with h2.H2(node.https) as connection:
        for n in range(10):
            assert connection.get("/").status == 200
        assert connection.until(lambda: connection.goaway is not None) and connection.goaway[0] == h2.NO_ERROR


def test_streams_at_once_are_announced_and_more_are_refused(node, origin):
    held = Held()
    origin.on("/held", held)
    with RawH2(node.https) as connection:
        for n in range(12):
            connection.send(frame(HEADERS, END_HEADERS | END_STREAM, 2 * n + 1,
                                  header_block(request_fields("/held"))))
        assert connection.until(lambda: len(connection.of(h2.RST_STREAM)) == 4)
        assert {connection.reset_of(stream) for stream in (17, 19, 21, 23)} == {h2.REFUSED_STREAM}
        held.release()
        assert connection.until(lambda: len(connection.of(HEADERS)) == 8)
        settings = connection.of(h2.SETTINGS)[0][3]
        pairs = {int.from_bytes(settings[at:at + 2], "big"): int.from_bytes(settings[at + 2:at + 6], "big")
                 for at in range(0, len(settings), 6)}
        assert pairs[3] == 8, "SETTINGS_MAX_CONCURRENT_STREAMS"
    node.limit_is_hit("streams")


def test_the_defaults_leave_ordinary_browsers_alone(started):
    node = started.brink(started.origin())
    fields = [(f"X-{n}", "x" * 100) for n in range(60)] + [("Cookie", "c" * 8000)]
    assert clients.get(node.http, "/" + "x" * 7000, fields=fields).status == 200
    assert clients.get(node.http, "/", method="POST", body=bytes(20 << 20)).status == 200
