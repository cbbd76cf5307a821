"""The lists API: lists, items in bulk, pages of them, what refers to a list; and the older firewall APIs."""

import json

import pytest

from harness.api import PREFIX, Api, make_token

FIREWALL = "http_request_firewall_custom"


@pytest.fixture(scope="module")
def api(node):
    return Api(node, make_token(node))


@pytest.fixture
def zone(api):
    made = api.post("/zones", {"name": "lists.example", "account": {"id": api.account()}}).result
    yield f"/zones/{made['id']}"
    api.delete(f"/zones/{made['id']}")


@pytest.fixture
def lists(api):
    path = f"/accounts/{api.account()}/rules/lists"
    yield path
    for each in api.get(path).result:
        api.delete(f"{path}/{each['id']}")


def make(api, lists, kind="ip", items=None):
    made = api.post(lists, {"name": f"list_{kind}", "kind": kind, "description": "d"}).result
    if items is not None:
        assert api.put(f"{lists}/{made['id']}/items", items).result["operation_id"]
    return f"{lists}/{made['id']}"


def items(api, path, **query):
    return api.get(f"{path}/items", **query).result


def pointers(answer):
    return [error.get("source", {}).get("pointer") for error in answer.body["errors"]]


def test_a_list_is_made_changed_and_deleted(api, lists):
    made = api.post(lists, {"name": "office", "kind": "ip"}).result
    assert made | {"id": "", "created_on": "", "modified_on": ""} == {
        "id": "", "name": "office", "kind": "ip", "description": "", "num_items": 0, "num_referencing_filters": 0,
        "created_on": "", "modified_on": ""}
    path = f"{lists}/{made['id']}"
    assert api.get(path).result == made and api.get(lists).result == [made]
    assert api.put(path, {"description": "new"}).result["description"] == "new"
    assert api.delete(path).result == {"id": made["id"]}
    assert api.get(path).status == 404


@pytest.mark.parametrize("body", [
    {}, {"name": "a"}, {"kind": "ip"}, {"name": "Office", "kind": "ip"}, {"name": "a-b", "kind": "ip"}, {"name": "x" * 51, "kind": "ip"},
    {"name": "a", "kind": "other"}, {"name": 7, "kind": "ip"}, {"name": "a", "kind": "ip", "description": "x" * 501}, [],
])
def test_a_list_that_cannot_be_is_refused(api, lists, body):
    assert api.post(lists, body).status == 400


def test_a_name_is_taken_once(api, lists):
    make(api, lists)
    assert pointers(api.post(lists, {"name": "list_ip", "kind": "asn"})) == ["/name"]


@pytest.mark.parametrize("kind, sent, kept", [
    ("ip", [{"ip": "192.0.2.7/24"}, {"ip": "2001:DB8::1", "comment": "c"}], [{"ip": "192.0.2.0/24"}, {"ip": "2001:db8::1", "comment": "c"}]),
    ("asn", [{"asn": 64500}], [{"asn": 64500}]),
    ("hostname", [{"hostname": {"url_hostname": "*.Example.com", "exclude_exact_hostname": True}}],
     [{"hostname": {"url_hostname": "*.example.com", "exclude_exact_hostname": True}}]),
    ("redirect", [{"redirect": {"source_url": "old.example/x", "target_url": "https://new.example/", "status_code": 302}}],
     [{"redirect": {"source_url": "old.example/x", "target_url": "https://new.example/", "status_code": 302}}]),
])
def test_items_of_every_kind(api, lists, kind, sent, kept):
    path = make(api, lists, kind, sent)
    got = items(api, path)
    assert [{key: value for key, value in each.items() if key not in ("id", "created_on", "modified_on")} for each in got] == kept
    assert items(api, path) == [api.get(f"{path}/items/{each['id']}").result for each in got]
    assert api.get(path).result["num_items"] == len(kept)


