"""The fields that a proxy adds, takes away and leaves alone (RFC 9110 section 7.6, RFC 7239, Cloudflare's names)."""

import datetime
import email.utils
import re

import pytest

from harness import clients, h2, origins
from harness.brink import zone
from harness.clients import H1


@pytest.fixture(scope="module")
def trusting(module_started, origin):
    """A node that believes X-Forwarded-For from 127.0.0.0/8."""
    return module_started.brink(zone(origin), config={"edge": {"trusted_proxies": ["127.0.0.0/8"]}})


def test_the_visitor_is_named_to_the_origin(node):
    answer = clients.get(node.http, "/")
    assert answer.seen("cf-connecting-ip") == ["127.0.0.1"]
    assert answer.seen("x-forwarded-for") == ["127.0.0.1"]
    assert answer.seen("x-forwarded-proto") == ["http"]
    assert answer.seen("x-forwarded-host") == ["example.com"]
    assert answer.seen("host") == ["example.com"]
    assert clients.get(node.http, "/", source="127.0.0.9").seen("cf-connecting-ip") == ["127.0.0.9"]


def test_forwarded_says_the_same_in_the_standards_words(node):
    (value,) = clients.get(node.https, "/", tls=True).seen("forwarded")
    pairs = dict(pair.strip().split("=", 1) for pair in value.split(",")[-1].split(";"))
    pairs = {name.lower(): text.strip('"') for name, text in pairs.items()}
    assert pairs["for"] == "127.0.0.1" and pairs["proto"] == "https" and pairs["host"] == "example.com"


@pytest.mark.parametrize("how", ["h1", "h2"])
def test_https_is_told_as_https(node, how):
    answer = clients.get(node.https, "/", tls=True) if how == "h1" else h2.get(node.https, "/")
    assert answer.seen("x-forwarded-proto") == ["https"]


def test_via_names_the_protocol_the_request_came_by(node):
    (via,) = clients.get(node.http, "/").seen("via")
    assert re.fullmatch(r"1\.1 \S+.*", via)
    (via,) = h2.get(node.https, "/").seen("via")
    assert re.fullmatch(r"2(\.0)? \S+.*", via)
    values = ", ".join(clients.get(node.http, "/", fields=[("Via", "1.0 fred")]).seen("via"))
    assert re.fullmatch(r"1\.0 fred, 1\.1 \S+.*", values)


def test_a_stranger_cannot_say_who_he_is(node):
    answer = clients.get(node.http, "/", fields=[
        ("CF-Connecting-IP", "6.6.6.6"), ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "evil.example"), ("CF-Ray", "0000000000000000"), ("Brink-Ray", "0000000000000000")])
    assert answer.seen("cf-connecting-ip") == ["127.0.0.1"]
    assert ", ".join(answer.seen("x-forwarded-for")).split(", ")[-1] == "127.0.0.1"
    assert answer.seen("x-forwarded-proto") == ["http"]
    assert answer.seen("x-forwarded-host") == ["example.com"]
    assert answer.seen("cf-ray") == [answer.field("cf-ray")] != ["0000000000000000"]
    assert node.access(RayID=answer.field("cf-ray").split("-")[0])["ClientIP"] == "127.0.0.1"


def test_a_trusted_proxy_is_believed_and_only_as_far_as_trust_goes(trusting):
    answer = clients.get(trusting.http, "/trusted", fields=[("X-Forwarded-For", "9.9.9.9, 6.6.6.6, 127.0.0.5")])
    assert answer.seen("cf-connecting-ip") == ["6.6.6.6"]
    assert trusting.access_of("/trusted")["ClientIP"] == "6.6.6.6"


@pytest.mark.parametrize("value", ["not an address", "6.6.6.6:80:80", "", ",", "127.0.0.1", "[::1"])
def test_a_trusted_proxy_that_talks_nonsense_is_not_believed(trusting, value):
    answer = clients.get(trusting.http, "/", fields=[("X-Forwarded-For", value)])
    assert answer.status == 200 and answer.seen("cf-connecting-ip") == ["127.0.0.1"]


@pytest.mark.parametrize("value", ["2001:db8::7", "2001:DB8:0:0::7"])
def test_a_trusted_proxy_may_name_an_ipv6_visitor(trusting, value):
    answer = clients.get(trusting.http, "/", fields=[("X-Forwarded-For", value)])
    assert answer.seen("cf-connecting-ip") == ["2001:db8::7"]


def test_a_trusted_proxy_may_say_that_the_visitor_came_by_https(trusting):
    answer = clients.get(trusting.http, "/", fields=[("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Proto", "https")])
    assert answer.seen("x-forwarded-proto") == ["https"]


def test_the_ray_is_one_to_the_visitor_the_origin_and_the_log(node):
    answer = clients.get(node.http, "/ray")
    ray = answer.field("cf-ray")
    assert ray and answer.field("brink-ray") == ray
    assert answer.seen("cf-ray") == [ray]
    assert re.fullmatch(r"[0-9a-f]{16}(-[A-Z]{3})?", ray)
    assert node.access_of("/ray")["RayID"] == ray.split("-")[0]
    assert clients.get(node.http, "/ray").field("cf-ray") != ray


