"""Certificates by ACME, from Pebble: zones made by the API get them, they are served, renewed, and survive what goes wrong."""

import socket
import ssl
import time

import pytest
from cryptography import x509

from harness import acme_server
from harness.acme_server import AcmeServer
from harness.api import Api, make_token
from harness.brink import Brink, zone
from harness.polling import eventually

pytestmark = pytest.mark.skipif(not acme_server.is_here(), reason="needs pebble (Debian's package)")


class Site:
    """A node with ACME before a server of its own."""

    def __init__(self, started, authority, challenges=("http-01",), settings=None, zones=(), **how):
        self.node = Brink(started.directory / "node", {"control": {"activate_zones": True}}, zones)
        self.server = started.keep(
            AcmeServer(started.directory / "acme", authority, self.node.http, self.node.https, **how))
        self.node.config["acme"] = {"directory": self.server.url, "email": "admin@example.com", "agree": True,
                                    "challenges": list(challenges), "ca": str(authority.file), **(settings or {})}
        started.running(self.node)
        self.api = Api(self.node, make_token(self.node))

    def zone(self, name, *hosts):
        """Its id; the hosts have proxied records."""
        zone = self.api.post("/zones", {"name": name, "account": {"id": self.api.account()}}).result["id"]
        for host in hosts:
            self.add(zone, host)
        return zone

    def add(self, zone, host):
        self.api.post(f"/zones/{zone}/dns_records",
                      {"type": "A", "name": host, "content": "127.0.0.1", "ttl": 1, "proxied": True})

    def shown(self, host):
        """The certificate that the node shows; None where there is none for the name."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with socket.create_connection(("127.0.0.1", self.node.https), timeout=5) as plain:
                with context.wrap_socket(plain, server_hostname=host) as secure:
                    return x509.load_der_x509_certificate(secure.getpeercert(binary_form=True))
        except (ssl.SSLError, ConnectionError):
            return None

    def issued(self, host, within=40.0, other_than=None):
        def of_pebble():
            certificate = self.shown(host)
            is_new = certificate and certificate.serial_number != other_than
            return certificate if is_new and "Pebble" in certificate.issuer.rfc4514_string() else None
        return eventually(of_pebble, within, f"a certificate of Pebble for {host}")


def names_of(certificate):
    return sorted(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
                  .value.get_values_for_type(x509.DNSName))


def verified(site, host):
    """Raises where a client that trusts Pebble's root does not believe the node."""
    context = ssl.create_default_context(cadata=site.server.root())
    with socket.create_connection(("127.0.0.1", site.node.https), timeout=5) as plain:
        with context.wrap_socket(plain, server_hostname=host) as secure:
            return secure.version()


@pytest.mark.parametrize("challenge", ["http-01", "tls-alpn-01"])
def test_a_zone_of_the_api_gets_one_certificate_for_its_proxied_hosts(started, authority, challenge):
    site = Site(started, authority, challenges=[challenge])
    site.zone("example.com", "example.com", "www.example.com")
    certificate = site.issued("www.example.com")
    assert names_of(certificate) == ["example.com", "www.example.com"]
    assert verified(site, "example.com") and verified(site, "www.example.com")
    assert site.node.metric("brink_acme_orders_total", result="issued") == 1
    assert site.node.metric("brink_acme_certificates") == 1
    assert "PRIVATE KEY" not in site.node.log()


def test_bad_nonces_and_errors_of_the_server_are_met_by_asking_again(started, authority):
    site = Site(started, authority, bad_nonces=40)
    site.server.misbehave("/order-plz", 500, {"type": "urn:ietf:params:acme:error:serverInternal"}, times=2)
    site.server.misbehave("/authZ/", None, delay=1.0)
    site.zone("example.com", "example.com")
    site.issued("example.com")
    assert site.node.metric("brink_acme_orders_total", result="issued") == 1


def test_an_order_goes_on_after_the_node_was_killed_in_the_middle(started, authority):
    site = Site(started, authority, validation_seconds=6)
    site.zone("example.com", "example.com")
    eventually(lambda: site.server.asked("/chalZ/") > 0, 30.0, "the challenge is to be checked")
    site.node.process.kill()
    site.node.start()
    site.issued("example.com")
    assert site.server.asked("/order-plz") == 1, "the order of before was gone on with"
    assert site.server.asked("/sign-me-up") == 1, "the account of before is used"


