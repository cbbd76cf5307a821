"""The pool of connections to an origin: reuse, safe retries, limits, queue, time-outs."""

import concurrent.futures

import pytest

from harness import clients, h2, origins, processes
from harness.brink import zone
from harness.clients import H1, proxy_status_error
from harness.polling import eventually


def closes_the_second_time(connection, request):
    """Answers the first request of a connection and closes at the second, as an origin whose idle time-out and the
    next request cross on the wire."""
    connection.read_body(request)
    if getattr(connection, "was_used", False):
        return connection.close()
    connection.was_used = True
    connection.send(origins.response(200, b"ok"))


@pytest.fixture
def flaky(started):
    origin = started.origin()
    for path in ("/", "/again", "/write"):
        origin.on(path, closes_the_second_time)
    node = started.brink(zone(origin), config={"node": {"threads": 1}})
    return node, origin


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE", "PUT"])
def test_an_idempotent_request_lost_on_a_kept_connection_is_sent_again(flaky, method):
    node, origin = flaky
    assert clients.get(node.http, "/").status == 200
    answer = clients.get(node.http, "/again", method=method, body=b"" if method == "PUT" else None)
    assert answer.status == 200
    assert [request.connection.index for request in origin.requests_to("/again")] == [0, 1]


@pytest.mark.parametrize("over", ["h1", "h2"])
def test_a_post_that_was_sent_is_never_sent_again(flaky, over):
    node, origin = flaky
    assert clients.get(node.http, "/").status == 200
    if over == "h1":
        answer = clients.get(node.http, "/write", method="POST", body=b"money")
    else:
        answer = h2.get(node.https, "/write", method="POST", body=b"money")
    assert answer.status == 502
    assert len(origin.requests_to("/write")) == 1


def test_a_post_is_sent_on_a_fresh_connection_where_the_kept_one_is_known_to_be_closed(started):
    origin = started.origin()

    def answers_then_closes(connection, request):
        connection.read_body(request)
        connection.send(origins.response(200, b"ok"))
        connection.close()

    origin.on("/", answers_then_closes)
    node = started.brink(zone(origin), config={"node": {"threads": 1}})
    for n in range(20):
        assert clients.get(node.http, "/").status == 200
        eventually(lambda: processes.connections_to(origin.port) == 0, saying="the origin's FIN has come")
        assert clients.get(node.http, f"/post/{n}", method="POST", body=b"x").status == 200
        assert len(origin.requests_to(f"/post/{n}")) == 1


def test_a_request_whose_body_has_been_passed_on_is_not_sent_again(flaky):
    node, origin = flaky
    assert clients.get(node.http, "/").status == 200
    body = b"x" * (4 << 20)
    answer = clients.get(node.http, "/again", method="PUT", body=body)
    whole = [request for request in origin.requests_to("/again") if request.complete]
    assert answer.status == 502 or (answer.status == 200 and len(whole[-1].body) == len(body))


def test_an_origin_that_fails_at_once_is_not_asked_for_ever(started):
    origin = started.origin().on("/", origins.closes)
    node = started.brink(origin)
    assert clients.get(node.http, "/").status == 502
    assert len(origin.requests_to("/")) <= 3


def test_connections_to_an_origin_are_limited_and_the_rest_wait_in_line(started):
    origin = started.origin()
    held = origins.Held()
    origin.on("/held", held)
    node = started.brink(zone(origin), config={"origin": {"connections_per_origin": 2, "queue": 10,
                                                          "queue_timeout": "10s"}})
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(clients.get, node.http, "/held") for _ in range(5)]
        eventually(lambda: len(origin.requests_to("/held")) == 2, saying="two requests are at the origin")
        held.release()
        assert [answer.result().status for answer in answers] == [200] * 5
    assert len(origin.connections) == 2


def test_a_full_queue_turns_away_at_once(started):
    origin = started.origin()
    held = origins.Held()
    origin.on("/held", held)
    node = started.brink(zone(origin), config={"origin": {"connections_per_origin": 1, "queue": 1,
                                                          "queue_timeout": "20s"}})
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        first = pool.submit(clients.get, node.http, "/held")
        held.wait_for_request()
        others = [pool.submit(clients.get, node.http, "/held") for _ in range(3)]
        eventually(lambda: sum(other.done() for other in others) == 2, saying="two are turned away")
        held.release()
        assert first.result().status == 200
        statuses = sorted(other.result().status for other in others)
    assert statuses == [200, 503, 503]
    refused = [other.result() for other in others if other.result().status == 503]
    assert {proxy_status_error(answer) for answer in refused} == {"connection_limit_reached"}


