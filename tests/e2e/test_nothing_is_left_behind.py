"""Failures of every kind, again and again: no descriptor stays open and memory does not grow."""

import pytest

from harness import clients, h2, origins, processes
from harness.brink import zone
from harness.clients import H1, client_context
from harness.http1 import Closed
from harness.polling import eventually
from harness.ports import free_port

TIMES = 60


@pytest.fixture(scope="module")
def node(module_started, origin):
    origin.on("/close", origins.closes).on("/never", origins.never_answers)
    origin.on("/garbage", origins.sends(b"\0" * 1000, then_close=True))
    origin.on("/cut", origins.sends(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n12345", then_close=True))
    origin.on("/big", origins.answers(200, bytes(1 << 20)))
    return module_started.brink(
        zone(origin), zone(f"http://127.0.0.1:{free_port()}", name="away.example", hosts=["away.example"]),
        config={"edge": {"limits": {"body_bytes": "64KiB"}}, "origin": {"idle_timeout": "500ms"}})


@pytest.fixture(scope="module")
def idle_files(node):
    """How many descriptors the edge has with nobody there, and the store open, which it is from the first strange name on."""
    clients.get(node.http, "/", host="strange.example")
    eventually(lambda: node.metric("brink_edge_connections") == 0, 10, "nobody is connected")
    return processes.open_files(node.role("edge"))


def origin_fails(node, turn):
    path = ("/close", "/garbage", "/cut")[turn % 3]
    with H1(node.http) as connection:
        try:
            connection.get(path, method="POST", body=b"x")
        except Closed:
            pass


def origin_is_away(node, turn):
    clients.get(node.http, "/", host="away.example")


def visitor_leaves_while_the_origin_thinks(node, turn):
    connection = H1(node.http)
    connection.send(clients.request("/never"))
    connection.reset()  # where a FIN alone could be a client that only sends no more


def visitor_leaves_in_the_middle_of_an_answer(node, turn):
    with H1(node.http, receive_buffer=4096) as connection:
        connection.send(clients.request("/big"))
        connection.reader.exactly(1000)


def visitor_leaves_in_the_middle_of_an_upload(node, turn):
    with H1(node.http) as connection:
        connection.send("POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 1000\r\n\r\nabc")


def visitor_leaves_in_the_middle_of_a_handshake(node, turn):
    with H1(node.https) as connection:
        connection.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")


def visitor_resets_after_the_handshake(node, turn):
    connection = H1(node.https, tls=client_context())
    connection.reset()


def visitor_sends_junk(node, turn):
    with H1(node.http) as connection:
        connection.send(b"\0" * 200 + b"\r\n\r\n").rest()


def upload_is_too_big(node, turn):
    with H1(node.http) as connection:
        connection.send("POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 999999\r\n\r\nabc")
        assert connection.read_response().status == 413


def stream_is_cancelled(node, turn):
    with h2.H2(node.https) as connection:
        for path in ("/never", "/big", "/never"):
            connection.cancel(connection.start(path))
        connection.get("/")


def h2_visitor_vanishes(node, turn):
    with h2.H2(node.https) as connection:
        connection.start("/never")
        connection.start("/big")
        connection.start("/up", method="POST", more=True)


@pytest.mark.parametrize("failure", [
    origin_fails, origin_is_away, visitor_leaves_while_the_origin_thinks, visitor_leaves_in_the_middle_of_an_answer,
    visitor_leaves_in_the_middle_of_an_upload, visitor_leaves_in_the_middle_of_a_handshake,
    visitor_resets_after_the_handshake, visitor_sends_junk, upload_is_too_big, stream_is_cancelled,
    h2_visitor_vanishes], ids=lambda failure: failure.__name__.replace("_", " "))
def test_nothing_is_left_of(node, idle_files, failure):
    edge = node.role("edge")

    def at_rest():
        eventually(lambda: node.metric("brink_edge_connections") == 0, 10, "nobody is connected")
        eventually(lambda: processes.open_files(edge) <= idle_files, 10, "the descriptors are closed")

    for turn in range(TIMES // 2):
        failure(node, turn)
    at_rest()
    memory = processes.resident_bytes(edge)
    for turn in range(TIMES):
        failure(node, turn)
    at_rest()
    assert processes.grown(edge, since=memory) < 8 << 20
    assert clients.get(node.http, "/after").status == 200