@pytest.mark.parametrize("kind, sent, wrong", [
    ("ip", [{"ip": "x"}, {"ip": "192.0.2.1"}, {"asn": 1}], ["/0/ip", "/2/ip", "/2/asn"]),
    ("ip", [7], ["/0"]),
    ("ip", {"ip": "192.0.2.1"}, [None]),
    ("ip", [{"ip": "192.0.2.1", "comment": "x" * 501}], ["/0/comment"]),
    ("asn", [{"asn": -1}, {"asn": "64500"}], ["/0/asn", "/1/asn"]),
    ("hostname", [{"hostname": {"url_hostname": "https://a.example/"}}], ["/0/hostname/url_hostname"]),
    ("redirect", [{"redirect": {"source_url": "a.example"}}], ["/0/redirect/target_url"]),
    ("redirect", [{"redirect": {"source_url": "a.example", "target_url": "https://b.example/", "status_code": 303}}],
     ["/0/redirect/status_code"]),
])
def test_items_that_are_none_are_refused_together(api, lists, kind, sent, wrong):
    path = make(api, lists, kind)
    for method in ("PUT", "POST"):
        answer = api.call(method, f"{path}/items", sent)
        assert answer.status == 400 and pointers(answer) == wrong, answer.body
    assert items(api, path) == []


