"""certbot with its plugin for Cloudflare, as Debian has them, asks a real ACME server for a certificate by DNS-01. The
plugin's library, python3-cloudflare, takes another base URL from the environment."""

import sys

import pytest
from cryptography import x509

from harness import acme_server, processes
from harness.acme_server import AcmeServer
from harness.api import PREFIX, Api, make_token
from harness.polling import eventually

ZONE = "certbot.example"
CERTBOT = [sys.executable, "-c", "import sys; from certbot.main import main; sys.exit(main())"]

pytestmark = pytest.mark.skipif(
    not acme_server.is_here() or processes.run(["dpkg-query", "--show", "python3-certbot-dns-cloudflare"]).returncode != 0,
    reason="needs pebble and python3-certbot-dns-cloudflare (Debian's packages)")


class Certbot:
    """One run of certbot, started."""

    def __init__(self, node, server, directory, token, *names):
        directory.mkdir(parents=True)
        credentials = directory / "cloudflare.ini"
        credentials.write_text(f"dns_cloudflare_api_token = {token}\n")
        credentials.chmod(0o600)
        self.live = directory / "config" / "live"
        words = [*CERTBOT, "certonly", "--non-interactive", "--agree-tos", "--email", "admin@example.com",
                 "--server", server.url, "--dns-cloudflare", "--dns-cloudflare-credentials", credentials,
                 "--dns-cloudflare-propagation-seconds", "4"]
        for which in ("config", "work", "logs"):
            words += [f"--{which}-dir", directory / which]
        for name in names:
            words += ["-d", name]
        self.process = processes.Process(words, directory / "output", env={
            "CLOUDFLARE_API_URL": f"http://127.0.0.1:{node.control}{PREFIX}",
            "REQUESTS_CA_BUNDLE": str(server.authority.file), "HOME": str(directory)})

    def stop(self):
        self.process.kill()


@pytest.fixture
def node(started):
    return started.brink()


@pytest.fixture
def api(node):
    return Api(node, make_token(node))


@pytest.fixture
def zone(api):
    return api.post("/zones", {"name": ZONE}).result["id"]


@pytest.fixture
def server(started, authority, node):
    return started.keep(AcmeServer(started.directory / "acme", authority, node.http, node.https))


def test_certbot_gets_a_certificate_by_records_that_come_and_go(started, node, api, zone, server):
    token = make_token(node, "--permission", "Zone Read", "--permission", "DNS Write", "--zone", ZONE, name="certbot")
    certbot = started.keep(Certbot(node, server, started.directory / "certbot", token, ZONE, f"*.{ZONE}", f"deep.www.{ZONE}"))

    def challenges():
        return api.get(f"/zones/{zone}/dns_records", type="TXT").result

    def all_three():
        assert certbot.process.exit_code() is None, certbot.process.output()
        return len(found := challenges()) == 3 and found
    records = eventually(all_three, 40, "a record for each name")
    assert sorted(record["name"] for record in records) == [
        f"_acme-challenge.{ZONE}", f"_acme-challenge.{ZONE}", f"_acme-challenge.deep.www.{ZONE}"]
    for record in records:
        assert record["ttl"] == 120 and api.get(f"/zones/{zone}/dns_records/{record['id']}").result == record
        server.set_txt(record["name"], record["content"].strip('"'))

    assert certbot.process.wait(40) == 0, certbot.process.output() + server.log()
    certificate = x509.load_pem_x509_certificate((certbot.live / ZONE / "fullchain.pem").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert sorted(names.get_values_for_type(x509.DNSName)) == [f"*.{ZONE}", ZONE, f"deep.www.{ZONE}"]
    assert challenges() == [], "the records are taken away again"
    entries = api.get("/user/audit_logs", per_page=100).result
    done = [entry["action"]["type"] for entry in entries if entry["action"]["type"] in ("rec_add", "rec_del")]
    assert sorted(done) == ["rec_add"] * 3 + ["rec_del"] * 3


@pytest.mark.parametrize("kind, hint", [("wrong", "Did you enter a valid Cloudflare Token?"),
                                        ("malformed", "Did you copy your entire API token/key?"),
                                        ("reader", "Error communicating with the Cloudflare API")])
def test_certbot_says_what_is_wrong_with_a_token(started, node, api, zone, server, kind, hint):
    token = {"wrong": lambda: "brk_" + "x" * 40, "malformed": lambda: "not a token",
             "reader": lambda: make_token(node, "--permission", "Zone Read", "--permission", "DNS Read", name="reader")}[kind]()
    certbot = started.keep(Certbot(node, server, started.directory / "certbot", token, ZONE))
    assert certbot.process.wait(40) != 0
    assert hint in " ".join(certbot.process.output().split()), certbot.process.output()
    assert api.get(f"/zones/{zone}/dns_records").result == []
