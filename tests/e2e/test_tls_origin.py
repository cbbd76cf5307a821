"""TLS towards origins: what `strict` believes, SNI, client certificates, sessions, HTTP/2 by ALPN."""

import re

import pytest

from harness import certs, clients, h2, nginx, origins, processes
from harness.api import Api, make_token
from harness.brink import zone
from harness.clients import H1, proxy_status_error
from harness.polling import eventually


def told(body):
    """What nginx.telling_tls answered."""
    return dict(re.findall(r"(\w+)=(\S*)", body.decode()))


def strict(origin, authority, **more):
    return zone(origin, **{"tls": "strict", "origin_ca": str(authority.file), "origin_http2": False, **more})


def test_strict_believes_a_certificate_of_the_given_authority(started, authority):
    origin = started.origin(tls=origins.server_context(authority.issue("127.0.0.1", "example.com")))
    node = started.brink(strict(origin, authority))
    assert clients.get(node.http, "/").status == 200


@pytest.mark.parametrize("fault", ["self-signed", "expired", "another name", "another authority"])
def test_strict_refuses_what_it_cannot_believe(started, authority, tmp_path, fault):
    names = ("other.example",) if fault == "another name" else ("127.0.0.1", "example.com")
    issuer = certs.Authority(tmp_path / "stranger", "Stranger") if fault == "another authority" else authority
    leaf = issuer.issue(*names, self_signed=fault == "self-signed", expired=fault == "expired")
    origin = started.origin(tls=origins.server_context(leaf))
    node = started.brink(strict(origin, authority))
    answer = clients.get(node.http, "/")
    assert (answer.status, proxy_status_error(answer)) == (526, "tls_certificate_error")
    assert not origin.requests, "a request was sent to an origin that is not believed"


def test_strict_with_the_systems_authorities_refuses_a_private_one(started, authority):
    origin = started.origin(tls=origins.server_context(authority.issue("127.0.0.1", "example.com")))
    node = started.brink(zone(origin, tls="strict"))
    assert clients.get(node.http, "/").status == 526


def test_strict_without_an_authority_of_its_own_believes_the_origin_ca_until_it_revokes(started, tmp_path):
    leaf = certs.given_key(tmp_path)
    node = started.brink(zone("https://127.0.0.1:9", tls="strict"))  # where nobody listens
    api = Api(node, make_token(node))
    made = api.post("/certificates", {"csr": leaf.csr, "hostnames": ["example.com", "www.example.com"],
                                      "request_type": "origin-ecc", "requested_validity": 90}).result
    leaf.chain_file.write_text(made["certificate"])
    first = started.origin(tls=origins.server_context(leaf))
    node.reload({"zone": [zone(first, tls="strict")]})
    eventually(lambda: clients.get(node.http, "/").status == 200, 10, "the origin CA's certificate is believed")

    api.delete(f"/certificates/{made['id']}")
    second = started.origin(tls=origins.server_context(leaf))
    node.reload({"zone": [zone(second, tls="strict")]})
    eventually(lambda: clients.get(node.http, "/").status == 526, 10, "a revoked certificate is refused")
    assert not second.requests


def test_strict_does_not_fall_back_to_plain(started, authority):
    origin = started.origin()
    node = started.brink(strict(origin.url.replace("http:", "https:"), authority),
                         config={"origin": {"connect_timeout": "500ms"}})
    assert clients.get(node.http, "/").status == 525 and not origin.requests


def test_the_origin_is_told_the_visitors_host_as_sni(started, authority):
    server = started.keep(nginx.telling_tls(started.directory / "nginx", authority.issue("example.com")))
    node = started.brink(strict(server, authority))
    facts = told(clients.get(node.http, "/").body)
    assert facts["sni"] == "example.com" and facts["host"] == "example.com" and facts["protocol"] == "HTTP/1.1"


def test_origin_sni_replaces_it_and_is_what_the_certificate_must_name(started, authority):
    server = started.keep(nginx.telling_tls(started.directory / "nginx", authority.issue("inside.example")))
    node = started.brink(strict(server, authority, origin_sni="inside.example"))
    facts = told(clients.get(node.http, "/").body)
    assert facts["sni"] == "inside.example" and facts["host"] == "example.com"
    wrong = started.brink(strict(server, authority, origin_sni="other.example"))
    assert clients.get(wrong.http, "/").status == 526


def test_a_client_certificate_is_shown_to_an_origin_that_asks(started, authority):
    server = started.keep(nginx.telling_tls(started.directory / "nginx", authority.issue("example.com"),
                                            client_ca=authority))
    mine = authority.issue("brink.client", for_client=True)
    node = started.brink(strict(server, authority, origin_client_certificate=str(mine.chain_file),
                                origin_client_key=str(mine.key_file)))
    facts = told(clients.get(node.http, "/").body)
    assert facts["client"] == "SUCCESS" and facts["subject"].endswith("brink.client")


def test_an_origin_that_insists_on_a_client_certificate_fails_without_one(started, authority):
    context = origins.server_context(authority.issue("example.com"), ask_client_ca=authority)
    node = started.brink(strict(started.origin(tls=context), authority))
    answer = clients.get(node.http, "/")
    assert answer.status in (525, 502)
    assert proxy_status_error(answer) in ("tls_alert_received", "tls_protocol_error", "connection_terminated",
                                          "http_response_incomplete")


def test_a_session_is_resumed_with_the_origin(started, authority):
    server = started.keep(nginx.telling_tls(started.directory / "nginx", authority.issue("example.com")))
    node = started.brink(strict(server, authority), config={
        "node": {"threads": 1}, "origin": {"idle_timeout": "200ms"}})
    first = told(clients.get(node.http, "/").body)
    assert first["reused"] == "."
    eventually(lambda: processes.connections_to(server.port) == 0, saying="the idle connection is closed")
    again = told(clients.get(node.http, "/").body)
    assert again["connection"] != first["connection"]
    assert again["reused"] == "r", "a full handshake where a session was at hand"


@pytest.mark.parametrize("visitor", ["h1", "h2"])
def test_h2_is_spoken_to_an_origin_that_chooses_it(started, authority, visitor):
    server = started.keep(nginx.telling_tls(started.directory / "nginx", authority.issue("example.com"), http2=True))
    node = started.brink(strict(server, authority, origin_http2=True))
    answer = clients.get(node.http, "/") if visitor == "h1" else h2.get(node.https, "/")
    assert answer.status == 200
    facts = told(answer.body)
    assert facts["protocol"] == "HTTP/2.0" and facts["host"] == "example.com"
    off = started.brink(strict(server, authority, origin_http2=False))
    assert told(clients.get(off.http, "/").body)["protocol"] == "HTTP/1.1"


def test_an_origin_that_does_not_choose_h2_gets_http_1_1(started, authority):
    server = started.keep(nginx.telling_tls(started.directory / "nginx", authority.issue("example.com")))
    node = started.brink(strict(server, authority, origin_http2=True))
    assert told(clients.get(node.http, "/").body)["protocol"] == "HTTP/1.1"


def test_connections_that_were_verified_for_one_name_do_not_serve_another(started, authority):
    """A certificate for one.example, a zone of two hosts: two.example must be refused also where a connection for
    one.example is at hand."""
    origin = started.origin(tls=origins.server_context(authority.issue("one.example")))
    node = started.brink(strict(origin, authority, name="one.example", hosts=["one.example", "two.example"]),
                         config={"node": {"threads": 1}})
    with H1(node.http) as connection:
        for _ in range(2):
            assert connection.get("/", host="one.example").status == 200
            assert connection.get("/", host="two.example").status == 526