def test_items_are_added_replaced_and_deleted(api, lists):
    path = make(api, lists, items=[{"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}])
    before = items(api, path)
    operation = api.post(f"{path}/items", [{"ip": "192.0.2.3"}, {"ip": "192.0.2.1", "comment": "twice"}]).result["operation_id"]
    done = api.get(f"{lists}/bulk_operations/{operation}").result
    assert done["id"] == operation and done["status"] == "completed" and done["completed"]
    after = items(api, path)
    assert [each["ip"] for each in after] == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert after[0]["id"] == before[0]["id"] and after[0]["comment"] == "twice"
    assert api.delete(f"{path}/items", body={"items": [{"id": before[1]["id"]}]}).result["operation_id"]
    assert [each["ip"] for each in items(api, path)] == ["192.0.2.1", "192.0.2.3"]
    assert api.delete(f"{path}/items", body={"items": [{"id": before[1]["id"]}]}).status == 404
    assert api.delete(f"{path}/items", body={"items": []}).status == 400
    assert api.get(f"{lists}/bulk_operations/{'0' * 32}").status == 404


def test_items_come_in_pages_and_are_searched(api, lists):
    path = make(api, lists, items=[{"ip": f"10.0.{n // 256}.{n % 256}"} for n in range(1300)])
    seen, cursor = [], None
    while True:
        answer = api.get(f"{path}/items", per_page=500, **({"cursor": cursor} if cursor else {}))
        seen += [each["ip"] for each in answer.result]
        cursor = answer.page["cursors"].get("after")
        if cursor is None:
            break
    assert seen == [f"10.0.{n // 256}.{n % 256}" for n in range(1300)]
    assert [each["ip"] for each in items(api, path, search="10.0.5.1", per_page=500)] == [
        ip for ip in seen if ip.startswith("10.0.5.1")]


def test_a_hundred_thousand_items_at_once(api, lists):
    path = make(api, lists)
    body = json.dumps([{"ip": f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}"} for n in range(100_000)])
    status, _, text = api.raw("PUT", PREFIX + f"{path}/items", body, within=120)
    assert status == 200, text[:300]
    assert api.get(path).result["num_items"] == 100_000
    last = items(api, path, search="10.1.134.159")
    assert [each["ip"] for each in last] == ["10.1.134.159"]
    assert api.delete(f"{path}/items", body={"items": [{"id": last[0]["id"]}]}).status == 200
    assert api.get(path).result["num_items"] == 99_999


def test_a_list_that_rules_name_stays(api, lists, zone):
    path = make(api, lists)
    entry = api.put(f"{zone}/rulesets/phases/{FIREWALL}/entrypoint", {"rules": [
        {"action": "log", "expression": "ip.src in $list_ip", "enabled": False}]})
    assert entry.status == 200, entry.body
    assert api.get(path).result["num_referencing_filters"] == 1
    assert api.delete(path).codes == [1002]
    wrong = api.put(f"{zone}/rulesets/phases/{FIREWALL}/entrypoint", {"rules": [{"action": "log", "expression": "http.host in $list_ip"}]})
    assert wrong.status == 400 and pointers(wrong) == ["/rules/0/expression"]
    assert api.put(f"{zone}/rulesets/phases/{FIREWALL}/entrypoint", {"rules": []}).status == 200
    assert api.delete(path).status == 200


# --- the older APIs ---

@pytest.mark.parametrize("collection, body, change, method", [
    ("access_rules/rules", {"mode": "block", "configuration": {"target": "ip", "value": "192.0.2.1"}, "notes": "n"},
     {"mode": "whitelist"}, "PATCH"),
    ("ua_rules", {"mode": "block", "configuration": {"target": "ua", "value": "bad"}, "paused": False},
     {"mode": "block", "configuration": {"target": "ua", "value": "worse"}, "paused": True}, "PUT"),
    ("lockdowns", {"urls": ["lists.example/admin*"], "configurations": [{"target": "ip", "value": "192.0.2.1"}], "paused": False},
     {"urls": ["lists.example/x"], "configurations": [{"target": "ip_range", "value": "192.0.2.0/24"}]}, "PUT"),
])
def test_older_rules_are_made_changed_and_deleted(api, zone, collection, body, change, method):
    path = f"{zone}/firewall/{collection}"
    made = api.post(path, body).result
    assert {key: made[key] for key in body} == body and made["id"] and made["created_on"]
    one = f"{path}/{made['id']}"
    assert api.get(one).result == made
    listed = api.get(path)
    assert listed.result == [made] and listed.page["total_count"] == 1
    changed = api.call(method, one, change).result
    assert {key: changed[key] for key in change} == change and changed["id"] == made["id"]
    assert api.delete(one).result == {"id": made["id"]}
    assert api.get(one).status == 404 and api.get(path).result == []


@pytest.mark.parametrize("collection, body, pointer", [
    ("access_rules/rules", {}, "/mode"),
    ("access_rules/rules", {"mode": "challenge", "configuration": {"target": "ip", "value": "192.0.2.1"}}, "/mode"),
    ("access_rules/rules", {"mode": "block", "configuration": {"target": "ip", "value": "x"}}, "/configuration/value"),
    ("access_rules/rules", {"mode": "block", "configuration": {"target": "ua", "value": "x"}}, "/configuration/target"),
    ("ua_rules", {"mode": "block", "configuration": {"target": "ip", "value": "x"}}, "/configuration/target"),
    ("lockdowns", {"urls": [], "configurations": []}, "/urls"),
    ("lockdowns", {"urls": ["a.example"], "configurations": [{"target": "ip", "value": "x"}]}, "/configurations/0/value"),
])
def test_older_rules_that_are_none_are_refused(api, zone, collection, body, pointer):
    answer = api.post(f"{zone}/firewall/{collection}", body)
    assert answer.status == 400 and pointer in pointers(answer), answer.body


def test_access_rules_of_an_account(api):
    path = f"/accounts/{api.account()}/firewall/access_rules/rules"
    made = api.post(path, {"mode": "block", "configuration": {"target": "country", "value": "DE"}}).result
    assert made["scope"] == {"id": api.account(), "type": "organization"} and made["allowed_modes"] == ["block", "whitelist"]
    assert api.get(path, configuration__value="DE").result == [made]
    assert api.get(path, configuration__value="FR").result == []
    twice = api.post(path, {"mode": "block", "configuration": {"target": "country", "value": "DE"}})
    assert twice.status == 400
    api.delete(f"{path}/{made['id']}")
