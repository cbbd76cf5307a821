"""Ambiguous HTTP/1.1 is answered 400 and the connection ends; the origin never sees it (RFC 9112 sections 2, 5, 6, 7,
11.2). Each case carries a second request which a laxer reader would have found inside."""

import pytest

from harness import clients
from harness.clients import H1
from harness.polling import PATIENCE

INNER = b"GET /smuggled HTTP/1.1\r\nHost: example.com\r\n\r\n"
OK = b"Host: example.com\r\n"


def post(fields, body=b""):
    return b"POST /bad HTTP/1.1\r\n" + OK + fields + b"\r\n" + body + INNER


def get(fields=b"", line=b"GET /bad HTTP/1.1\r\n", host=OK):
    return line + host + fields + b"\r\n" + INNER


LENGTHS = {
    "two lengths": post(b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello"),
    "the same length twice": post(b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello"),
    "a list of lengths": post(b"Content-Length: 5, 5\r\n", b"hello"),
    "a list of unlike lengths": post(b"Content-Length: 5, 6\r\n", b"hello"),
    "a plus sign": post(b"Content-Length: +5\r\n", b"hello"),
    "a minus sign": post(b"Content-Length: -5\r\n", b"hello"),
    "a negative zero": post(b"Content-Length: -0\r\n"),
    "hexadecimal": post(b"Content-Length: 0x5\r\n", b"hello"),
    "two numbers": post(b"Content-Length: 5 5\r\n", b"hello"),
    "nothing": post(b"Content-Length:\r\n"),
    "a fraction": post(b"Content-Length: 5.0\r\n", b"hello"),
    "a letter behind": post(b"Content-Length: 5a\r\n", b"hello"),
    "an underscore": post(b"Content-Length: 1_0\r\n", b"hello12345"),
    "more than 64 bits": post(b"Content-Length: 18446744073709551621\r\n", b"hello"),
    "a vertical tab": post(b"Content-Length: \x0b5\r\n", b"hello"),
    "a NUL": post(b"Content-Length: 5\x00\r\n", b"hello"),
    "an odd name": post(b"Content-Length\x00: 5\r\n", b"hello"),
    "an unlike second under another case": post(b"Content-Length: 5\r\ncontent-length: 0\r\n", b"hello"),
    "with Transfer-Encoding": post(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "after Transfer-Encoding": post(b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"0\r\n\r\n"),
}

ENCODINGS = {
    "chunked twice": post(b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"),
    "in two fields": post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "identity": post(b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n", b"hello"),
    "chunked not last": post(b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n"),
    "an unknown coding": post(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    "quoted": post(b'Transfer-Encoding: "chunked"\r\n', b"0\r\n\r\n"),
    "a vertical tab before": post(b"Transfer-Encoding: \x0bchunked\r\n", b"0\r\n\r\n"),
    "a NUL behind": post(b"Transfer-Encoding: chunked\x00\r\n", b"0\r\n\r\n"),
    "a comma before": post(b"Transfer-Encoding: , chunked\r\nContent-Length: 5\r\n", b"0\r\n\r\n"),
    "empty with a length": post(b"Transfer-Encoding:\r\nContent-Length: 5\r\n", b"hello"),
    "in HTTP/1.0": b"POST /bad HTTP/1.0\r\n" + OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + INNER,
    "folded": post(b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n"),
    "a space before its colon": post(b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n"),
    "high bytes": post(b"Transfer-Encoding: chunked\xa0\r\n", b"0\r\n\r\n"),
}

LINES = {
    "a bare CR in a value": get(b"X: a\rb\r\n"),
    "a bare CR as line end": get(b"X: a\rContent-Length: 5\r\n"),
    "bare LF as line end": b"GET /bad HTTP/1.1\n" + b"Host: example.com\n\n" + INNER,
    "one bare LF": get(b"X: a\nContent-Length: 5\r\n"),
    "LF CR": get(b"X: a\n\rY: b\r\n"),
    "CR CR LF": get(b"X: a\r\r\n"),
    "a bare CR in the request line": get(line=b"GET /bad\r HTTP/1.1\r\n"),
    "a NUL in a value": get(b"X: a\x00b\r\n"),
    "a control character in a value": get(b"X: a\x01b\r\n"),
    "DEL in a value": get(b"X: a\x7fb\r\n"),
    "a folded value": get(b"X: a\r\n b\r\n"),
    "a value folded with a tab": get(b"X: a\r\n\tb\r\n"),
    "a folded first field": get(host=b" X: a\r\n" + OK),
    "a space before the colon": get(b"X : a\r\n"),
    "a tab before the colon": get(b"X\t: a\r\n"),
    "a space in a name": get(b"X Y: a\r\n"),
    "an empty name": get(b": a\r\n"),
    "no colon": get(b"nonsense\r\n"),
    "a name with a bracket": get(b"X(: a\r\n"),
    "a name with a slash": get(b"X/Y: a\r\n"),
    "a name with a high byte": get(b"X\xe9: a\r\n"),
    "a name with a NUL": get(b"X\x00: a\r\n"),
    "a name with an at sign": get(b"X@: a\r\n"),
}

HOSTS = {
    "missing": get(host=b""),
    "twice": get(host=OK + b"Host: other.example\r\n"),
    "the same twice": get(host=OK + OK),
    "unlike the absolute target": get(line=b"GET http://other.example/bad HTTP/1.1\r\n"),
    "with a space": get(host=b"Host: example.com other.example\r\n"),
    "a list": get(host=b"Host: example.com, other.example\r\n"),
    "with a path": get(host=b"Host: example.com/x\r\n"),
    "with a user": get(host=b"Host: user@example.com\r\n"),
    "with a port that is no number": get(host=b"Host: example.com:8o\r\n"),
    "with a port out of range": get(host=b"Host: example.com:65536\r\n"),
    "with a bracket left open": get(host=b"Host: [::1\r\n"),
    "with a query": get(host=b"Host: example.com?x\r\n"),
    "with a backslash": get(host=b"Host: example.com\\x\r\n"),
    "with a high byte": get(host=b"Host: ex\xe4mple.com\r\n"),
    "with a space before the colon": get(host=b"Host : example.com\r\n"),
}

REQUEST_LINES = {
    "no version": get(line=b"GET /bad\r\n"),
    "two spaces": get(line=b"GET  /bad HTTP/1.1\r\n"),
    "two spaces before the version": get(line=b"GET /bad  HTTP/1.1\r\n"),
    "a space behind": get(line=b"GET /bad HTTP/1.1 \r\n"),
    "a tab": get(line=b"GET\t/bad HTTP/1.1\r\n"),
    "a space before": get(line=b" GET /bad HTTP/1.1\r\n"),
    "a space in the target": get(line=b"GET /bad bad HTTP/1.1\r\n"),
    "a lower-case version": get(line=b"GET /bad http/1.1\r\n"),
    "a version of two digits": get(line=b"GET /bad HTTP/1.10\r\n"),
    "a version without a dot": get(line=b"GET /bad HTTP/11\r\n"),
    "a version of letters": get(line=b"GET /bad HTTP/x.y\r\n"),
    "another protocol": get(line=b"GET /bad HTCPCP/1.1\r\n"),
    "a target without a slash": get(line=b"GET bad HTTP/1.1\r\n"),
    "a fragment": get(line=b"GET /bad#x HTTP/1.1\r\n"),
    "a control character": get(line=b"GET /b\x01d HTTP/1.1\r\n"),
    "a NUL": get(line=b"GET /b\x00d HTTP/1.1\r\n"),
    "a bad method": get(line=b"G(T /bad HTTP/1.1\r\n"),
    "no method": get(line=b"/bad HTTP/1.1\r\n"),
    "an asterisk for a GET": get(line=b"GET * HTTP/1.1\r\n"),
}

CHUNKS = {
    "a letter that is no digit": b"g\r\nhello\r\n0\r\n\r\n",
    "a minus sign": b"-5\r\nhello\r\n0\r\n\r\n",
    "a plus sign": b"+5\r\nhello\r\n0\r\n\r\n",
    "hexadecimal prefix": b"0x5\r\nhello\r\n0\r\n\r\n",
    "an underscore": b"1_0\r\nhello12345678901\r\n0\r\n\r\n",
    "a space before": b" 5\r\nhello\r\n0\r\n\r\n",
    "a space behind": b"5 \r\nhello\r\n0\r\n\r\n",
    "no size": b"\r\nhello\r\n0\r\n\r\n",
    "more than 64 bits": b"10000000000000005\r\nhello\r\n0\r\n\r\n",
    "more data than the size": b"5\r\nhello!\r\n0\r\n\r\n",
    "no line end after the data": b"5\r\nhello0\r\n\r\n",
    "LF after the size": b"5\nhello\r\n0\r\n\r\n",
    "LF after the data": b"5\r\nhello\n0\r\n\r\n",
    "CR alone after the size": b"5\rhello\r\n0\r\n\r\n",
    "LF in an extension": b"5;a\nb\r\nhello\r\n0\r\n\r\n",
    "CR in an extension": b"5;a\rb\r\nhello\r\n0\r\n\r\n",
    "NUL in an extension": b"5;a\x00b\r\nhello\r\n0\r\n\r\n",
    "no semicolon before an extension": b"5 a\r\nhello\r\n0\r\n\r\n",
    "LF after the last chunk": b"5\r\nhello\r\n0\n\n",
    "a trailer without a colon": b"5\r\nhello\r\n0\r\nnonsense\r\n\r\n",
    "a folded trailer": b"5\r\nhello\r\n0\r\nX: a\r\n b\r\n\r\n",
    "a trailer with a bare CR": b"5\r\nhello\r\n0\r\nX: a\rb\r\n\r\n",
}


def cases(*tables):
    return [pytest.param(raw, id=f"{table}: {name}") for table, rows in tables for name, raw in rows.items()]


def is_refused(node, origin, raw):
    """Sends it: there must be one answer, the end of the connection, and nothing of the inner request at the origin.
    The answer, and the requests that did reach the origin."""
    mark = origin.mark()
    with H1(node.http) as connection:
        connection.send(raw)
        answer = connection.read_response()
        connection.socket.settimeout(3 * PATIENCE)
        more = connection.rest()
    assert clients.get(node.http, "/sentinel").status == 200  # whatever was passed on before has come by now
    assert more == b"", f"more than one answer: {more!r}"
    assert b"/smuggled" not in origin.received_since(mark), "the inner request was passed on"
    return answer, [request for request in origin.requests_since(mark) if request.path != "/sentinel"]


@pytest.mark.parametrize("raw", cases(("length", LENGTHS), ("encoding", ENCODINGS), ("line", LINES), ("host", HOSTS),
                                      ("request line", REQUEST_LINES)))
def test_ambiguous_heads_are_answered_400_and_not_passed_on(node, origin, raw):
    answer, passed_on = is_refused(node, origin, raw)
    assert not passed_on, f"passed on as {passed_on[0].line!r} {passed_on[0].fields}"
    assert answer.status == 400, answer
    assert "close" in answer.field("connection", "").lower()


@pytest.mark.parametrize("version", ["HTTP/2.0", "HTTP/3.0", "HTTP/0.9"])
def test_other_major_versions_are_not_spoken_in_this_form(node, origin, version):
    answer, passed_on = is_refused(node, origin, get(line=f"GET /bad {version}\r\n".encode()))
    assert answer.status in (400, 505) and not passed_on


@pytest.mark.parametrize("raw", cases(("chunk", CHUNKS)))
def test_bad_chunks_never_complete_a_request(node, origin, raw):
    head = b"POST /chunk HTTP/1.1\r\n" + OK + b"Transfer-Encoding: chunked\r\n\r\n"
    answer, passed_on = is_refused(node, origin, head + raw + INNER)
    assert answer.status == 400
    assert not any(request.complete for request in passed_on)


def test_a_transfer_coding_that_nobody_knows_is_refused(node, origin):
    answer, passed_on = is_refused(node, origin, post(b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"))
    assert answer.status in (400, 501) and not passed_on


def test_a_refused_request_does_not_undo_the_one_before_it(node):
    with H1(node.http) as connection:
        connection.send(clients.request("/good") + LINES["a NUL in a value"])
        assert connection.read_response().status == 200
        assert connection.read_response().status == 400
        assert connection.is_closed()


@pytest.mark.parametrize("raw", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64), b"\x00" * 100,
                                 b"SSH-2.0-OpenSSH_9.2\r\n", b"\xff" * 200 + b"\r\n\r\n"],
                         ids=["a TLS hello", "zeros", "ssh", "high bytes"])
def test_other_protocols_on_the_plain_listener_are_turned_away(node, origin, raw):
    before = len(origin.requests)
    with H1(node.http) as connection:
        connection.send(raw)
        answer = connection.rest()
    assert not answer.startswith(b"HTTP/1.1 2")
    assert len(origin.requests) == before


def test_plain_http_on_the_tls_listener_is_turned_away(node):
    with H1(node.https) as connection:
        connection.send(clients.request("/plain"))
        assert b" 200 " not in connection.rest()[:20]
