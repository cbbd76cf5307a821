"""Requests and responses of HTTP/1.1 pass through as they are (RFC 9110, RFC 9112)."""

import hashlib
import os

import pytest

from harness import clients, origins, tools
from harness.brink import zone
from harness.clients import H1

BIG = os.urandom(1 << 20) * 8


def test_a_get_is_answered_by_the_origin(node, origin):
    answer = clients.get(node.http, "/get?a=1&b=%20%2f")
    assert (answer.status, answer.version) == (200, "HTTP/1.1")
    assert answer.json()["line"] == "GET /get?a=1&b=%20%2f HTTP/1.1"
    assert answer.json()["length"] == 0 and answer.field("content-type") == "application/json"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "get"])
def test_every_method_reaches_the_origin_as_it_is(node, method):
    answer = clients.get(node.http, "/method", method=method, body=b"x" if method in ("PUT", "PATCH") else None)
    assert answer.json()["method"] == method


def test_a_post_with_its_length_arrives_whole(node):
    answer = clients.get(node.http, "/post", method="POST", body=BIG)
    assert answer.json()["sha256"] == hashlib.sha256(BIG).hexdigest() and answer.json()["length"] == len(BIG)


def test_an_empty_post_is_still_a_post_with_length_zero(node):
    answer = clients.get(node.http, "/post", method="POST", body=b"")
    assert answer.json()["method"] == "POST" and answer.seen("content-length") == ["0"]


def test_a_head_has_the_fields_but_no_body(node, origin):
    origin.on("/head", origins.answers(200, b"twelve bytes", [("X-A", "1")]))
    with H1(node.http) as connection:
        answer = connection.get("/head", method="HEAD")
        assert answer.field("content-length") == "12" and answer.field("x-a") == "1"
        assert connection.get("/head").body == b"twelve bytes"
    assert origin.requests_to("/head")[0].method == "HEAD"


@pytest.mark.parametrize("status", [204, 304])
def test_a_response_without_a_body_leaves_the_connection_usable(node, origin, status):
    origin.on(f"/{status}", origins.sends(f"HTTP/1.1 {status} None\r\nETag: \"a\"\r\n\r\n".encode()))
    with H1(node.http) as connection:
        answer = connection.get(f"/{status}")
        assert answer.status == status and answer.field("etag") == '"a"'
        assert "transfer-encoding" not in answer.fields
        assert connection.get("/next").status == 200


def test_a_big_response_with_its_length_comes_whole(node, origin):
    origin.on("/big", origins.answers(200, BIG))
    answer = clients.get(node.http, "/big")
    assert answer.framing == "length" and answer.body == BIG


def test_a_chunked_upload_arrives_with_its_trailers(node):
    with H1(node.http) as connection:
        connection.send("POST /chunked HTTP/1.1\r\nHost: example.com\r\nTE: trailers\r\nTrailer: X-Sum\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n10\r\n" + "x" * 16 + "\r\n"
                        "0\r\nX-Sum: 21\r\n\r\n")
        answer = connection.read_response()
    assert answer.json()["length"] == 21
    assert answer.json()["sha256"] == hashlib.sha256(b"hello" + b"x" * 16).hexdigest()
    assert [value for name, value in answer.json()["trailers"] if name.lower() == "x-sum"] == ["21"]


