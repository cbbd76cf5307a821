"""What comes in as HTTP/2 leaves as clean HTTP/1.1, or not at all (RFC 9113 sections 8.1 to 8.3, 10.3)."""

import json

import pytest

from harness import clients
from harness.h2 import (CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PADDED, PING, PUSH_PROMISE, SETTINGS,
                        WINDOW_UPDATE, RawH2, dial_h2, frame, header_block, request_fields)

PSEUDO = request_fields("/bad")


def fields(*more, **replaced):
    """A request's fields; `replaced` by the name of the pseudo-field."""
    return [(name, replaced.get(name[1:], value)) for name, value in PSEUDO] + list(more)


MALFORMED = {
    "CRLF in a value": fields(("x", "a\r\nX-Evil: 1")),
    "CR in a value": fields(("x", "a\rb")),
    "LF in a value": fields(("x", "a\nb")),
    "NUL in a value": fields(("x", "a\0b")),
    "CRLF in a name": fields(("x: 1\r\nx-evil", "1")),
    "a colon in a name": fields(("x:y", "1")),
    "a space in a name": fields(("x y", "1")),
    "a capital in a name": fields(("X-Upper", "1")),
    "an empty name": fields(("", "1")),
    "a NUL in a name": fields(("x\0", "1")),
    "a high byte in a name": fields(("x\xe9", "1")),
    "connection": fields(("connection", "close")),
    "keep-alive": fields(("keep-alive", "timeout=5")),
    "proxy-connection": fields(("proxy-connection", "close")),
    "transfer-encoding": fields(("transfer-encoding", "chunked")),
    "upgrade": fields(("upgrade", "h2c")),
    "te other than trailers": fields(("te", "gzip")),
    "a space in the path": fields(path="/bad HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET /smuggled"),
    "CRLF in the path": fields(path="/bad\r\nX-Evil: 1"),
    "a NUL in the path": fields(path="/bad\0"),
    "an empty path": fields(path=""),
    "a path without a slash": fields(path="bad"),
    "a fragment in the path": fields(path="/bad#x"),
    "a tab in the path": fields(path="/bad\tx"),
    "a space in the method": fields(method="GET /smuggled HTTP/1.1\r\nX: "),
    "CRLF in the method": fields(method="GET\r\n"),
    "an empty method": fields(method=""),
    "CRLF in the authority": fields(authority="example.com\r\nX-Evil: 1"),
    "a user in the authority": fields(authority="user@example.com"),
    "a path in the authority": fields(authority="example.com/x"),
    "a space in the authority": fields(authority="example.com evil"),
    "a backslash in the authority": fields(authority="example.com\\x"),
    "a bad port in the authority": fields(authority="example.com:8o"),
    "an odd scheme": fields(scheme="http://evil.example/?"),
    "CRLF in the scheme": fields(scheme="https\r\nX-Evil: 1"),
    "two paths": [*PSEUDO, (":path", "/other")],
    "two methods": [*PSEUDO, (":method", "POST")],
    "two authorities": [*PSEUDO, (":authority", "other.example")],
    "no path": [entry for entry in PSEUDO if entry[0] != ":path"],
    "no method": [entry for entry in PSEUDO if entry[0] != ":method"],
    "no scheme": [entry for entry in PSEUDO if entry[0] != ":scheme"],
    "no authority and no host": [entry for entry in PSEUDO if entry[0] != ":authority"],
    "a pseudo-field after a field": [*PSEUDO[:3], ("x", "1"), PSEUDO[3]],
    "an unknown pseudo-field": [*PSEUDO, (":evil", "1")],
    "a pseudo-field of responses": [*PSEUDO, (":status", "200")],
    "a host unlike the authority": fields(("host", "other.example")),
    "two hosts": fields(("host", "example.com"), ("host", "other.example")),
    "a protocol without CONNECT": [*PSEUDO, (":protocol", "websocket")],
    "two lengths": fields(("content-length", "0"), ("content-length", "5")),
    "a length that is no number": fields(("content-length", "five")),
    "a negative length": fields(("content-length", "-1")),
    "a length with a plus sign": fields(("content-length", "+0")),
    "a length of more than 64 bits": fields(("content-length", "18446744073709551616")),
    "a length but no body": fields(("content-length", "5")),
}


def refused(connection, stream=1):
    """Whether the stream was refused: 400, a reset of it, or the end of the connection."""
    connection.until(lambda: connection.reset_of(stream) is not None or connection.of(HEADERS, stream)
                     or connection.goaway_code is not None)
    if connection.of(HEADERS, stream):
        return connection.status_of(stream) == 400
    return connection.reset_of(stream) is not None or connection.goaway_code is not None or connection.closed


def nothing_came_through(node, origin, mark):
    assert clients.get(node.http, "/sentinel").status == 200
    received = origin.received_since(mark)
    for sign in (b"/bad", b"X-Evil", b"x-evil", b"/smuggled"):
        assert sign not in received, sign


@pytest.mark.parametrize("block", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_requests_are_refused_and_not_passed_on(node, origin, block):
    mark = origin.mark()
    with RawH2(node.https) as connection:
        connection.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, header_block(block)))
        is_refused = refused(connection)
    nothing_came_through(node, origin, mark)
    assert is_refused


