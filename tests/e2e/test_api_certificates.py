"""Zones that are made by the API alone: they serve traffic, over http and https, and their certificates are managed there.

Records name hosts, and an origin's port is 80 or 443: origins stand on loopback addresses of their own."""

import json
import os
import pathlib
import re
import shutil
import statistics
import time
import types

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from harness import processes
from harness.api import PREFIX, Api, brink, make_token
from harness.brink import REPOSITORY
from harness.certs import given_key
from harness.clients import H1
from harness.low_port_origin import LowPortOrigin
from harness.polling import PATIENCE, eventually
from harness.tools import s_client

HERE = pathlib.Path(__file__).resolve().parent
FIRST, SECOND = "127.0.0.41", "127.0.0.42"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: origins of records listen on ports 80 and 443")


class Customer(Api):
    """Who says what was refused, and why."""

    def ask(self, method, path, body=None):
        """Status and envelope."""
        answer = self.call(method, path, body)
        return answer.status, answer.body

    def do(self, method, path, body=None):
        """The result; what is refused fails the test."""
        answer = self.call(method, path, body)
        assert answer.status == 200, (method, path, answer)
        return answer.result

    def refusal(self, method, path, body=None):
        """Status, code and text of the first error."""
        answer = self.call(method, path, body)
        assert answer.body["result"] is None, answer
        return answer.status, answer.codes[0], answer.body["errors"][0]["message"]


@pytest.fixture(scope="module")
def bare(module_started):
    """A node whose brink.toml has no zone."""
    return module_started.brink()


@pytest.fixture(scope="module")
def api(bare):
    return Customer(bare, make_token(bare))


@pytest.fixture(scope="module")
def first(module_started):
    return module_started.keep(LowPortOrigin(FIRST, "first"))


@pytest.fixture(scope="module")
def second(module_started):
    return module_started.keep(LowPortOrigin(SECOND, "second"))


@pytest.fixture
def site(api, bare, first, second, request):
    """A zone of the test's own, with the proxied record www -> the first origin, and the setting ssl=flexible."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[-50:].strip("-") + ".example"
    made = api.do("POST", "/zones", {"name": name})
    zone = types.SimpleNamespace(name=name, id=made["id"], path=f"/zones/{made['id']}", www=f"www.{name}")
    zone.record = add_record(api, zone, "A", zone.www, FIRST)
    set_ssl(api, zone, "flexible")
    yield zone
    api.do("DELETE", zone.path)


def add_record(api, zone, kind, name, content):
    return api.do("POST", f"{zone.path}/dns_records",
                  {"type": kind, "name": name, "content": content, "proxied": True, "ttl": 1})["id"]


def set_ssl(api, zone, mode):
    api.do("PATCH", f"{zone.path}/settings/ssl", {"value": mode})


def fetch(node, host, secure=False):
    """What curl gets; over https it trusts nobody but the node's local CA. Status 0 where there was no answer."""
    port, scheme = (node.https, "https") if secure else (node.http, "http")
    done = processes.run(["curl", "-sS", "--max-time", "20", "--cacert", node.directory / "data" / "ca" / "ca.pem",
                          "--resolve", f"{host}:{port}:127.0.0.1", "-w", "\n%{http_code}",
                          "-H", f"Host: {host}", f"{scheme}://{host}:{port}/"], within=30)
    body, _, status = done.stdout.rpartition(b"\n")
    return types.SimpleNamespace(status=int(status or 0), body=body, errors=done.stderr.decode())


def shown(node, host):
    """The certificate that openssl is shown."""
    text = s_client(node.https, "-servername", host, "-showcerts")
    pem = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.DOTALL)
    assert pem, text
    return x509.load_pem_x509_certificate(pem[0].encode())


def issuer_of(certificate):
    return certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value


def pem(leaf):
    return {"certificate": leaf.chain_file.read_text(), "private_key": leaf.key_file.read_text()}


# --- a zone made by the API alone serves traffic ---

def test_http_and_https_work_at_once(api, bare, site):
    plain = fetch(bare, site.www)
    assert (plain.status, plain.body) == (200, f"first port=80 host={site.www}".encode()), plain
    secure = fetch(bare, site.www, secure=True)
    assert (secure.status, secure.body) == (200, f"first port=80 host={site.www}".encode()), secure
    assert issuer_of(shown(bare, site.www)) == "Brink local CA"
    assert issuer_of(shown(bare, site.name)) == "Brink local CA"


