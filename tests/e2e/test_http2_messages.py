"""HTTP/2 from visitors (RFC 9113) to an HTTP/1.1 origin."""

import hashlib
import os

import h2.settings
import pytest

from harness import h2 as http2
from harness import origins, tools
from harness.h2 import H2

BIG = os.urandom(1 << 20) * 4


def test_curl_and_nghttp_are_served_over_h2(node):
    answer = tools.curl("/curl", "--http2", port=node.https)
    assert (answer.version, answer.status) == ("HTTP/2", 200) and b'"/curl"' in answer.body
    frames = tools.nghttp(f"https://127.0.0.1:{node.https}/nghttp", "-H:authority: example.com")
    assert ":status: 200" in frames and "The negotiated protocol: h2" in frames


def test_a_plain_listener_speaks_h2_to_those_who_know(node):
    """By prior knowledge, RFC 9113 3.3; an Upgrade to h2c it does not know."""
    with H2(node.http, tls=False) as connection:
        answers = [connection.get(f"/plain/{n}", scheme="http") for n in range(3)]
    assert [answer.json()["target"] for answer in answers] == ["/plain/0", "/plain/1", "/plain/2"]
    assert answers[0].seen("x-forwarded-proto") == ["http"]


def test_h2load_gets_every_answer(node):
    load = tools.h2load(f"https://127.0.0.1:{node.https}/load", "-n2000", "-c10", "-m20", "-H:authority: example.com")
    assert load.succeeded == load.by_class["2xx"] == 2000 and load.failed == 0, load.output


def test_a_request_becomes_clean_http_1_1(node):
    answer = http2.get(node.https, "/h2?q=1", fields=[("x-a", "1"), ("te", "trailers")])
    assert answer.status == 200 and answer.json()["line"] == "GET /h2?q=1 HTTP/1.1"
    assert answer.seen("host") == ["example.com"] and answer.seen("x-a") == ["1"]
    assert not any(name.startswith(":") for name, _ in answer.json()["fields"])


def test_cookies_sent_apart_arrive_as_one_field(node):
    answer = http2.get(node.https, "/cookies", fields=[("cookie", "a=1"), ("cookie", "b=2"), ("cookie", "c=3")])
    assert answer.seen("cookie") == ["a=1; b=2; c=3"]


def test_set_cookie_fields_stay_apart(node, origin):
    origin.on("/set", origins.answers(200, b"", [("Set-Cookie", "a=1, x"), ("Set-Cookie", "b=2")]))
    assert http2.get(node.https, "/set").fields.all("set-cookie") == ["a=1, x", "b=2"]


def test_a_post_arrives_whole_with_and_without_a_length(node):
    for fields in ([("content-length", str(len(BIG)))], []):
        answer = http2.get(node.https, "/post", method="POST", body=BIG, fields=fields)
        assert answer.json()["sha256"] == hashlib.sha256(BIG).hexdigest()


def test_a_big_response_comes_whole(node, origin):
    origin.on("/big", origins.answers(200, BIG))
    answer = http2.get(node.https, "/big")
    assert answer.body == BIG and answer.field("content-length") == str(len(BIG)) and answer.complete


def test_a_head_ends_with_its_fields(node, origin):
    origin.on("/head", origins.answers(200, b"twelve bytes"))
    answer = http2.get(node.https, "/head", method="HEAD")
    assert answer.field("content-length") == "12" and answer.body == b"" and answer.complete


def test_trailers_pass_both_ways(node, origin):
    def script(connection, request):
        connection.read_body(request)
        told = dict(request.trailers).get("x-up") or dict(request.trailers).get("X-Up")
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-down\r\n\r\n3\r\nabc\r\n0\r\n"
                        b"X-Down: %s\r\n\r\n" % str(told).encode())

    origin.on("/trailers", script)
    answer = http2.get(node.https, "/trailers", method="POST", body=b"x", trailers=[("x-up", "told")],
                       fields=[("te", "trailers")])
    assert answer.body == b"abc" and answer.trailers.get("x-down") == "told"


def test_fields_of_the_origins_connection_do_not_reach_h2(node, origin):
    origin.on("/hop", origins.sends(b"HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\n"
                                    b"X-Hop: 1\r\nProxy-Connection: x\r\nTransfer-Encoding: chunked\r\n"
                                    b"X-End: 1\r\n\r\n1\r\na\r\n0\r\n\r\n"))
    answer = http2.get(node.https, "/hop")
    names = {name for name, _ in answer.fields}
    assert not names & {"connection", "keep-alive", "x-hop", "proxy-connection", "transfer-encoding", "upgrade"}
    assert answer.field("x-end") == "1" and all(name == name.lower() for name in names)