def test_fields_of_the_connection_are_not_passed_on(node):
    answer = clients.get(node.http, "/", fields=[
        ("Connection", "keep-alive, X-Hop, X-Forwarded-For, CF-Connecting-IP, Host"), ("X-Hop", "1"),
        ("Keep-Alive", "timeout=5"), ("Proxy-Connection", "keep-alive"), ("X-End", "2")])
    for name in ("x-hop", "keep-alive", "proxy-connection"):
        assert answer.seen(name) == [], name
    assert "x-hop" not in ", ".join(answer.seen("connection")).lower()
    assert answer.seen("x-end") == ["2"] and answer.seen("host") == ["example.com"]
    assert answer.seen("cf-connecting-ip") == ["127.0.0.1"], "a visitor took away what Brink adds"
    assert answer.seen("x-forwarded-for") == ["127.0.0.1"]


def test_fields_of_the_origins_connection_are_not_passed_on(node, origin):
    origin.on("/hop", origins.answers(200, b"x", [("Connection", "X-Hop"), ("X-Hop", "1"), ("Keep-Alive", "timeout=5"),
                                                  ("Proxy-Connection", "keep-alive"), ("X-End", "2")]))
    answer = clients.get(node.http, "/hop")
    assert not {"x-hop", "keep-alive", "proxy-connection"} & {name.lower() for name, _ in answer.fields}
    assert answer.field("x-end") == "2"


def test_an_upgrade_that_the_origin_does_not_know_is_an_ordinary_request(node):
    answer = clients.get(node.http, "/", fields=[("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"),
                                                 ("HTTP2-Settings", "AAMAAABkAAQAoAAAAAIAAAAA")])
    assert answer.status == 200 and answer.seen("http2-settings") == []
    assert answer.seen("upgrade") == []


def test_other_fields_pass_as_they_are_and_in_order(node, origin):
    fields = [("X-B", "2"), ("x-a", "1"), ("X-B", "3"), ("Accept", "*/*"), ("X-Quote", 'a="b;\\"c", d'),
              ("X-High", "caf\xe9 \xff"), ("X-Empty", ""), ("Authorization", "Bearer t"), ("User-Agent", "")]
    seen = clients.get(node.http, "/", fields=fields).json()["fields"]
    mine = [(name, value) for name, value in map(tuple, seen)
            if name.lower() in {name.lower() for name, _ in fields}]
    assert [(name.lower(), value) for name, value in mine] == [(name.lower(), value) for name, value in fields]
    origin.on("/fields", origins.answers(200, b"", [("X-High", "caf\xe9 \xff"), ("Server", "mine"), ("X-Empty", ""),
                                                    ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"),
                                                    ("Proxy-Status", "other; error=x")]))
    answer = clients.get(node.http, "/fields")
    assert answer.field("x-high") == "caf\xe9 \xff" and answer.field("server") == "mine"
    assert answer.fields.all("set-cookie") == ["a=1", "b=2"] and answer.field("x-empty") == ""


def test_a_response_without_a_date_gets_one(node, origin):
    origin.on("/dated", origins.answers(200, b"", [("Date", "Sun, 06 Nov 1994 08:49:37 GMT")]))
    assert clients.get(node.http, "/dated").fields.all("date") == ["Sun, 06 Nov 1994 08:49:37 GMT"]
    (date,) = clients.get(node.http, "/undated").fields.all("date")
    age = datetime.datetime.now(datetime.timezone.utc) - email.utils.parsedate_to_datetime(date)
    assert abs(age.total_seconds()) < 5 and date.endswith(" GMT")


def test_max_forwards_counts_down_and_ends_at_brink(node, origin):
    answer = clients.get(node.http, "/max", method="OPTIONS", fields=[("Max-Forwards", "5")])
    assert answer.seen("max-forwards") == ["4"]
    answer = clients.get(node.http, "/max-zero", method="OPTIONS", fields=[("Max-Forwards", "0")])
    assert answer.status in (200, 204) and not origin.requests_to("/max-zero")


@pytest.mark.parametrize("how", ["h1", "h2"])
@pytest.mark.parametrize("fields", [[], [("max-forwards", "0")], [("max-forwards", "3")]])
def test_trace_is_refused(node, origin, how, fields):
    if how == "h1":
        answer = clients.get(node.http, "/trace", method="TRACE", fields=fields)
    else:
        answer = h2.get(node.https, "/trace", method="TRACE", fields=fields)
    assert answer.status == 405 and "allow" in answer.fields and "TRACE" not in answer.field("allow")
    assert not origin.requests_to("/trace")


def test_connect_is_no_way_to_other_servers(node, origin):
    with H1(node.http) as connection:
        connection.send(f"CONNECT 127.0.0.1:{origin.port} HTTP/1.1\r\nHost: 127.0.0.1:{origin.port}\r\n\r\n")
        assert connection.read_response().status in (400, 405, 501)
    assert not any(request.method == "CONNECT" for request in origin.requests)


def test_the_origin_can_be_given_another_host(started):
    origin = started.origin()
    node = started.brink(zone(origin, origin_host="inside.example"))
    answer = clients.get(node.http, "/")
    assert answer.seen("host") == ["inside.example"] and answer.seen("x-forwarded-host") == ["example.com"]


def test_server_timing_is_sent_where_it_is_asked_for(started, origin, node):
    assert "server-timing" not in clients.get(node.http, "/").fields
    timed = started.brink(zone(origin), config={"edge": {"server_timing": True}})
    value = clients.get(timed.http, "/").field("server-timing")
    assert value and all(re.fullmatch(r"[A-Za-z0-9_.-]+(;dur=[0-9.]+|;desc=\S+)*", part.strip())
                         for part in value.split(",")), value