def test_a_certificate_is_renewed_before_it_ends(started, authority):
    site = Site(started, authority, lifetime=30)
    site.zone("example.com", "example.com")
    first = site.issued("example.com")
    second = site.issued("example.com", other_than=first.serial_number)
    assert second.not_valid_before < first.not_valid_after
    assert site.node.metric("brink_acme_certificates") == 1, "the new one replaces the old one"


def test_a_name_that_fails_waits_and_does_not_hold_up_the_others(started, authority):
    site = Site(started, authority)
    site.server._tell_dns("add-a", {"host": "lost.example.com.", "addresses": ["127.0.0.99"]})
    site.zone("example.com", "example.com", "lost.example.com")
    assert names_of(site.issued("example.com")) == ["example.com"]
    assert site.node.metric("brink_acme_names_waiting") == 1
    assert site.node.metric("brink_acme_orders_total", result="invalid") == 1
    log = site.node.log()
    assert "no certificate" in log and "lost.example.com" in log and "next_try=" in log


def test_a_rate_limit_is_kept_through_a_restart(started, authority):
    site = Site(started, authority)
    problem = {"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many new accounts"}
    site.server.misbehave("/sign-me-up", 429, problem, times=100, fields={"Retry-After": "3600"})
    site.zone("example.com", "example.com")
    until = eventually(lambda: site.node.metric("brink_acme_paused_until_timestamp_seconds"), 30.0, "the pause is seen")
    assert 3000 < until - time.time() < 3700
    assert "too many new accounts" in site.node.log()
    asked = len(site.server.requests)
    site.node.stop()
    site.node.start()
    site.zone("example.net", "example.net")
    eventually(lambda: site.api.get("/zones").page["total_count"] == 2, 5.0, "the node serves")
    time_passes = time.monotonic() + 4
    eventually(lambda: time.monotonic() > time_passes, 10.0, "an order would have been placed")
    assert len(site.server.requests) == asked


def test_dns_01_gets_a_wildcard_through_a_record_of_the_zone(started, authority):
    site = Site(started, authority, challenges=["dns-01"], settings={"dns_wait": "4s"})
    zone = site.zone("example.com")

    def challenges():
        return site.api.get(f"/zones/{zone}/dns_records", type="TXT").result
    records = eventually(lambda: len(found := challenges()) == 2 and found, 30.0, "two TXT records")
    for record in records:
        assert record["name"] == "_acme-challenge.example.com"
        site.server.set_txt(record["name"], record["content"].strip('"'))
    certificate = site.issued("any.example.com")
    assert names_of(certificate) == ["*.example.com", "example.com"]
    assert challenges() == [], "the records are taken away again"


def test_a_zone_of_brink_toml_without_a_certificate_gets_one_for_its_hosts(started, authority):
    own = authority.issue("own.example", "*.own.example")
    zones = [zone(started.origin(), "example.com", ["example.com", "www.example.com", "*.any.example.com"], min_tls_version="1.3"),
             zone(started.origin(), "own.example", ["own.example"], **own.as_zone())]
    site = Site(started, authority, settings={}, zones=zones)
    certificate = site.issued("www.example.com")
    assert names_of(certificate) == ["example.com", "www.example.com"]
    assert verified(site, "example.com") == "TLSv1.3"
    assert site.shown("x.any.example.com").issuer.rfc4514_string() == "CN=Brink local CA", "for a wildcard there is none"
    assert site.shown("own.example").serial_number == own.serial
    entries = [entry for entry in site.api.get("/user/audit_logs", per_page=100).result
               if entry["action"]["type"] == "acme_certificate_create"]
    assert len(entries) == 1 and entries[0]["newValueJson"]["hosts"] == ["example.com", "www.example.com"]
    assert site.server.asked("order-plz") == 1


def test_an_external_account_is_bound(started, authority):
    key_file = started.directory / "mac.key"
    key_file.write_text(acme_server.MAC_KEY + "\n")
    site = Site(started, authority, external_account=True,
                settings={"external_account": "kid-1", "external_account_key": str(key_file)})
    site.zone("example.com", "example.com")
    site.issued("example.com")


def test_terms_that_nobody_agreed_to_are_named_in_the_log(started, authority):
    site = Site(started, authority, settings={"agree": False})
    site.zone("example.com", "example.com")
    eventually(lambda: "agree = true" in site.node.log(), 20.0, "the log says what to do")
    site.node.reload({"acme": {"agree": True}})
    site.issued("example.com")