def test_a_slow_stream_does_not_hold_up_the_others(node, origin):
    held = origins.Held()
    origin.on("/held", held)
    with H2(node.https) as connection:
        slow = connection.start("/held")
        held.wait_for_request()
        assert all(connection.get(f"/quick/{n}").status == 200 for n in range(10))
        held.release()
        assert connection.finish(slow).body == b"released"


def test_a_stream_whose_window_is_shut_does_not_hold_up_the_others(node, origin):
    origin.on("/window", origins.answers(200, BIG))
    with H2(node.https, settings={h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 1000}, hold_windows=True) as connection:
        shut = connection.start("/window")
        connection.until(lambda: len(shut.body) == 1000)
        assert connection.get("/other").status == 200
        assert len(shut.body) == 1000, "more came than the window allows"
        connection.let_more_come(shut, 500)
        connection.until(lambda: len(shut.body) == 1500)


def test_a_client_that_does_not_read_holds_back_the_origin(node, origin):
    sent = []

    def pours(connection, request):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (256 << 20))
        connection.socket.settimeout(0.5)
        try:
            while len(sent) < 256:
                connection.send(b"x" * (1 << 20))
                sent.append(1)
        finally:
            connection.close()

    origin.on("/pour", pours)
    with H2(node.https, hold_windows=True) as connection:
        stream = connection.start("/pour")
        request = origin.request_to("/pour")
        connection.until(lambda: stream.status == 200)
        assert request.connection.ended_by_peer.wait(20)
    assert len(sent) < 64, "Brink took in megabytes that nobody reads"


def test_an_upload_the_origin_does_not_read_is_held_back(node, origin):
    held = origins.Held(read_body=False)
    origin.on("/unread", held)
    with H2(node.https) as connection:
        stream = connection.start("/unread", method="POST", more=True)
        held.wait_for_request()
        sent = connection.pour(stream, 256 << 20)
        assert sent < 64 << 20, "Brink took in an upload that nobody reads"
        held.release()
        connection.send_data(stream, b"", end=True)
        assert connection.finish(stream).body == b"released"
        assert len(origin.requests_to("/unread")[0].body) == sent


def test_a_cancelled_stream_ends_its_request_at_the_origin(node, origin):
    origin.on("/cancelled", origins.never_answers)
    with H2(node.https) as connection:
        stream = connection.start("/cancelled")
        request = origin.request_to("/cancelled")
        connection.cancel(stream)
        assert request.connection.ended_by_peer.wait(5), "the origin's connection is not ended"
        assert connection.get("/after").status == 200


def test_an_early_response_does_not_wait_for_the_upload(node, origin):
    origin.on("/early", origins.sends(origins.response(413, b"too much", [("Connection", "close")]), read_body=False,
                                      then_close=True))
    with H2(node.https) as connection:
        stream = connection.start("/early", method="POST", more=True)
        connection.send_data(stream, b"x" * 1000)
        connection.finish(stream)
        assert stream.status == 413 and stream.body == b"too much"
        assert connection.get("/after").status == 200


def test_informational_responses_pass(node, origin):
    origin.on("/hints", origins.sends(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
                                      b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    answer = http2.get(node.https, "/hints")
    assert answer.body == b"ok" and answer.informational == [103]


def test_a_ping_is_answered(node):
    with H2(node.https) as connection:
        connection.ping()
        assert connection.until(lambda: connection.pings == 1)


@pytest.mark.parametrize("size", [0, 1, 16384, 16385])
def test_bodies_at_the_edge_of_a_frame_come_whole(node, origin, size):
    origin.on(f"/size/{size}", origins.answers(200, b"y" * size))
    answer = http2.get(node.https, f"/size/{size}", method="POST", body=b"x" * size)
    assert answer.body == b"y" * size and answer.complete
    assert len(origin.requests_to(f"/size/{size}")[-1].body) == size


def test_a_more_urgent_stream_goes_first(node, origin):
    """RFC 9218: with one window for both, the whole of the urgent answer comes before the rest of the other."""
    body = b"z" * (1 << 20)
    origin.on("/background", origins.answers(200, body))
    origin.on("/urgent", origins.answers(200, body[:100_000]))
    with H2(node.https, hold_windows=True,
            settings={h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 2 << 20}) as connection:
        background = connection.start("/background", fields=[("priority", "u=7")])
        connection.until(lambda: len(background.body) > 60_000)  # the connection's window is now shut
        urgent = connection.start("/urgent", fields=[("priority", "u=0")])
        connection.until(lambda: urgent.status == 200)
        before = len(background.body)
        connection.let_more_come(None, 100_000)
        connection.until(lambda: len(urgent.body) + len(background.body) - before >= 100_000)
        assert len(urgent.body) >= 90_000, f"urgent {len(urgent.body)}, background {len(background.body) - before}"