def test_ssl_full_goes_to_port_443_and_believes_anybody(api, bare, site, first, authority):
    first.serve_tls(authority.issue("wrong.example", self_signed=True))
    set_ssl(api, site, "full")
    assert fetch(bare, site.www, secure=True).body == f"first port=443 host={site.www}".encode()
    assert fetch(bare, site.www).body == f"first port=80 host={site.www}".encode()


def test_ssl_strict_believes_the_origin_ca_until_it_revokes(api, bare, site, first, authority, tmp_path):
    first.serve_tls(authority.issue(site.www))
    set_ssl(api, site, "strict")
    refused = fetch(bare, site.www, secure=True)
    assert refused.status == 526, refused

    leaf = given_key(tmp_path)
    made = api.do("POST", "/certificates", {"csr": leaf.csr, "hostnames": [site.www, f"*.{site.name}"],
                                           "request_type": "origin-ecc", "requested_validity": 90})
    leaf.chain_file.write_text(made["certificate"])
    first.serve_tls(leaf)
    believed = fetch(bare, site.www, secure=True)
    assert (believed.status, believed.body) == (200, f"first port=443 host={site.www}".encode()), believed

    revoked = api.do("DELETE", f"/certificates/{made['id']}")
    assert revoked["id"] == made["id"] and revoked["revoked_at"]
    # The connections of before are kept as long as they are used; a new one is refused.
    first.serve_tls(leaf)
    set_ssl(api, site, "full")
    set_ssl(api, site, "strict")
    add_record(api, site, "A", f"other.{site.name}", FIRST)
    eventually(lambda: fetch(bare, f"other.{site.name}", secure=True).status == 526 or None, 70.0,
               "a revoked certificate is refused on new connections")


def test_wildcard_records_serve_what_has_no_record(api, bare, site):
    add_record(api, site, "A", f"*.{site.name}", SECOND)
    assert fetch(bare, f"any.{site.name}", secure=True).body.startswith(b"second ")
    assert fetch(bare, f"any.{site.name}").body.startswith(b"second ")
    assert fetch(bare, site.www).body.startswith(b"first "), "its own record comes first"


def test_cname_records_lead_to_a_name(api, bare, site, module_started):
    try:
        local = module_started.keep(LowPortOrigin("127.0.0.1", "named"))
    except OSError as error:
        pytest.skip(f"port 80 of 127.0.0.1, to which localhost names lead, is taken: {error}")
    add_record(api, site, "CNAME", f"alias.{site.name}", "origin.localhost")
    got = fetch(bare, f"alias.{site.name}")
    local.stop()
    assert (got.status, got.body) == (200, f"named port=80 host=alias.{site.name}".encode()), got


def test_records_that_are_not_proxied_are_not_served(api, bare, site):
    api.do("POST", f"{site.path}/dns_records",
           {"type": "A", "name": f"grey.{site.name}", "content": FIRST, "proxied": False, "ttl": 300})
    assert fetch(bare, f"grey.{site.name}").status != 200