def test_a_chunked_upload_is_passed_on_while_it_comes(node, origin):
    def asks_back(connection, request):
        connection.reader.chunk()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        connection.read_body(request)
        connection.send(b"4\r\nlast\r\n0\r\n\r\n")

    origin.on("/stream", asks_back)
    with H1(node.http) as connection:
        connection.send("POST /stream HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        head = connection.read_head()
        assert head.status == 200 and connection.reader.chunk() == b"first"
        connection.send("3\r\ntwo\r\n0\r\n\r\n")
        assert connection.reader.chunk() == b"last"


def test_a_chunked_response_comes_with_its_trailers(node, origin):
    origin.on("/trailers", origins.sends(b"HTTP/1.1 200 OK\r\nTrailer: X-End\r\nTransfer-Encoding: chunked\r\n\r\n"
                                         b"3\r\nabc\r\n0\r\nX-End: yes\r\n\r\n"))
    with H1(node.http) as connection:
        answer = connection.get("/trailers", fields=[("TE", "trailers")])
        assert answer.body == b"abc" and answer.trailers.get("x-end") == "yes"
        assert connection.get("/next").status == 200


def test_chunks_are_not_held_back(node, origin):
    held = origins.Held(b"4\r\nlate\r\n0\r\n\r\n")

    def script(connection, request):
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n")
        held(connection, request)

    origin.on("/slow", script)
    with H1(node.http) as connection:
        connection.send(clients.request("/slow"))
        connection.read_head()
        assert connection.reader.chunk() == b"early"
        held.release()
        assert connection.reader.chunk() == b"late"


def test_a_body_that_ends_with_the_origins_connection_comes_whole(node, origin):
    origin.on("/until-close", origins.sends(b"HTTP/1.1 200 OK\r\n\r\n" + BIG[:100_000], then_close=True))
    answer = clients.get(node.http, "/until-close")
    assert answer.body == BIG[:100_000] and answer.complete


def test_informational_responses_pass(node, origin):
    origin.on("/hints", origins.sends(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
                                      b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    answer = clients.get(node.http, "/hints")
    assert answer.body == b"ok" and [one.status for one in answer.informational] == [103]
    assert answer.informational[0].field("link") == "</a.css>; rel=preload"


def test_a_client_that_expects_100_gets_it_and_then_sends(node):
    with H1(node.http) as connection:
        connection.send("POST /expect HTTP/1.1\r\nHost: example.com\r\nContent-Length: 4\r\n"
                        "Expect: 100-continue\r\n\r\n")
        assert connection.read_head().status == 100
        answer = connection.send("body").read_response()
    assert answer.status == 200 and answer.json()["length"] == 4


def test_an_expectation_can_be_refused_before_the_body(node, origin):
    origin.on("/refuse", origins.sends(origins.response(403, b"no", [("Connection", "close")]), then_close=True,
                                       read_body=False))
    with H1(node.http) as connection:
        connection.send("POST /refuse HTTP/1.1\r\nHost: example.com\r\nContent-Length: 4\r\n"
                        "Expect: 100-continue\r\n\r\n")
        statuses = [connection.read_head().status]
        if statuses == [100]:  # Brink may have said it itself; the refusal must come all the same
            statuses.append(connection.read_head().status)
    assert statuses[-1] == 403


def test_curl_posts_with_expect(node):
    answer = tools.curl(f"http://example.com:{node.http}/curl", "-H", "Expect: 100-continue", "--data-binary", "@-",
                        port=node.http, input=BIG)
    assert answer.status == 200 and b'"length": %d' % len(BIG) in answer.body


def test_an_early_response_reaches_a_client_that_is_still_sending(node, origin):
    origin.on("/early", origins.sends(origins.response(413, b"too much", [("Connection", "close")]), read_body=False,
                                      then_close=True))
    with H1(node.http) as connection:
        connection.send(f"POST /early HTTP/1.1\r\nHost: example.com\r\nContent-Length: {len(BIG)}\r\n\r\n")
        connection.send(b"x" * 1000)
        answer = connection.read_response()
        assert answer.status == 413 and answer.body == b"too much"
        assert "close" in answer.field("connection", "").lower()
        assert connection.is_closed()


def test_curl_sees_the_early_response_to_its_upload(node, origin):
    def refuses(connection, request):
        connection.send(origins.response(413, b"too much", [("Connection", "close")]))
        connection.wait_until_peer_closes()

    origin.on("/early-curl", refuses)
    answer = tools.curl(f"http://example.com:{node.http}/early-curl", "-H", "Expect:", "--data-binary", "@-",
                        port=node.http, input=BIG)
    assert answer.status == 413 and answer.body == b"too much"


def test_a_client_that_half_closes_gets_its_whole_answer(node, origin):
    origin.on("/half", origins.answers(200, BIG[:1 << 20]))
    with H1(node.http) as connection:
        connection.send(clients.request("/half")).half_close()
        answer = connection.read_response()
        assert answer.complete and len(answer.body) == 1 << 20
        assert connection.is_closed()


def test_the_absolute_form_of_a_target_is_taken(node):
    answer, _ = clients.exchange(node.http, b"GET http://example.com/abs?x=1 HTTP/1.1\r\nHost: example.com\r\n"
                                            b"Connection: close\r\n\r\n")
    assert answer.status == 200 and answer.json()["target"] == "/abs?x=1" and answer.seen("host") == ["example.com"]


def test_options_of_the_whole_server_is_no_path(node):
    answer = clients.get(node.http, "*", method="OPTIONS")
    assert answer.status in (200, 204) and (not answer.body or answer.json()["target"] == "*")


def test_an_empty_line_before_the_request_is_forgiven(node):
    answer, _ = clients.exchange(node.http, b"\r\n" + clients.request("/crlf", fields=[("Connection", "close")]))
    assert answer.status == 200


def test_a_request_may_come_byte_by_byte(node):
    with H1(node.http) as connection:
        for byte in clients.request("/bytes", method="POST", body=b"abc"):
            connection.send(bytes([byte]))
        assert connection.read_response().json()["length"] == 3


def test_listeners_on_ipv6_and_unix_sockets_serve(started, tmp_path, origin):
    path = tmp_path / "brink.sock"
    node = started.brink(zone(origin), config={"edge": {"http": [f"unix:{path}"], "https": []}}, start=False)
    node.config["edge"]["http"] += [f"[::1]:{node.http}", f"127.0.0.1:{node.http}"]
    started.running(node)
    assert clients.get(None, "/unix", unix=path).status == 200
    assert clients.get(node.http, "/v4").status == 200
    with H1(node.http, host="::1") as connection:
        assert connection.get("/v6").seen("cf-connecting-ip") == ["::1"]
