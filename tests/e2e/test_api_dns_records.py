"""The DNS records of the API: what the SDK's recorded walk does, and what it depends on, over the owner's socket by curl."""

import json
import subprocess

import pytest

ID = 32 * "0"


class Api:
    """The API as the node's owner calls it: curl over the Unix socket in data_dir."""

    def __init__(self, node):
        self.socket = node.directory / "data" / "control.sock"

    def __call__(self, method, path, body=None, form=None):
        command = ["curl", "-sS", "--max-time", "20", "--unix-socket", self.socket, "-X", method, "-w", "\n%{http_code} %{content_type}",
                   f"http://local/client/v4{path}"]
        if body is not None:
            command += ["-H", "Content-Type: application/json", "--data-binary", "@-"]
        for name, value in (form or {}).items():
            command += ["-F", f"{name}={value}"]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True,
                              input="" if body is None else json.dumps(body))
        content, _, last = done.stdout.rpartition("\n")
        status, _, content_type = last.partition(" ")
        return Answer(int(status), content, content_type)

    def result(self, method, path, body=None, form=None):
        answer = self(method, path, body, form)
        assert answer.status == 200, answer.text
        assert answer.json["success"] is True and answer.json["errors"] == [], answer.text
        return answer.json["result"]

    def refused(self, method, path, body=None, form=None):
        """(status, code, codes of the chain)"""
        answer = self(method, path, body, form)
        assert answer.json["success"] is False and answer.json["result"] is None, answer.text
        error = answer.json["errors"][0]
        return answer.status, error["code"], [detail["code"] for detail in error.get("error_chain", [])]


class Answer:
    def __init__(self, status, text, content_type):
        self.status, self.text, self.content_type = status, text, content_type

    @property
    def json(self):
        return json.loads(self.text)


@pytest.fixture(scope="module")
def api(module_started):
    return Api(module_started.brink())


@pytest.fixture
def records(api, request):
    """The path of the records of a new zone; its name is `records.zone`."""
    name = f"{request.node.name.split('[')[0].replace('_', '-')[:40].strip('-')}.example"
    zone = api.result("POST", "/zones", {"name": name, "account": {"id": api.result("GET", "/accounts")[0]["id"]}})
    yield Records(f"/zones/{zone['id']}/dns_records", name)
    api.result("DELETE", f"/zones/{zone['id']}")


class Records(str):
    def __new__(cls, path, zone):
        made = str.__new__(cls, path)
        made.zone = zone
        return made


def a(name="www", content="192.0.2.10", **more):
    return {"type": "A", "name": name, "content": content, **more}


MEMBERS = {"id": str, "name": str, "type": str, "content": str, "proxiable": bool, "proxied": bool, "ttl": int, "settings": dict,
           "meta": dict, "tags": list, "created_on": str, "modified_on": str}


def test_the_walk_of_the_sdk(api, records):
    made = api.result("POST", records, a(ttl=3600, proxied=True, comment="web", tags=["owner:dns"]))
    assert {name: type(made[name]) for name in MEMBERS} == MEMBERS
    assert made["name"] == f"www.{records.zone}" and made["comment"] == "web" and made["tags"] == ["owner:dns"]
    mx = api.result("POST", records, {"type": "MX", "name": records.zone, "content": f"mail.{records.zone}", "priority": 10, "ttl": 1})
    assert mx["priority"] == 10 and mx["comment"] is None and mx["content"] == f"mail.{records.zone}"
    data = {"priority": 10, "weight": 5, "port": 5060, "target": f"sip.{records.zone}"}
    srv = api.result("POST", records, {"type": "SRV", "name": f"_sip._tcp.{records.zone}", "data": data, "ttl": 300})
    assert srv["data"] == data and srv["content"] == f"10 5 5060 sip.{records.zone}"
    caa = api.result("POST", records, {"type": "CAA", "name": records.zone, "data": {"flags": 0, "tag": "issue", "value": "ca.example"}, "ttl": 300})
    assert caa["content"] == '0 issue "ca.example"'
    assert api.refused("POST", records, {"type": "A", "name": "bad", "content": "nope", "ttl": 1}) == (400, 1004, [9005])
    assert api.refused("POST", records, a(ttl=1)) == (400, 81058, [])

    query = (f"?type=A&name.exact=www.{records.zone}&content.exact=192.0.2.10&match=all&order=type&direction=asc&per_page=100"
             "&tag.present=owner&tag_match=any&proxied=true&search=www&comment.contains=we")
    page = api("GET", f"{records}{query}").json
    assert page["result"] == [made]
    assert page["result_info"] == {"page": 1, "per_page": 100, "count": 1, "total_count": 1, "total_pages": 1}
    page = api("GET", f"{records}{query}&page=2").json
    assert page["result"] == [] and page["result_info"] == {"page": 2, "per_page": 100, "count": 0, "total_count": 1, "total_pages": 1}
    one = f"{records}/{made['id']}"
    assert api.result("GET", one) == made

    put = api.result("PUT", one, a(content="192.0.2.11", ttl=300))
    assert put["comment"] is None and put["tags"] == [] and put["proxied"] is False and put["created_on"] == made["created_on"]
    assert api.result("PATCH", one, a(content="192.0.2.12", ttl=60))["ttl"] == 60
    batch = api.result("POST", f"{records}/batch", {
        "deletes": [], "patches": [{"id": made["id"], "content": "192.0.2.13"}], "puts": [{"id": made["id"], **a(content="192.0.2.14", ttl=60)}],
        "posts": [{"type": "TXT", "name": records.zone, "content": '"v=spf1 -all"', "ttl": 300}]})
    assert batch["deletes"] == [] and [r["content"] for r in batch["patches"] + batch["puts"] + batch["posts"]] == [
        "192.0.2.13", "192.0.2.14", '"v=spf1 -all"']

    exported = api("GET", f"{records}/export")
    assert exported.status == 200 and exported.content_type.startswith("text/plain")
    assert f"www.{records.zone}.\t60\tIN\tA\t192.0.2.14" in exported.text and f"$ORIGIN {records.zone}.\n" in exported.text
    assert api.result("POST", f"{records}/import", form={"file": f"imp.{records.zone}. 300 IN A 192.0.2.20\n;filename=zone.txt", "proxied": "false"}) == {
        "recs_added": 1, "total_records_parsed": 1}
    assert api.result("POST", f"{records}/scan") == {"recs_added": 0, "total_records_parsed": 0}
    assert api.result("DELETE", one) == {"id": made["id"]}
    assert api.refused("DELETE", one) == (404, 81044, [])
    assert api.refused("GET", one) == (404, 81044, [])
    assert api.refused("PATCH", one, {"ttl": 60}) == (404, 81044, [])