def test_a_changed_record_is_served_at_once(api, bare, site):
    """Prints how long after the API's answer the first response with the new value was read."""
    waits, stale = [], 0
    with H1(bare.http) as client:
        for turn in range(60):
            origin, address = (("second", SECOND), ("first", FIRST))[turn % 2]
            api.do("PATCH", f"{site.path}/dns_records/{site.record}", {"content": address})
            answered = time.perf_counter()
            while True:
                body = client.get("/", host=site.www).body
                waited = time.perf_counter() - answered
                if body.startswith(origin.encode()):
                    break
                stale += 1
                assert waited < 5 * PATIENCE, body
            waits.append(waited * 1000)
    waits.sort()
    print(f"\nfrom the API's answer to the new value: {stale} stale answers in {len(waits)} changes; "
          f"p50 {statistics.median(waits):.3f} ms, p99 {waits[int(len(waits) * 0.99)]:.3f} ms, "
          f"longest {waits[-1]:.3f} ms")
    assert waits[len(waits) // 2] < 10 * PATIENCE


def test_a_deleted_zone_is_served_no_more(api, bare, first):
    zone = api.do("POST", "/zones", {"name": "short-lived.example"})
    path = f"/zones/{zone['id']}"
    api.do("POST", f"{path}/dns_records",
           {"type": "A", "name": "short-lived.example", "content": FIRST, "proxied": True})
    assert fetch(bare, "short-lived.example").status == 200
    api.do("DELETE", path)
    assert fetch(bare, "short-lived.example").status != 200
    assert "BEGIN CERTIFICATE" not in s_client(bare.https, "-servername", "short-lived.example", "-showcerts")


# --- custom certificates ---

@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_an_uploaded_certificate_is_shown_until_it_is_deleted(api, bare, site, authority, kind):
    leaf = authority.issue(site.name, f"*.{site.name}", kind=kind)
    path = f"{site.path}/custom_certificates"
    made = api.do("POST", path, {**pem(leaf), "type": "sni_custom"})
    assert shown(bare, site.www).serial_number == leaf.serial
    assert shown(bare, site.name).serial_number == leaf.serial
    assert made["hosts"] == [site.name, f"*.{site.name}"] and made["zone_id"] == site.id
    assert made["status"] == "active" and made["bundle_method"] == "ubiquitous" and made["priority"] == 0
    assert made["issuer"] == "Brink test CA" and made["signature"] == "ECDSAWithSHA256"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["id"])
    assert api.do("GET", f"{path}/{made['id']}") == made
    assert api.do("DELETE", f"{path}/{made['id']}") == {"id": made["id"]}
    assert issuer_of(shown(bare, site.www)) == "Brink local CA"
    assert api.refusal("GET", f"{path}/{made['id']}")[:2] == (404, 7003)


def test_priorities_choose_and_pages_and_filters_show(api, bare, site, authority):
    path = f"{site.path}/custom_certificates"
    leaves = [authority.issue(site.www) for _ in range(7)]
    ids = [api.do("POST", path, pem(leaf))["id"] for leaf in leaves]
    ordered = api.do("PUT", f"{path}/prioritize", {"certificates": [{"id": ids[2], "priority": 5},
                                                                  {"id": ids[4], "priority": 2}]})
    assert [entry["id"] for entry in ordered[:2]] == [ids[2], ids[4]] and ordered[0]["priority"] == 5
    assert shown(bare, site.www).serial_number == leaves[2].serial
    pages = [api.ask("GET", f"{path}?per_page=5&page={page}&status=active&match=all")[1] for page in (1, 2, 3)]
    assert [len(page["result"]) for page in pages] == [5, 2, 0]
    assert pages[0]["result_info"] == {"page": 1, "per_page": 5, "count": 5, "total_count": 7, "total_pages": 2}
    assert {entry["id"] for page in pages for entry in page["result"]} == set(ids)
    assert api.do("GET", f"{path}?status=expired") == []
    assert api.refusal("GET", f"{path}?status=odd")[:2] == (400, 1001)
    assert api.refusal("GET", f"{path}?per_page=4")[0] == 400
    for bad in ({}, {"certificates": []}, {"certificates": [{"id": ids[0]}]}, {"certificates": [{"priority": 1}]},
                {"certificates": [{"id": "x", "priority": 1}]}, {"certificates": [{"id": ids[0], "priority": "1"}]},
                {"certificates": [{"id": "01234567-89ab-cdef-0123-456789abcdef", "priority": 1}]}):
        assert api.refusal("PUT", f"{path}/prioritize", bad)[:2] == (400, 1001), bad


def test_a_renewed_certificate_takes_the_place_of_the_old(api, bare, site, authority):
    path = f"{site.path}/custom_certificates"
    old, new = authority.issue(site.www), authority.issue(site.www)
    made = api.do("POST", path, pem(old))
    assert api.refusal("PATCH", f"{path}/{made['id']}", {"certificate": pem(new)["certificate"]})[:2] == (400, 1001)
    edited = api.do("PATCH", f"{path}/{made['id']}", {**pem(new), "bundle_method": "force",
                                                      "geo_restrictions": {"label": "eu"}})
    assert edited["bundle_method"] == "force" and edited["geo_restrictions"] == {"label": "eu"}
    assert edited["uploaded_on"] == made["uploaded_on"] and edited["modified_on"] > made["modified_on"]
    assert shown(bare, site.www).serial_number == new.serial


