"""Zone files of the API beside dnspython, which reads and writes them by other code: each record is the same to both."""

import io
import types
import uuid

import dns.name
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.zone
import pytest

from harness.api import PREFIX, Api, make_token

ZONE = "differential.example"

# name, type, ttl, what dnspython and the API take as the record's data
RECORDS = [
    ("@", "A", 300, "192.0.2.1"),
    ("@", "MX", 300, "10 mail"),
    ("@", "MX", 300, "20 mail.elsewhere.test."),
    ("@", "TXT", 3600, '"v=spf1 -all"'),
    ("@", "CAA", 300, '0 issue "ca.example; policy=ev"'),
    ("@", "HTTPS", 300, '1 . alpn="h2,h3" ipv4hint=192.0.2.1 ipv6hint=2001:db8::1'),
    ("@", "HTTPS", 300, '2 alt.elsewhere.test. mandatory="alpn" alpn="h2" no-default-alpn port=8443 key65333="a\\007b"'),
    ("www", "A", 60, "192.0.2.10"),
    ("www", "A", 60, "192.0.2.11"),
    ("www", "AAAA", 86400, "2001:db8::10"),
    ("v4in6", "AAAA", 300, "::ffff:192.0.2.1"),
    ("alias", "CNAME", 300, "www"),
    ("*.wild", "A", 300, "192.0.2.20"),
    ("sub", "NS", 300, "ns.sub"),
    ("sub", "DS", 300, "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"),
    ("ns.sub", "A", 300, "192.0.2.30"),
    ("text", "TXT", 300, '"two" "strings; with a semicolon"'),
    ("text", "TXT", 300, '"quotes \\" and \\\\ and \\000\\200 bytes"'),
    ("long", "TXT", 300, " ".join(f'"{letter * 255}"' for letter in "abc")),
    ("_sip._tcp", "SRV", 300, "10 5 5060 sip"),
    ("_25._tcp.mail", "TLSA", 300, "3 1 1 " + "ab" * 32),
    ("_smime", "SMIMEA", 300, "3 0 1 " + "cd" * 32),
    ("loc", "LOC", 300, "52 22 23.000 N 4 53 32.000 E -2.00m 1.00m 10000.00m 10.00m"),
    ("loc2", "LOC", 300, "0 0 0.001 S 179 59 59.999 W 42849672.95m 0.01m 90000000.00m 0.00m"),
    ("naptr", "NAPTR", 300, '100 50 "s" "z3950+I2L+I2C" "!^.*$!sip:x@y.test!" _z3950._tcp.gatech.test.'),
    ("ssh", "SSHFP", 300, "2 1 123456789abcdef67890123456789abcdef67890"),
    ("uri", "URI", 300, '10 1 "https://www.example/path?a=b&c=%20d"'),
    ("key", "DNSKEY", 300, "257 3 8 AwEAAcw5QLr0IjC0wKbGoBPQv4qmeqHy9mvL5qGQTuaG5TSrNqEAR6b/"),
    ("cert", "CERT", 300, "PKIX 0 0 MIIB"),
    ("pgp", "OPENPGPKEY", 300, "mQENBFVHm5sBCADG"),
    ("svc", "SVCB", 300, "16 foo.example.org. port=53"),
    ("ptr", "PTR", 300, "host.elsewhere.test."),
    ("under_score", "A", 300, "192.0.2.40"),
    ("xn--bcher-kva", "A", 300, "192.0.2.41"),
    ("a.very.deep.name.below", "TXT", 300, '"x"'),
]


@pytest.fixture(scope="module")
def api(module_started):
    node = module_started.brink()
    return Api(node, make_token(node))


@pytest.fixture
def zone(api):
    made = api.post("/zones", {"name": ZONE}).result
    yield types.SimpleNamespace(id=made["id"], records=f"/zones/{made['id']}/dns_records")
    api.delete(f"/zones/{made['id']}")


def as_set(zone):
    """(name, type, ttl, wire) of each record: what two zones must have in common."""
    found = set()
    for name, rdataset in zone.iterate_rdatasets():
        if rdataset.rdtype == dns.rdatatype.SOA:
            continue
        for rdata in rdataset:
            found.add((name.derelativize(zone.origin).to_text(), dns.rdatatype.to_text(rdata.rdtype), rdataset.ttl,
                       rdata.to_wire(origin=zone.origin).hex()))
    return found


