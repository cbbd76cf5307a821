"""Connections of HTTP/1.1 on both sides: kept, pipelined, closed when they should be (RFC 9112 section 9)."""

from harness import clients, origins
from harness.brink import zone
from harness.clients import H1
from harness.polling import eventually


def test_requests_on_one_connection_share_one_connection_to_the_origin(started):
    origin = started.origin()
    node = started.brink(zone(origin), config={"node": {"threads": 1}})
    with H1(node.http) as connection:
        answers = [connection.get(f"/{n}") for n in range(10)]
    assert [answer.json()["connection"] for answer in answers] == [0] * 10


def test_connections_to_the_origin_outlive_the_clients(started):
    origin = started.origin()
    node = started.brink(origin)
    for _ in range(20):
        assert clients.get(node.http, "/").status == 200
    assert len(origin.connections) < 10, "twenty clients, one by one, opened nearly a connection each"


def test_pipelined_requests_are_answered_in_order(node, origin):
    held = origins.Held(origins.response(200, b"slow"))
    origin.on("/slow", held)
    with H1(node.http) as connection:
        connection.send(clients.request("/slow") + clients.request("/p2", method="POST", body=b"12345")
                        + clients.request("/p3") + clients.request("/p4", method="HEAD")
                        + clients.request("/p5"))
        held.wait_for_request()
        held.release()
        assert connection.read_response().body == b"slow"
        assert connection.read_response().json()["length"] == 5
        assert connection.read_response().json()["target"] == "/p3"
        assert connection.read_response(to="HEAD").status == 200
        assert connection.read_response().json()["target"] == "/p5"


def test_a_hundred_pipelined_requests_are_all_answered(node):
    with H1(node.http) as connection:
        connection.send(b"".join(clients.request(f"/many/{n}") for n in range(100)))
        for n in range(100):
            assert connection.read_response().json()["target"] == f"/many/{n}"


def test_the_client_that_says_close_is_closed(node):
    answer, closed = clients.exchange(node.http, clients.request("/bye", fields=[("Connection", "close")]))
    assert answer.status == 200 and closed
    assert "close" in answer.field("connection", "").lower()


def test_http_1_0_is_answered_and_closed_without_chunks(node, origin):
    origin.on("/chunks", origins.sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
    with H1(node.http) as connection:
        connection.send("GET /chunks HTTP/1.0\r\nHost: example.com\r\n\r\n")
        answer = connection.read_response()
        assert "transfer-encoding" not in answer.fields and answer.body == b"abc"
        assert connection.is_closed()


def test_http_1_0_may_keep_its_connection(node):
    with H1(node.http) as connection:
        keep = [("Connection", "keep-alive")]
        answer = connection.get("/ten", fields=keep, version="HTTP/1.0")
        assert answer.status == 200 and "keep-alive" in answer.field("connection", "").lower()
        assert connection.get("/ten", fields=keep, version="HTTP/1.0").status == 200


def test_http_1_0_without_host_goes_to_the_zone_of_every_name(node):
    with H1(node.http) as connection:
        answer = connection.get("/no-host", host=None, version="HTTP/1.0")
    assert answer.status == 200


def test_an_http_1_0_origin_is_understood(node, origin):
    origin.on("/old", origins.sends(b"HTTP/1.0 200 OK\r\n\r\nold times", then_close=True))
    answer = clients.get(node.http, "/old")
    assert answer.version == "HTTP/1.1" and answer.body == b"old times" and answer.complete


def test_an_origin_that_says_close_is_not_asked_again_on_that_connection(started):
    origin = started.origin()
    origin.on("/close", origins.answers(200, b"x", [("Connection", "close")]))
    node = started.brink(zone(origin), config={"node": {"threads": 1}})
    with H1(node.http) as connection:
        assert connection.get("/close").status == 200
        assert connection.get("/after").json()["connection"] == 1


def test_a_client_that_leaves_ends_its_request_at_the_origin(node, origin):
    origin.on("/abandoned", origins.never_answers)
    connection = H1(node.http)
    connection.send(clients.request("/abandoned"))
    request = origin.request_to("/abandoned")
    connection.reset()
    assert request.connection.ended_by_peer.wait(5), "the origin's connection is not ended"


def test_a_client_that_leaves_in_the_middle_of_its_upload_ends_it_at_the_origin(node, origin):
    connection = H1(node.http)
    connection.send("POST /half-upload HTTP/1.1\r\nHost: example.com\r\nContent-Length: 1000\r\n\r\nabc")
    request = origin.request_to("/half-upload")
    connection.close()
    assert request.connection.ended_by_peer.wait(5)
    assert not request.complete


def test_slow_clients_hold_back_the_origin(node, origin):
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
    with H1(node.http, receive_buffer=65536) as connection:
        connection.send(clients.request("/pour"))
        request = origin.request_to("/pour")
        eventually(lambda: request.connection.closed, 20, "the origin gives up sending")
    assert len(sent) < 64, "Brink took in megabytes that nobody reads"