def test_what_does_not_fit_is_refused_and_says_why(api, site, authority):
    path = f"{site.path}/custom_certificates"
    good, other = authority.issue(site.www), authority.issue(site.www)
    cases = [
        ({"certificate": "nonsense", "private_key": pem(good)["private_key"]}, "no certificate in it"),
        ({"certificate": pem(good)["certificate"], "private_key": pem(other)["private_key"]}, "does not belong"),
        ({"certificate": pem(good)["certificate"]}, "private_key: must be given"),
        ({"private_key": pem(good)["private_key"]}, "certificate: must be given"),
        (pem(authority.issue("www.example.org")), "www.example.org, which is no host of the zone"),
        (pem(authority.issue(site.www, expired=True)), "it expired on"),
        ({**pem(good), "bundle_method": "best"}, "bundle_method: must be one of"),
        ([], "must be a JSON object"),
    ]
    for body, text in cases:
        status, code, message = api.refusal("POST", path, body)
        assert (status, code) == (400, 1001) and text in message, (status, code, message)
    assert api.refusal("POST", path, {**pem(good), "custom_csr_id": "7b163417-1d2b-4c84-a38a-2fb7a0cd7752"})[1] == 10501
    made = api.do("POST", path, pem(good))
    status, code, message = api.refusal("POST", path, pem(good))
    assert (status, code) == (400, 1001) and made["id"] in message, "sent twice, it is there once"


def test_a_host_of_another_zone_below_is_not_the_zones(api, site, authority):
    below = api.do("POST", "/zones", {"name": f"below.{site.name}"})
    try:
        for host in (f"www.below.{site.name}", f"*.below.{site.name}"):
            status, code, message = api.refusal("POST", f"{site.path}/custom_certificates", pem(authority.issue(host)))
            assert (status, code) == (400, 1001) and host in message
    finally:
        api.do("DELETE", f"/zones/{below['id']}")


def test_the_private_key_is_shown_nowhere(api, site, authority):
    leaf = authority.issue(site.www)
    path = f"{site.path}/custom_certificates"
    made = api.do("POST", path, pem(leaf))
    api.do("PATCH", f"{path}/{made['id']}", {"bundle_method": "force"})
    account = api.do("GET", "/accounts")[0]["id"]
    _, log = api.ask("GET", f"/accounts/{account}/audit_logs?zone.name={site.name}")
    said = json.dumps([api.ask("GET", path), api.ask("GET", f"{path}/{made['id']}"), log])
    secret = pem(leaf)["private_key"].splitlines()[1]
    assert secret not in said and "PRIVATE KEY" not in said
    assert "custom_certificate_create" in said and "custom_certificate_edit" in said and "*****" in said


# --- the origin CA ---

def test_the_origin_ca_signs_lists_and_revokes(api, bare, site, tmp_path):
    made = []
    for kind, asked in (("ecdsa", "origin-ecc"), ("rsa", "origin-rsa")):
        key = given_key(tmp_path, kind)
        answer = api.do("POST", "/certificates", {"csr": key.csr, "hostnames": [site.name, f"*.{site.name}"],
                                                 "request_type": asked})
        assert answer["requested_validity"] == 5475 and answer["hostnames"] == [site.name, f"*.{site.name}"]
        assert answer["csr"] == key.csr and answer["request_type"] == asked
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC", answer["expires_on"])
        key.chain_file.write_text(answer["certificate"])
        leaf = x509.load_pem_x509_certificate(answer["certificate"].encode())
        assert answer["id"] == str(leaf.serial_number)
        assert leaf.not_valid_after.strftime("%Y-%m-%d %H:%M:%S +0000 UTC") == answer["expires_on"]
        done = processes.run(["openssl", "verify", "-CAfile", bare.directory / "data" / "origin-ca" / "ca.pem",
                              "-verify_hostname", f"www.{site.name}", key.chain_file], within=15)
        assert done.returncode == 0, done.stderr.decode()
        made.append(answer)
    listed = api.do("GET", f"/certificates?zone_id={site.id}")
    assert {entry["id"] for entry in listed} == {entry["id"] for entry in made}
    assert len(api.do("GET", f"/certificates?zone_id={site.id}&limit=1&offset=1")) == 1
    assert api.do("GET", f"/certificates?zone_id={site.id}&page=2") == []
    assert api.do("GET", f"/certificates/{made[0]['id']}") == made[0]
    revoked = api.do("DELETE", f"/certificates/{made[0]['id']}")
    assert api.do("DELETE", f"/certificates/{made[0]['id']}") == revoked, "twice is once"
    assert [entry["id"] for entry in api.do("GET", f"/certificates?zone_id={site.id}")] == [made[1]["id"]]
    assert api.do("GET", f"/certificates/{made[0]['id']}")["revoked_at"] == revoked["revoked_at"]
    mode = (bare.directory / "data" / "origin-ca" / "ca-key.pem").stat().st_mode & 0o777
    assert mode == 0o600