def written_by_dnspython():
    """The records as dnspython writes them, and as it has them."""
    text = f"$ORIGIN {ZONE}.\n$TTL 300\n@ IN SOA ns1 admin 1 7200 3600 1209600 300\n@ IN NS ns1\n"
    text += "".join(f"{name} {ttl} IN {kind} {data}\n" for name, kind, ttl, data in RECORDS)
    zone = dns.zone.from_text(text, origin=ZONE, relativize=True)
    return zone


def imported(api, zone, text, proxied="false"):
    mark = uuid.uuid4().hex
    body = "".join(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'
                   for name, more, value in (("file", '; filename="zone.txt"', text), ("proxied", "", proxied)))
    return api.call("POST", f"{zone.records}/import", content=(body + f"--{mark}--\r\n").encode(),
                    headers={"Content-Type": f"multipart/form-data; boundary={mark}"})


def exported(api, zone):
    status, headers, text = api.raw("GET", f"{PREFIX}{zone.records}/export")
    assert status == 200 and headers["Content-Type"].startswith("text/plain"), text
    return text.decode()


def read_back(text):
    """dnspython wants no SOA here: `check_origin` is for servers."""
    return dns.zone.from_text(text, origin=ZONE, relativize=True, check_origin=False)


def without_the_edges_own(records):
    """Without the NS records of the zone itself, which an import leaves to the edge."""
    return {record for record in records if record[:2] != (f"{ZONE}.", "NS")}


def test_a_file_that_dnspython_wrote_is_imported_record_by_record(api, zone):
    theirs = written_by_dnspython()
    for relativize in (True, False):
        out = io.StringIO()
        theirs.to_file(out, relativize=relativize, want_origin=True)
        answer = imported(api, zone, out.getvalue())
        assert answer.status == 200, answer.body
        assert answer.result["total_records_parsed"] == len(RECORDS)
        assert answer.result["recs_added"] == (len(RECORDS) if relativize else 0), "the same in another form is the same"
    assert as_set(read_back(exported(api, zone))) == without_the_edges_own(as_set(theirs))


def test_what_the_api_was_given_is_read_by_dnspython_as_it_was_meant(api, zone):
    theirs = written_by_dnspython()
    for name, kind, ttl, data in RECORDS:
        rdata = dns.rdata.from_text("IN", kind, data, origin=theirs.origin, relativize=False)
        text = data if kind == "TXT" else rdata.to_text()
        answer = api.post(zone.records, {"type": kind, "name": name, "ttl": ttl, "content": text})
        assert answer.status == 200, (name, kind, text, answer.body)
    assert as_set(read_back(exported(api, zone))) == without_the_edges_own(as_set(theirs))


def test_each_record_that_is_answered_alone_is_the_one_in_the_file(api, zone):
    """The content of each answer, read by dnspython, has the same wire form as its line in the file."""
    out = io.StringIO()
    written_by_dnspython().to_file(out, want_origin=True)
    assert imported(api, zone, out.getvalue()).status == 200
    origin = dns.name.from_text(ZONE)
    by_api = set()
    for record in api.get(zone.records, per_page=5000).result:
        content = record["content"]
        if record["type"] == "MX":
            content = f"{record['priority']} {content}"
        # Hosts are answered without the root's dot: all of them are absolute.
        rdata = dns.rdata.from_text("IN", record["type"], content, origin=dns.name.root, relativize=False)
        by_api.add((dns.name.from_text(record["name"]).to_text(), record["type"], record["ttl"], rdata.to_wire(origin=origin).hex()))
    assert by_api == without_the_edges_own(as_set(read_back(exported(api, zone))))


def test_comments_tags_and_settings_are_no_concern_of_other_readers(api, zone):
    given = {"type": "A", "name": "www", "content": "192.0.2.1", "ttl": 1, "proxied": True, "comment": 'a "comment"; with more',
             "tags": ["owner:dns", 'note:a, "b"'], "settings": {"ipv4_only": True}}
    made = api.post(zone.records, given).result
    text = exported(api, zone)
    assert as_set(read_back(text)) == {(f"www.{ZONE}.", "A", 1, "c0000201")}
    api.delete(f"{zone.records}/{made['id']}")
    assert imported(api, zone, text).result == {"recs_added": 1, "total_records_parsed": 1}
    again = api.get(zone.records).result[0]
    assert {name: again[name] for name in given} == {**given, "name": f"www.{ZONE}"}