def test_an_alias_stands_alone(api, records):
    api.result("POST", records, a("host"))
    assert api.refused("POST", records, {"type": "CNAME", "name": "host", "content": "x.example"}) == (400, 81053, [])
    api.result("POST", records, {"type": "CNAME", "name": "alias", "content": "x.example"})
    assert api.refused("POST", records, a("alias")) == (400, 81053, [])
    assert api.refused("POST", records, {"type": "CNAME", "name": "alias", "content": "y.example"}) == (400, 81053, [])
    assert api.refused("POST", records, {"type": "TXT", "name": "alias", "content": "x"}) == (400, 81053, [])
    api.result("POST", records, {"type": "CNAME", "name": "proxied", "content": "x.example", "proxied": True})
    api.result("POST", records, {"type": "TXT", "name": "proxied", "content": "x"})
    api.result("POST", records, {"type": "CNAME", "name": "@", "content": "x.example"})  # flattened at the apex
    api.result("POST", records, {"type": "MX", "name": "@", "content": "mail.example", "priority": 1})


def test_a_record_is_there_once(api, records):
    api.result("POST", records, a(ttl=300))
    assert api.refused("POST", records, a(ttl=300)) == (400, 81058, [])
    assert api.refused("POST", records, a(ttl=60)) == (400, 81057, [])
    other = api.result("POST", records, a(content="192.0.2.11"))
    assert api.refused("PATCH", f"{records}/{other['id']}", {"content": "192.0.2.10"}) == (400, 81057, [])
    assert api.refused("PATCH", f"{records}/{other['id']}", {"content": "192.0.2.10", "ttl": 300}) == (400, 81058, [])
    assert len(api.result("GET", records)) == 2


def test_the_text_of_one_name_is_bounded(api, records):
    for letter in "abc":
        api.result("POST", records, {"type": "TXT", "name": "t", "content": letter * 2700})
    assert api.refused("POST", records, {"type": "TXT", "name": "t", "content": "d" * 200}) == (400, 83011, [])
    assert api.refused("POST", records, {"type": "TXT", "name": "u", "content": "d" * 4097}) == (400, 9015, [])


def test_a_batch_is_all_or_nothing(api, records):
    kept = api.result("POST", records, a())
    answer = api("POST", f"{records}/batch", {"deletes": [{"id": kept["id"]}], "posts": [a("one"), a("two", "nope")]})
    assert answer.status == 400 and answer.json["errors"][0]["source"] == {"pointer": "/posts/1/content"}
    assert [record["id"] for record in api.result("GET", records)] == [kept["id"]]
    # A delete comes before a post that takes its place.
    done = api.result("POST", f"{records}/batch", {"posts": [a()], "deletes": [{"id": kept["id"]}]})
    assert done["deletes"][0]["id"] == kept["id"] and done["posts"][0]["content"] == "192.0.2.10"
    assert api.refused("POST", f"{records}/batch", {"deletes": [{"id": ID}]}) == (404, 81044, [])
    assert api.refused("POST", f"{records}/batch", {"posts": [a()] * 3501})[:2] == (400, 1001)
    for wrong in ([], {"posts": {}}, {"posts": [1]}, {"puts": [a()]}, {"deletes": [{"id": 7}]}):
        assert api.refused("POST", f"{records}/batch", wrong)[0] == 400