def test_the_origin_ca_refuses_what_is_not_ones_own(api, site, tmp_path):
    key = given_key(tmp_path)
    good = {"csr": key.csr, "hostnames": [site.name], "request_type": "origin-ecc"}
    for changes in ({"hostnames": ["www.example.org"]}, {"hostnames": [site.name, "example.org"]},
                    {"hostnames": ["*.*." + site.name]}, {"request_type": "origin-rsa"}, {"csr": "nonsense"},
                    {"requested_validity": 8}):
        status, code, message = api.refusal("POST", "/certificates", {**good, **changes})
        assert (status, code) == (400, 1101), (changes, code, message)
    assert api.refusal("GET", "/certificates")[:2] == (400, 1003)
    assert api.refusal("GET", "/certificates?zone_id=" + "0" * 32)[:2] == (400, 1003)
    assert api.refusal("GET", "/certificates/12345")[:2] == (404, 1101)
    assert api.refusal("DELETE", "/certificates/not-a-number")[:2] == (404, 1101)


# --- the command line ---

def test_the_command_line_uploads_lists_and_deletes(api, bare, site, authority):
    leaf = authority.issue(site.www)
    code, out, err = brink(bare, "cert", "upload", site.name, "--certificate", str(leaf.chain_file), "--key",
                           str(leaf.key_file), "--json")
    assert code == 0, err
    made = json.loads(out)
    assert shown(bare, site.www).serial_number == leaf.serial
    code, out, err = brink(bare, "cert", "list", site.name)
    assert code == 0 and made["id"] in out and site.www in out and "EXPIRES" in out, out + err
    code, _, err = brink(bare, "cert", "delete", site.name, made["id"])
    assert code == 0, err
    assert json.loads(brink(bare, "cert", "list", site.name, "--json")[1]) == []
    code, _, err = brink(bare, "cert", "upload", site.name, "--certificate", "/no/such", "--key", "/no/such")
    assert code == 1 and "/no/such" in err
    code, _, err = brink(bare, "cert", "list", "no-such-zone.example")
    assert code == 1 and "no-such-zone.example" in err


def test_the_command_line_prints_the_origin_ca(api, bare):
    code, out, err = brink(bare, "cert", "origin-ca")
    assert code == 0, err
    assert issuer_of(x509.load_pem_x509_certificate(out.encode())) == "Brink origin CA"


# --- the SDK ---

def test_the_sdk_drives_all_of_it(api, bare, site, authority, tmp_path):
    modules = pathlib.Path(os.environ.get("NODE_PATH") or REPOSITORY / "node_modules")
    if not (modules / "cloudflare" / "package.json").exists():
        pytest.skip(f"the package cloudflare is not in {modules}: npm ci")
    leaf, key = authority.issue(site.www), given_key(tmp_path)
    job = {"base": f"http://127.0.0.1:{bare.control}{PREFIX}", "token": api.token, "zone": site.id, "host": site.www, "csr": key.csr, **pem(leaf)}
    done = processes.run([shutil.which("node") or "node", HERE / "sdk" / "certificates.cjs"],
                         input=json.dumps(job).encode(), within=60 * PATIENCE, cwd=tmp_path,
                         env={"NODE_PATH": str(modules), "HOME": str(tmp_path)})
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    told = json.loads(done.stdout)
    assert told["created"]["hosts"] == [site.www] and told["created"]["status"] == "active"
    assert told["listed"] == [told["created"]["id"]] == told["prioritized"]
    assert told["edited"]["bundle_method"] == "force" and told["got"]["id"] == told["created"]["id"]
    assert told["deleted"] == {"id": told["created"]["id"]}
    assert told["missing"] == {"class": "NotFoundError", "status": 404, "code": 7003}
    assert told["bad"] == {"class": "BadRequestError", "status": 400, "code": 1001}
    origin = told["origin"]
    assert origin["listed"] == [origin["created"]["id"]] and origin["got"]["id"] == origin["created"]["id"]
    assert origin["created"]["hostnames"] == [site.www] and origin["revoked"]["id"] == origin["created"]["id"]
    assert origin["bad"] == {"class": "BadRequestError", "status": 400, "code": 1101}