@pytest.mark.parametrize("length, body", [("3", b"hello"), ("10", b"hello"), ("0", b"hello")])
def test_a_body_unlike_its_length_never_completes_a_request(node, origin, length, body):
    block = header_block([*request_fields("/length", "POST"), ("content-length", length)])
    mark = origin.mark()
    with RawH2(node.https) as connection:
        connection.send(frame(HEADERS, END_HEADERS, 1, block) + frame(DATA, END_STREAM, 1, body))
        assert refused(connection)
    assert clients.get(node.http, "/sentinel").status == 200
    for request in origin.requests_since(mark, "/length"):
        assert len(request.body) <= int(length)
        assert request.connection.received.endswith(b"\r\n\r\n" + request.body) or not request.complete


@pytest.mark.parametrize("trailers", [[(":path", "/x")], [("x", "a\r\nX-Evil: 1")], [("X-Upper", "1")],
                                      [("transfer-encoding", "chunked")], [("connection", "close")]],
                         ids=["pseudo-field", "CRLF", "capital", "transfer-encoding", "connection"])
def test_malformed_trailers_never_complete_a_request(node, origin, trailers):
    mark = origin.mark()
    with RawH2(node.https) as connection:
        connection.send(frame(HEADERS, END_HEADERS, 1, header_block(request_fields("/trailers", "POST")))
                        + frame(DATA, 0, 1, b"hello")
                        + frame(HEADERS, END_HEADERS | END_STREAM, 1, header_block(trailers)))
        assert refused(connection)
    assert clients.get(node.http, "/sentinel").status == 200
    assert not any(request.complete for request in origin.requests_since(mark, "/trailers"))
    assert b"X-Evil" not in origin.received_since(mark)


@pytest.mark.parametrize("trailer", ["content-length", "host", "authorization", "x-forwarded-for", "cf-connecting-ip"])
def test_trailers_cannot_become_fields(node, trailer):
    """RFC 9110 6.5.1: fields that frame, route or authenticate are not taken from trailers."""
    with RawH2(node.https) as connection:
        connection.send(frame(HEADERS, END_HEADERS, 1, header_block(request_fields("/late", "POST")))
                        + frame(DATA, 0, 1, b"hello")
                        + frame(HEADERS, END_HEADERS | END_STREAM, 1, header_block([(trailer, "1")])))
        assert connection.until(lambda: connection.of(DATA, 1) or connection.reset_of(1) is not None)
        if connection.reset_of(1) is None:
            body = b"".join(payload for _, _, _, payload in connection.of(DATA, 1))
            told = json.loads(body)
            assert trailer not in [name.lower() for name, _ in told["trailers"]]
            assert [trailer, "1"] not in [[name.lower(), value] for name, value in told["fields"]]


def test_a_malformed_stream_leaves_the_others_alone(node):
    with RawH2(node.https) as connection:
        connection.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, header_block(fields(("connection", "close"))))
                        + frame(HEADERS, END_HEADERS | END_STREAM, 3, header_block(request_fields("/good"))))
        assert connection.until(lambda: connection.of(HEADERS, 3))
        statuses = [connection.status_of(1) if connection.of(HEADERS, 1) else None]
        assert statuses[0] in (None, 400)


AGAINST_THE_PROTOCOL = {
    "data on an idle stream": frame(DATA, 0, 1, b"x"),
    "headers on stream 0": frame(HEADERS, END_HEADERS | END_STREAM, 0, b"\x82"),
    "an even stream": frame(HEADERS, END_HEADERS | END_STREAM, 2, header_block(PSEUDO)),
    "broken HPACK": frame(HEADERS, END_HEADERS, 1, b"\xff" * 20),
    "a continuation of nothing": frame(CONTINUATION, END_HEADERS, 1),
    "a push promise": frame(PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\2"),
    "a window update of zero": frame(WINDOW_UPDATE, 0, 0, bytes(4)),
    "a window that overflows": frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff") * 2,
    "a ping on a stream": frame(PING, 0, 1, bytes(8)),
    "settings of one byte": frame(SETTINGS, 0, 0, b"\0"),
    "a frame size below the least": frame(SETTINGS, 0, 0, b"\0\x05\0\0\0\1"),
    "padding longer than the frame": (frame(HEADERS, END_HEADERS, 1, header_block(PSEUDO))
                                      + frame(DATA, PADDED, 1, b"\xff")),
    "a frame longer than allowed": (1 << 20).to_bytes(3, "big") + bytes(6),
    "HTTP/1.1 inside": b"GET / HTTP/1.1\r\n\r\n" * 9,
}


@pytest.mark.parametrize("raw", AGAINST_THE_PROTOCOL.values(), ids=AGAINST_THE_PROTOCOL.keys())
def test_frames_against_the_protocol_end_the_connection(node, raw):
    with RawH2(node.https) as connection:
        connection.send(raw)
        assert connection.until(lambda: connection.closed, within=5), "the connection goes on"
        assert connection.goaway_code not in (0, None), f"GOAWAY {connection.goaway_code}"
    assert clients.get(node.https, "/others", tls=True).status == 200


def test_something_other_than_the_preface_ends_the_connection(node):
    with dial_h2(node.https) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
        sock.settimeout(5)
        received = b""
        while data := sock.recv(65536):
            received += data
        assert b"HTTP/1.1 200" not in received
