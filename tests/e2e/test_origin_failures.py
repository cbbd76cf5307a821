"""What a visitor is told when the origin fails: the status in Cloudflare's meaning and the reason in Proxy-Status
(RFC 9209)."""

import ssl

import pytest

from harness import clients, h2, origins
from harness.brink import zone
from harness.clients import H1, proxy_status_error
from harness.ports import free_port

QUICK = {"origin": {"connect_timeout": "500ms", "first_byte_timeout": "500ms", "between_bytes_timeout": "500ms"}}


@pytest.fixture(scope="module")
def broken(module_started, origin, authority):
    """One node with a zone for each way in which an origin can be away; `origin` is behind every other name."""
    full = module_started.keep(origins.FullListener())
    plain = module_started.origin()
    self_signed = origins.Origin(tls=origins.server_context(authority.issue("strict.example", self_signed=True)))
    module_started.keep(self_signed)

    def away(name, url, **more):
        return zone(url, name=name, hosts=[name], **more)

    return module_started.brink(
        zone(origin), away("refused.example", f"http://127.0.0.1:{free_port()}"), away("full.example", full),
        away("unroutable.example", "http://224.0.0.1:80"), away("nameless.example", "http://no-such-name.invalid:80"),
        away("not-tls.example", plain.url.replace("http:", "https:"), tls="full"),
        away("strict.example", self_signed, tls="strict"), config=QUICK)


def told(node, host="example.com", path="/", **how):
    answer = clients.get(node.http, path, host=host, **how)
    assert answer.complete and "proxy-status" in answer.fields
    assert answer.field("cf-ray")
    return answer.status, proxy_status_error(answer)


def test_an_origin_that_refuses_is_521(broken):
    assert told(broken, "refused.example") == (521, "connection_refused")


def test_an_origin_that_cannot_be_connected_in_time_is_522(broken):
    assert told(broken, "full.example") == (522, "connection_timeout")


def test_an_origin_that_cannot_be_routed_is_523(broken):
    assert told(broken, "unroutable.example") == (523, "destination_ip_unroutable")


def test_an_origin_whose_name_is_unknown_is_told_as_dns(broken):
    status, error = told(broken, "nameless.example")
    assert status in (523, 530) and error in ("dns_error", "dns_timeout")


def test_an_origin_that_speaks_no_tls_is_525(broken):
    status, error = told(broken, "not-tls.example")
    assert status == 525 and error in ("tls_protocol_error", "tls_alert_received")


def test_an_origin_with_an_invalid_certificate_is_526(broken):
    assert told(broken, "strict.example") == (526, "tls_certificate_error")


def test_an_origin_that_never_answers_is_504(broken, origin):
    origin.on("/never", origins.never_answers)
    assert told(broken, path="/never") == (504, "http_response_timeout")
    request = origin.request_to("/never")
    assert request.connection.ended_by_peer.wait(5), "the connection to the silent origin is kept"


def test_an_origin_that_closes_without_a_word_is_502(broken, origin):
    origin.on("/closes", origins.closes)
    status, error = told(broken, path="/closes", method="POST", body=b"x")
    assert status == 502 and error in ("connection_terminated", "http_response_incomplete")


def test_an_origin_that_resets_is_502(broken, origin):
    origin.on("/resets", lambda connection, request: connection.reset())
    status, error = told(broken, path="/resets", method="POST", body=b"")
    assert status == 502 and error in ("connection_terminated", "http_response_incomplete")


HEAD = b"HTTP/1.1 200 OK\r\n"
GARBAGE = {
    "ssh": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "zeros": b"\0" * 100,
    "html alone": b"<html>hello</html>\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "a status of letters": b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
    "a status below 100": b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n",
    "a version of its own": b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a list of unlike lengths": HEAD + b"Content-Length: 5, 6\r\n\r\nhello!",
    "a length of letters": HEAD + b"Content-Length: five\r\n\r\nhello",
    "a negative length": HEAD + b"Content-Length: -5\r\n\r\nhello",
    "a length with chunks": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an unknown coding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked twice": HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "a folded field": HEAD + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "a space before the colon": HEAD + b"Content-Length : 0\r\n\r\n",
    "no colon": HEAD + b"nonsense\r\nContent-Length: 0\r\n\r\n",
    "a bare CR": HEAD + b"X: a\rb\r\nContent-Length: 0\r\n\r\n",
    "a NUL": HEAD + b"X: a\0b\r\nContent-Length: 0\r\n\r\n",
    "a bad name": HEAD + b"X(: a\r\nContent-Length: 0\r\n\r\n",
    "a switch nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
}


@pytest.mark.parametrize("raw", GARBAGE.values(), ids=GARBAGE.keys())
def test_an_origin_that_sends_garbage_is_502_and_none_of_it_is_shown(broken, origin, raw):
    origin.on("/garbage", origins.sends(raw, then_close=True))
    with H1(broken.http) as connection:
        answer = connection.get("/garbage")
        assert answer.status == 502
        assert proxy_status_error(answer) in ("http_protocol_error", "http_response_incomplete",
                                              "http_upgrade_failed"), answer.field("proxy-status")
        assert b"hello" not in answer.body
        assert connection.get("/after").status == 200, "the visitor's connection suffers for the origin's fault"


