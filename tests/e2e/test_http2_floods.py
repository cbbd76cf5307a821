"""Floods of HTTP/2: the connection ends with GOAWAY ENHANCE_YOUR_CALM, memory stays bounded, the others are served."""

import itertools

import pytest

from harness import clients, h2, processes
from harness.h2 import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, HEADERS, PING, PRIORITY,
                        RST_STREAM, SETTINGS, WINDOW_UPDATE, RawH2, frame, header_block, request_fields)
from harness.origins import answers

BLOCK = header_block(request_fields("/flood"))
POST = header_block(request_fields("/flood", "POST"))
GROWTH = 64 << 20


def rapid_reset():
    """CVE-2023-44487: open and cancel, again and again."""
    streams = itertools.count(1, 2)

    def some():
        return b"".join(frame(HEADERS, END_HEADERS | END_STREAM, stream, BLOCK)
                        + frame(RST_STREAM, 0, stream, (8).to_bytes(4, "big"))
                        for stream in itertools.islice(streams, 100))
    return some


def made_to_reset():
    """The server made to reset, by streams that break a rule (as in CVE-2025-8671)."""
    streams = itertools.count(1, 2)

    def some():
        return b"".join(frame(HEADERS, END_HEADERS | END_STREAM, stream, BLOCK)
                        + frame(WINDOW_UPDATE, 0, stream, bytes(4)) for stream in itertools.islice(streams, 100))
    return some


def many_streams_beyond_the_limit():
    streams = itertools.count(1, 2)

    def some():
        return b"".join(frame(HEADERS, END_HEADERS, stream, POST) for stream in itertools.islice(streams, 100))
    return some


def once_then(first, again):
    def make():
        parts = iter([first])
        return lambda: next(parts, again)
    return make


def always(data):
    return lambda: (lambda: data)


FLOODS = {
    "rapid reset": rapid_reset,
    "streams that make the server reset": made_to_reset,
    "PING": always(frame(PING, 0, 0, bytes(8)) * 100),
    "SETTINGS": always(frame(SETTINGS) * 100),
    "SETTINGS that change": always((frame(SETTINGS, 0, 0, b"\0\x04\0\0\0\1") + frame(SETTINGS, 0, 0, b"\0\x04\0\1\0\0"))
                                   * 50),
    "CONTINUATION": once_then(frame(HEADERS, 0, 1, BLOCK), frame(CONTINUATION, 0, 1, header_block([("x", "y" * 1000)]))
                              * 10),
    "empty CONTINUATION": once_then(frame(HEADERS, 0, 1, BLOCK), frame(CONTINUATION, 0, 1) * 100),
    "empty DATA": once_then(frame(HEADERS, END_HEADERS, 1, POST), frame(DATA, 0, 1) * 100),
    "DATA of padding": once_then(frame(HEADERS, END_HEADERS, 1, POST), frame(DATA, 0x8, 1, b"\0") * 100),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_ended_calmly(node, name):
    assert clients.get(node.http, "/").status == 200
    edge = node.role("edge")
    before = processes.resident_bytes(edge)
    with RawH2(node.https) as connection, h2.H2(node.https) as neighbour:
        assert neighbour.get("/before").status == 200
        connection.flood(FLOODS[name]())
        assert neighbour.get("/after").status == 200, "a neighbour is not served"
        assert connection.goaway_code == ENHANCE_YOUR_CALM, f"GOAWAY code {connection.goaway_code}"
        assert connection.until(lambda: connection.closed), "the connection stays open after GOAWAY"
    assert clients.get(node.https, "/others", tls=True).status == 200
    assert processes.grown(edge, since=before) < GROWTH
    assert node.role("edge") == edge


CHATTER = {
    "PRIORITY": frame(PRIORITY, 0, 3, bytes(4) + b"\x10") * 100,
    "WINDOW_UPDATE": frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\1") * 100,
    "acknowledged SETTINGS": frame(SETTINGS, ACK) * 100,
    "acknowledged PING": frame(PING, ACK, 0, bytes(8)) * 100,
    "unknown frames": frame(0xEE, 0, 0, bytes(100)) * 20,
}


@pytest.mark.parametrize("name", CHATTER)
def test_idle_chatter_has_an_end_or_costs_nothing(node, name):
    """Frames that need no answer: a server may end them or read them away; it may not grow nor stop serving."""
    edge = node.role("edge")
    before = processes.resident_bytes(edge)
    with RawH2(node.https) as connection:
        connection.flood(CHATTER[name], within=1.0)
        assert clients.get(node.https, "/others", tls=True).status == 200
        assert connection.goaway_code in (None, ENHANCE_YOUR_CALM, h2.PROTOCOL_ERROR)
    assert processes.grown(edge, since=before) < GROWTH


def test_more_streams_than_allowed_are_refused_without_growth(node, origin):
    origin.on("/flood", lambda connection, request: connection.wait_until_peer_closes())
    edge = node.role("edge")
    before = processes.resident_bytes(edge)
    with RawH2(node.https) as connection:
        connection.flood(many_streams_beyond_the_limit(), within=3.0)
        assert clients.get(node.https, "/others", tls=True).status == 200
        assert connection.goaway_code in (None, ENHANCE_YOUR_CALM)
    assert processes.grown(edge, since=before) < GROWTH


def test_a_header_bomb_does_not_unfold(node):
    """A big field put into HPACK's table and then named a thousand times by one byte each."""
    bomb = b"\x40" + b"\x01x" + b"\x7f\xb9\x1e" + b"a" * 4000 + b"\xbe" * 10_000
    edge = node.role("edge")
    before = processes.resident_bytes(edge)
    with RawH2(node.https) as connection:
        for stream in range(1, 40, 2):
            block = header_block(request_fields("/bomb")) + (bomb if stream == 1 else b"\xbe" * 10_000)
            connection.send(frame(HEADERS, END_HEADERS | END_STREAM, stream, block))
            connection.receive()
        connection.until(lambda: connection.goaway_code is not None or connection.of(HEADERS, 1)
                         or connection.reset_of(1) is not None)
        statuses = [connection.status_of(stream) for stream in (1,) if connection.of(HEADERS, stream)]
        assert all(status == 431 for status in statuses)
    assert clients.get(node.https, "/others", tls=True).status == 200
    assert processes.grown(edge, since=before) < GROWTH


def test_windows_of_one_byte_do_not_tie_the_server_up(node, origin):
    """CVE-2019-9517 and the like: many answers asked for, hardly any room for them."""
    origin.on("/big", answers(200, bytes(1 << 20)))
    block = header_block(request_fields("/big"))
    edge = node.role("edge")
    before = processes.resident_bytes(edge)
    with RawH2(node.https, settings=b"\0\x04\0\0\0\1") as connection:
        connection.send(b"".join(frame(HEADERS, END_HEADERS | END_STREAM, stream, block)
                                 for stream in range(1, 200, 2)))
        assert connection.until(lambda: len(connection.of(DATA)) >= 100)
        connection.send(b"".join(frame(WINDOW_UPDATE, 0, stream, b"\0\0\0\1") for stream in range(1, 200, 2)))
        assert connection.until(lambda: len(connection.of(DATA)) >= 200)
        assert clients.get(node.https, "/others", tls=True).status == 200
        assert processes.grown(edge, since=before) < GROWTH
