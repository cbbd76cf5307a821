"""HTTP/2 towards origins that fail: what was not looked at is sent again, what was cut is not shown as whole, what is
malformed or a flood is 502."""

import concurrent.futures

import pytest

from harness import clients, h2, h2_origin, processes
from harness.brink import zone
from harness.clients import H1, proxy_status_error
from harness.h2 import DATA, PING, REFUSED_STREAM, SETTINGS, frame
from harness.polling import eventually

QUICK = {"connect_timeout": "500ms", "first_byte_timeout": "500ms", "between_bytes_timeout": "500ms"}


@pytest.fixture
def origin(started):
    return started.keep(h2_origin.H2Origin())


@pytest.fixture
def node(started, origin):
    return started.brink(zone(origin, tls="full", origin_http2="prior-knowledge"),
                         config={"node": {"threads": 1}, "origin": QUICK})


def once(first):
    """`first` for the first request, "ok" afterwards."""
    seen = []

    def script(request):
        seen.append(request)
        if len(seen) == 1:
            first(request)
        else:
            h2_origin.answer(request, b"ok")
    return script


def refuses(request):
    h2_origin.reset(request, REFUSED_STREAM)


def goes_away_untouched(request):
    h2_origin.goaway(request, request.stream - 2 if request.stream > 1 else 0)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("first", [refuses, goes_away_untouched])
def test_what_the_origin_has_not_looked_at_is_sent_again(node, origin, first, method):
    """RFC 9113 8.7: also what is not idempotent."""
    origin.on("/x", once(first))
    answer = clients.get(node.http, "/x", method=method, body=b"" if method == "POST" else None)
    assert answer.status == 200 and answer.body == b"ok"
    assert len(origin.requests_to("/x")) == 2


def test_a_post_that_was_looked_at_is_not_sent_again(node, origin):
    origin.on("/x", once(lambda request: h2_origin.reset(request, 2)))
    answer = clients.get(node.http, "/x", method="POST", body=b"")
    assert answer.status == 502 and len(origin.requests_to("/x")) == 1


def test_an_origin_that_is_going_away_finishes_what_it_has(node, origin):
    def finishes(request):
        h2_origin.goaway(request, request.stream)
        h2_origin.answer(request, b"last words")

    origin.on("/last", finishes)
    assert clients.get(node.http, "/last").body == b"last words"
    assert clients.get(node.http, "/next").body == b"ok"
    assert [request.connection.index for request in origin.requests] == [0, 1]


@pytest.mark.parametrize("cut", [lambda request: h2_origin.reset(request, 2),
                                 lambda request: request.connection.close(),
                                 lambda request: h2_origin.data(request, b"", end=True)],
                         ids=["reset", "closed", "ended before its length"])
@pytest.mark.parametrize("visitor", ["h1", "h2"])
def test_a_response_that_is_cut_is_not_shown_as_whole(node, origin, cut, visitor):
    def script(request):
        h2_origin.head(request, fields=[("content-length", "10")])
        h2_origin.data(request, b"12345")
        cut(request)

    origin.on("/cut", script)
    if visitor == "h1":
        answer = clients.get(node.http, "/cut")
        assert answer.status == 502 or not answer.complete
    else:
        answer = h2.get(node.https, "/cut")
        assert answer.status == 502 or answer.reset not in (None, h2.NO_ERROR)


MALFORMED = {
    "no status": [("x", "1")], "a status of letters": [(":status", "abc")], "two statuses": [(":status", "200")] * 2,
    "a request's pseudo-field": [(":status", "200"), (":path", "/")],
    "CRLF in a value": [(":status", "200"), ("x", "a\r\nX-Evil: 1")],
    "a capital in a name": [(":status", "200"), ("X-Upper", "1")],
    "CRLF in a name": [(":status", "200"), ("x\r\nx-evil", "1")],
    "transfer-encoding": [(":status", "200"), ("transfer-encoding", "chunked")],
    "connection": [(":status", "200"), ("connection", "close")],
    "two lengths": [(":status", "200"), ("content-length", "0"), ("content-length", "5")],
    "101": [(":status", "101")],
}