def test_an_origin_whose_head_never_ends_is_502_and_bounded(broken, origin):
    def endless(connection, request):
        connection.send(HEAD)
        sent = 0
        while sent < 64 << 20:
            connection.send(b"X-Filler: " + b"x" * 1000 + b"\r\n")
            sent += 1012
        raise AssertionError("Brink read 64 MiB of fields")

    origin.on("/endless", endless)
    status, error = told(broken, path="/endless")
    assert status == 502
    assert error in ("http_response_header_section_size", "http_response_header_size", "http_protocol_error")
    assert not origin.faults


def test_an_origin_that_sends_only_informational_responses_is_bounded(broken, origin):
    def forever(connection, request):
        for _ in range(100_000):
            connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 10)
        raise AssertionError("a million informational responses were taken")

    origin.on("/hints-forever", forever)
    answer = clients.get(broken.http, "/hints-forever")
    assert answer.status in (502, 504) and not origin.faults


def test_a_head_that_comes_in_part_is_an_incomplete_response(broken, origin):
    origin.on("/partial", origins.sends(HEAD + b"Content-Le", then_close=True))
    status, error = told(broken, path="/partial", method="POST", body=b"")
    assert status == 502 and error in ("http_response_incomplete", "connection_terminated")


CUT = {
    "within its length": HEAD + b"Content-Length: 10\r\n\r\n12345",
    "within a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\na\r\n12345",
    "between chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
    "by a bad chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\nzz\r\n",
}


@pytest.mark.parametrize("raw", CUT.values(), ids=CUT.keys())
@pytest.mark.parametrize("over", ["h1", "h2"])
def test_a_response_cut_in_the_middle_is_never_shown_as_whole(broken, origin, raw, over):
    origin.on("/cut", origins.sends(raw, then_close=True))
    if over == "h1":
        with H1(broken.http) as connection:
            answer = connection.get("/cut")
            assert answer.status == 502 or (answer.status == 200 and not answer.complete and connection.is_closed())
    else:
        with h2.H2(broken.https) as connection:
            answer = connection.get("/cut")
            assert answer.status == 502 or (answer.status == 200 and answer.reset not in (None, h2.NO_ERROR))
            assert connection.get("/after").status == 200


def test_a_response_that_stalls_in_the_middle_is_cut(broken, origin):
    def stalls(connection, request):
        connection.send(HEAD + b"Content-Length: 10\r\n\r\n12345")
        connection.wait_until_peer_closes()

    origin.on("/stalls", stalls)
    answer = clients.get(broken.http, "/stalls")
    assert (answer.status, answer.body, answer.complete) == (200, b"12345", False)


def test_bytes_after_a_response_do_not_become_the_next_one(broken, origin):
    origin.on("/more", origins.sends(origins.response(200, b"right") + origins.response(200, b"POISON")))
    with H1(broken.http) as connection:
        assert connection.get("/more").body == b"right"
        for _ in range(5):
            assert b"POISON" not in connection.get("/after").body


def test_a_tls_origin_that_closes_in_the_handshake_is_525(started, authority):
    closing = started.origin().on_connect(lambda connection: connection.close())
    node = started.brink(zone(closing.url.replace("http:", "https:"), tls="full"))
    answer = clients.get(node.http, "/")
    assert answer.status == 525


def test_a_tls_origin_that_never_shakes_hands_is_bounded(started):
    silent = started.origin().on_connect(lambda connection: connection.wait_until_peer_closes())
    node = started.brink(zone(silent.url.replace("http:", "https:"), tls="full"), config=QUICK)
    assert clients.get(node.http, "/").status in (522, 525)


def test_an_origin_of_tls_1_1_alone_is_525(started, authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf = authority.issue("example.com")
    context.load_cert_chain(leaf.chain_file, leaf.key_file)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    node = started.brink(zone(started.origin(tls=context), tls="full"))
    assert clients.get(node.http, "/").status == 525


def test_the_origins_own_errors_pass_as_they_are(broken, origin):
    origin.on("/own", origins.answers(503, b"my own page", [("Content-Type", "text/x-mine"), ("Retry-After", "7")]))
    answer = clients.get(broken.http, "/own")
    assert (answer.status, answer.body, answer.field("retry-after")) == (503, b"my own page", "7")
    assert proxy_status_error(answer) is None


def test_the_log_tells_the_origins_status_apart_from_the_visitors(broken, origin):
    clients.get(broken.http, "/logged-failure", host="refused.example")
    line = broken.access_of("/logged-failure")
    assert line["EdgeResponseStatus"] == 521 and line["OriginResponseStatus"] == 0
    origin.on("/logged-503", origins.answers(503, b""))
    clients.get(broken.http, "/logged-503")
    line = broken.access_of("/logged-503")
    assert line["EdgeResponseStatus"] == line["OriginResponseStatus"] == 503