def test_pages_do_not_overlap_and_count(api, records):
    api.result("POST", f"{records}/batch", {"posts": [a(f"h{i}", f"192.0.2.{i}") for i in range(25)]})
    seen = []
    for number in range(1, 5):
        page = api("GET", f"{records}?per_page=10&page={number}").json
        assert page["result_info"]["total_count"] == 25 and page["result_info"]["total_pages"] == 3
        seen += [record["id"] for record in page["result"]]
    assert len(seen) == len(set(seen)) == 25
    by_content = [record["content"] for record in api.result("GET", f"{records}?order=content&direction=desc&per_page=5000")]
    assert by_content == sorted(by_content, reverse=True)
    assert api.refused("GET", f"{records}?per_page=5001")[:2] == (400, 1001)
    assert api.refused("GET", f"{records}?order=colour")[:2] == (400, 1001)


@pytest.mark.parametrize("query,names", [
    ("name=WWW.{zone}", "www"), ("name.startswith=ma", "mail"), ("name.contains=ai", "mail"), ("content=v=spf1", "txt"),
    ('content="v=spf1"', "txt"), ("content.endswith=.2", "mail"), ("type=TXT", "txt"), ("comment.present=true", "www"), ("comment.absent=true", "mail txt"),
    ("tag=Owner:DNS", "www"), ("tag.exact=owner:dns", "www"), ("tag.contains=owner:n", "www"), ("tag.absent=owner", "mail txt"),
    ("match=any&type=TXT&name.exact=mail.{zone}", "mail txt"), ("type=TXT&name.exact=mail.{zone}", ""), ("proxied=true", "www"), ("search=spf", "txt"),
    ("tag_match=any&tag.present=nope&tag.exact=owner:dns", "www"), ("unknown=x&include_shadow_metadata=true", "www mail txt"),
])
def test_filters(api, records, query, names):
    api.result("POST", records, a("www", "192.0.2.1", comment="The Web", tags=["owner:dns"], proxied=True))
    api.result("POST", records, a("mail", "192.0.2.2"))
    api.result("POST", records, {"type": "TXT", "name": "txt", "content": '"v=spf1"'})
    found = api.result("GET", f"{records}?{query.format(zone=records.zone).replace(chr(34), '%22')}")
    assert sorted(record["name"].split(".")[0] for record in found) == sorted(names.split())


def test_a_zone_file_comes_back_as_it_was(api, records, tmp_path):
    api.result("POST", records, a(proxied=True, comment="the web", tags=["owner:a,b", "flag"]))
    api.result("POST", records, {"type": "HTTPS", "name": "@", "data": {"priority": 1, "target": ".", "value": 'alpn="h2,h3"'}})
    api.result("POST", records, {"type": "TXT", "name": "t", "content": '"a;b" "c"', "ttl": 300})
    before = [{name: record[name] for name in ("name", "type", "content", "ttl", "proxied", "comment", "tags")} for record in api.result("GET", records)]
    exported = api("GET", f"{records}/export").text
    file = tmp_path / "zone.txt"
    file.write_text(exported)
    assert api.result("POST", f"{records}/import", form={"file": f"@{file}"}) == {"recs_added": 0, "total_records_parsed": 3}
    for record in api.result("GET", records):
        api.result("DELETE", f"{records}/{record['id']}")
    assert api.result("POST", f"{records}/import", form={"file": f"@{file}"}) == {"recs_added": 3, "total_records_parsed": 3}
    after = [{name: record[name] for name in before[0]} for record in api.result("GET", records)]
    assert sorted(after, key=str) == sorted(before, key=str)


def test_an_import_that_is_wrong_changes_nothing(api, records, tmp_path):
    file = tmp_path / "zone.txt"
    for text in ("a 300 A 192.0.2.1\nb 300 A nope\n", "a 300 A 192.0.2.1\n$INCLUDE /etc/passwd\n", "a 300 A 192.0.2.1\na 300 CNAME x\n"):
        file.write_text(text)
        assert api.refused("POST", f"{records}/import", form={"file": f"@{file}"})[0] == 400
    assert api.refused("POST", f"{records}/import", {"file": "x"})[:2] == (400, 1001)
    assert api.result("GET", records) == []


def test_every_change_is_in_the_audit_log(api, records):
    made = api.result("POST", records, a())
    api.result("PATCH", f"{records}/{made['id']}", {"ttl": 60})
    api.result("DELETE", f"{records}/{made['id']}")
    account = api.result("GET", "/accounts")[0]["id"]
    entries = [entry for entry in api.result("GET", f"/accounts/{account}/audit_logs?per_page=100") if entry["resource"]["id"] == made["id"]]
    assert [entry["action"]["type"] for entry in entries] in (["rec_del", "rec_set", "rec_add"], ["rec_add", "rec_set", "rec_del"])