@pytest.mark.parametrize("fields", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_head_is_502_and_the_visitors_connection_goes_on(node, origin, fields):
    origin.on("/bad", lambda request: request.connection.send(
        frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, request.stream, h2.header_block(fields))))
    with H1(node.http) as connection:
        answer = connection.get("/bad")
        assert answer.status == 502 and "x-evil" not in answer.fields
        assert proxy_status_error(answer)
        assert connection.get("/after").body == b"ok"


def test_an_origin_that_never_answers_a_stream_is_504_and_told_so(node, origin):
    origin.on("/never", lambda request: None)
    answer = clients.get(node.http, "/never")
    assert (answer.status, proxy_status_error(answer)) == (504, "http_response_timeout")
    request = origin.request_to("/never")
    eventually(lambda: request.reset is not None or request.connection.ended_by_peer.is_set(), saying="it is cancelled")


def test_a_visitor_that_leaves_cancels_the_stream_and_not_the_connection(node, origin):
    origin.on("/held", lambda request: None)
    with H1(node.http) as connection:
        connection.send(clients.request("/held"))
        request = origin.request_to("/held")
    eventually(lambda: request.reset is not None, saying="the stream is reset")
    assert clients.get(node.http, "/after").body == b"ok"
    assert len(origin.connections) == 1


def test_an_origin_that_does_not_speak_h2_is_an_error_and_bounded(started):
    plain = started.origin()
    node = started.brink(zone(plain, tls="full", origin_http2="prior-knowledge"), config={"origin": QUICK})
    assert clients.get(node.http, "/").status in (502, 504)


def test_requests_that_come_while_the_connection_is_opened_share_it(started, origin):
    """The origin is known to speak HTTP/2, its connection has been closed, and several visitors come at once."""
    node = started.brink(zone(origin, tls="full", origin_http2="prior-knowledge"),
                         config={"node": {"threads": 1}, "origin": {"idle_timeout": "200ms"}})
    for turn in range(3):
        assert clients.get(node.http, "/first").status == 200
        eventually(lambda: processes.connections_to(origin.port) == 0, saying="the idle connection is closed")
        visitors = [H1(node.http) for _ in range(8)]
        for visitor in visitors:
            visitor.send(clients.request("/at-once"))
        assert [visitor.read_response().status for visitor in visitors] == [200] * 8
        for visitor in visitors:
            visitor.close()


def test_the_origins_limit_of_streams_is_kept(started):
    """Where it is known: a new connection may carry more until the origin's SETTINGS have come."""
    origin = started.keep(h2_origin.H2Origin(settings=b"\0\x03\0\0\0\2"))
    held = []
    origin.on("/held", held.append)
    node = started.brink(zone(origin, tls="full", origin_http2="prior-knowledge"), config={"node": {"threads": 1}})
    assert clients.get(node.http, "/").status == 200
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = [pool.submit(clients.get, node.http, "/held") for _ in range(6)]
        for answered in range(6):
            eventually(lambda: len(held) > answered, 20, "a further request is at the origin")
            on_the_first = [request for request in held[answered:] if request.connection.index == 0]
            assert len(on_the_first) <= 2, "more streams than the origin allows"
            h2_origin.answer(held[answered], b"ok")
        assert all(answer.result().status == 200 for answer in answers)


FLOODS = {
    "CONTINUATION": h2_origin.floods(h2_origin.endless_head, h2_origin.more_of_the_head),
    "PING": h2_origin.floods(b"", frame(PING, 0, 0, bytes(8))),
    "SETTINGS": h2_origin.floods(b"", frame(SETTINGS)),
    "empty DATA": h2_origin.floods(
        lambda request: frame(h2.HEADERS, h2.END_HEADERS, request.stream, h2.header_block([(":status", "200")])),
        lambda request: frame(DATA, 0, request.stream)),
    "informational responses": h2_origin.floods(
        b"", lambda request: frame(h2.HEADERS, h2.END_HEADERS, request.stream, h2.header_block([(":status", "103")]))),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_from_an_origin_is_ended(node, origin, name):
    edge = node.role("edge")
    assert clients.get(node.http, "/").status == 200
    before = processes.resident_bytes(edge)
    origin.on("/flood", FLOODS[name])
    answer = clients.get(node.http, "/flood")
    assert answer.status in (502, 504) or not answer.complete
    assert origin.request_to("/flood").connection.ended_by_peer.wait(10), "the flood goes on"
    assert processes.grown(edge, since=before) < 64 << 20
    assert clients.get(node.http, "/after").body == b"ok"
