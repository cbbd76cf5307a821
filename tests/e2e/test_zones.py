"""Which zone a request belongs to, and what its `tls` means."""

import pytest

from harness import clients, h2, origins
from harness.brink import zone


@pytest.fixture(scope="module")
def many(module_started):
    """Zones that overlap; each origin says who it is."""
    def named(name, *hosts):
        origin = module_started.origin()
        origin.on("/", origins.answers(200, name.encode()))
        return zone(origin, name=name, hosts=hosts)

    return module_started.brink(
        named("everything", "*"), named("one", "one.example"), named("below", "*.one.example"),
        named("deeper", "*.deep.one.example"), named("exact", "exact.one.example"))


@pytest.mark.parametrize("host, expected", [
    ("one.example", "one"), ("ONE.example", "one"), ("one.example:8080", "one"), ("one.example.", "one"),
    ("a.one.example", "below"), ("a.b.one.example", "below"), ("a.deep.one.example", "deeper"),
    ("deep.one.example", "below"), ("exact.one.example", "exact"), ("Exact.One.Example:1", "exact"),
    ("xone.example", "everything"), ("other.example", "everything"), ("example", "everything"),
    ("127.0.0.1", "everything"), ("[::1]:80", "everything"),
])
def test_the_most_exact_name_wins(many, host, expected):
    assert clients.get(many.http, "/", host=host).body.decode() == expected


@pytest.mark.parametrize("host, expected", [("one.example", "one"), ("a.one.example", "below"),
                                            ("other.example:8443", "everything")])
def test_the_same_holds_over_h2(many, host, expected):
    answer = h2.get(many.https, "/", authority=host, server_name=host.partition(":")[0])
    assert answer.body.decode() == expected


def test_the_log_names_the_zone_and_the_host(many):
    clients.get(many.http, "/which?zone", host="a.one.example:8080")
    line = many.access_of("/which?zone")
    assert line["ClientRequestHost"] in ("a.one.example", "a.one.example:8080")
    assert line.get("ZoneName") == "below"


def test_hosts_are_the_name_and_all_below_it_where_nothing_else_is_said(started):
    origin = started.origin()
    entry = zone(origin, name="default.example")
    del entry["hosts"]
    node = started.brink(entry)
    assert clients.get(node.http, "/", host="default.example").status == 200
    assert clients.get(node.http, "/", host="www.default.example").status == 200
    assert clients.get(node.http, "/no", host="other.example").status >= 400
    assert not origin.requests_to("/no")


def answered(node, **how):
    """The status over https; None where there is no TLS for that name."""
    try:
        return clients.get(node.https, "/tls", tls=True, **how).status
    except OSError:
        return None


def test_off_has_no_https_for_visitors_and_http_to_the_origin(started):
    origin = started.origin()
    node = started.brink(zone(origin, name="off.example", hosts=["off.example"], tls="off"),
                         zone(origin, name="on.example", hosts=["on.example"], tls="flexible"))
    assert clients.get(node.http, "/", host="off.example").status == 200
    assert answered(node, host="on.example", server_name="on.example") == 200
    status = answered(node, host="off.example", server_name="off.example")
    assert status is None or status >= 400
    assert not [r for r in origin.requests_to("/tls") if r.fields.get("host") == "off.example"]


def test_flexible_speaks_http_to_the_origin(started):
    origin = started.origin()
    node = started.brink(zone(origin.url.replace("http:", "https:"), tls="flexible"))
    assert answered(node) == 200, "flexible does not ask the origin for TLS"
    assert clients.get(node.http, "/").status == 200


def test_full_asks_the_origin_for_tls_but_believes_any_certificate(started, authority):
    context = origins.server_context(authority.issue("unlike.example", self_signed=True, expired=True))
    node = started.brink(zone(started.origin(tls=context), tls="full"))
    assert answered(node) == 200 and clients.get(node.http, "/").status == 200


def test_full_before_a_plain_origin_is_plain(started):
    node = started.brink(zone(started.origin(), tls="full"))
    assert answered(node) == 200