def test_waiting_in_line_has_an_end(started):
    origin = started.origin()
    held = origins.Held()
    origin.on("/held", held)
    node = started.brink(zone(origin), config={"origin": {"connections_per_origin": 1, "queue": 10,
                                                          "queue_timeout": "300ms"}})
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(clients.get, node.http, "/held")
        held.wait_for_request()
        answer = clients.get(node.http, "/waits")
        assert answer.status in (503, 504) and proxy_status_error(answer) == "connection_limit_reached"
        held.release()
        assert first.result().status == 200
    assert not origin.requests_to("/waits")
    assert clients.get(node.http, "/after").status == 200


def test_one_who_leaves_the_line_is_not_served_to_nobody(started):
    origin = started.origin()
    held = origins.Held()
    origin.on("/held", held)
    node = started.brink(zone(origin), config={"origin": {"connections_per_origin": 1, "queue": 10,
                                                          "queue_timeout": "20s"}})
    first = H1(node.http).send(clients.request("/held"))
    held.wait_for_request()
    with H1(node.http) as leaver:
        leaver.send(clients.request("/left"))
    held.release()
    assert first.read_response().status == 200
    assert clients.get(node.http, "/after").status == 200
    assert len(origin.requests_to("/left")) <= 1
    first.close()


def test_a_place_in_line_that_is_given_up_as_its_turn_comes_is_not_lost(started):
    """Visitors leave in the moment in which the one connection gets free, on this thread and the other."""
    origin = started.origin()
    node = started.brink(zone(origin), config={"origin": {"connections_per_origin": 1, "queue": 100,
                                                          "queue_timeout": "3s"}})
    for turn in range(150):
        held = origins.Held()
        origin.on("/held", held)
        with H1(node.http) as first:
            first.send(clients.request("/held"))
            held.wait_for_request()
            leavers = [H1(node.http).send(clients.request("/left")) for _ in range(6)]
            for leaver in leavers[:3]:
                leaver.reset()
            held.release()
            for leaver in leavers[3:]:
                leaver.reset()
            assert first.read_response().status == 200, f"turn {turn}"
        assert clients.get(node.http, "/after").status == 200, f"turn {turn}"


def test_idle_connections_to_an_origin_are_closed_in_time(started):
    origin = started.origin()
    node = started.brink(zone(origin), config={"origin": {"idle_timeout": "300ms"}})
    assert clients.get(node.http, "/").status == 200
    assert origin.connections[0].ended_by_peer.wait(5), "the idle connection stays"
    assert clients.get(node.http, "/again").status == 200


def test_connections_are_not_shared_between_origins(started):
    first, second = started.origin(), started.origin()
    node = started.brink(zone(first, name="first.example", hosts=["first.example"]),
                         zone(second, name="second.example", hosts=["second.example"]))
    for n in range(4):
        assert clients.get(node.http, f"/a{n}", host="first.example").seen("host") == ["first.example"]
        assert clients.get(node.http, f"/b{n}", host="second.example").seen("host") == ["second.example"]
    assert not [r for r in first.requests if r.path.startswith("/b")]
    assert not [r for r in second.requests if r.path.startswith("/a")]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_name_with_two_addresses_works_where_only_one_answers(started, address):
    origin = started.origin(host=address)
    node = started.brink(zone(f"http://localhost:{origin.port}"))
    assert clients.get(node.http, "/").status == 200


def test_an_origin_may_listen_on_a_unix_socket(started, tmp_path):
    origin = started.origin(unix=tmp_path / "origin.sock")
    node = started.brink(origin)
    assert clients.get(node.http, "/unix").seen("host") == ["example.com"]
    assert h2.get(node.https, "/unix").status == 200


def test_the_path_in_the_origins_url_is_no_surprise(started):
    origin = started.origin()
    node = started.brink(zone(origin.url + "/"))
    assert clients.get(node.http, "/x").json()["target"] == "/x"


def test_leftover_of_a_cut_upload_does_not_reach_the_next_request(started):
    origin = started.origin()
    origin.on("/answers-early", origins.sends(origins.response(200, b"early"), read_body=False))
    node = started.brink(zone(origin), config={"node": {"threads": 1}})
    with H1(node.http) as connection:
        connection.send("POST /answers-early HTTP/1.1\r\nHost: example.com\r\nContent-Length: 100\r\n\r\nabc")
        assert connection.read_response().body == b"early"
    for n in range(5):
        assert clients.get(node.http, f"/after/{n}").json()["target"] == f"/after/{n}"
