"""The API: zones, their settings, accounts, addresses, audit logs."""

import pytest

from harness.api import Api, make_token


@pytest.fixture(scope="module")
def api(node):
    return Api(node, make_token(node))


@pytest.fixture
def zone(api):
    made = api.post("/zones", {"name": "zone.example", "account": {"id": api.account()}, "type": "full"}).result
    yield made
    api.delete(f"/zones/{made['id']}")


def test_a_zone_is_made_found_changed_and_deleted(api):
    made = api.post("/zones", {"name": "Walk.Example.", "account": {"id": api.account()}, "type": "full", "jump_start": True})
    zone = made.result
    assert made.status == 200 and zone["name"] == "walk.example" and zone["status"] == "pending"
    assert zone["account"]["id"] == api.account() and not zone["paused"] and zone["plan"]["is_subscribed"]
    assert "#dns_records:edit" in zone["permissions"]
    assert api.get(f"/zones/{zone['id']}").result == zone
    assert api.get("/zones", name="walk.example").result == [zone]
    assert api.patch(f"/zones/{zone['id']}", {"paused": True}).result["paused"] is True
    assert api.delete(f"/zones/{zone['id']}").result == {"id": zone["id"]}
    missing = api.get(f"/zones/{zone['id']}")
    assert missing.status == 404 and missing.codes[0] == 7003


def test_a_zone_exists_once(api, zone):
    again = api.post("/zones", {"name": "ZONE.example", "account": {"id": api.account()}})
    assert again.status == 400 and again.codes == [1061]


def test_a_zone_needs_no_account_where_there_is_one(api):
    zone = api.post("/zones", {"name": "without.example", "type": "full"}).result
    api.delete(f"/zones/{zone['id']}")


@pytest.mark.parametrize("body", [
    {}, [], "x", {"name": 1}, {"name": ""}, {"name": "com"}, {"name": "a..b.example"}, {"name": "x" * 300 + ".example"},
    {"name": "ok.example", "type": "other"}, {"name": "ok.example", "type": 7}, {"name": "ok.example", "account": "x"},
    {"name": "ok.example", "account": {"id": "f" * 32}}, {"name": "sp ace.example"}, {"name": "*.example.com"},
])
def test_a_zone_that_cannot_be_is_refused(api, body):
    answer = api.post("/zones", body)
    assert answer.status == 400 and answer.codes[0] == 1001, answer.body


def test_names_in_other_scripts_become_a_labels(api):
    zone = api.post("/zones", {"name": "bücher.example"}).result
    assert zone["name"] == "xn--bcher-kva.example"
    assert api.get("/zones", name="bücher.example").result[0]["id"] == zone["id"]
    api.delete(f"/zones/{zone['id']}")


def test_lists_have_pages_filters_and_orders(api):
    ids = [api.post("/zones", {"name": f"page{i}.example"}).result["id"] for i in range(7)]
    try:
        seen, page = [], 1
        while True:
            answer = api.get("/zones", page=page, per_page=5, name="contains:page")
            assert answer.page["total_count"] == 7 and answer.page["total_pages"] == 2
            assert answer.page["count"] == len(answer.result)
            if not answer.result:
                break
            seen += [zone["name"] for zone in answer.result]
            page += 1
        assert seen == [f"page{i}.example" for i in range(7)] and page == 3
        newest = api.get("/zones", order="name", direction="desc", name="starts_with:page").result
        assert [zone["name"] for zone in newest] == seen[::-1]
        assert len(api.get("/zones", name="ends_with:3.example").result) == 1
        assert api.get("/zones", name="page1.example", per_page=1).page["total_count"] == 1
        assert api.get("/zones", status="active", name="contains:page").result == []
        either = api.get("/zones", status="moved", name="page1.example", match="any").result
        assert [zone["name"] for zone in either] == ["page1.example"]
        assert api.get("/zones", account__id="0" * 32).result == []
        for wrong in ({"per_page": 51}, {"per_page": 0}, {"page": 0}, {"order": "size"}, {"direction": "up"}, {"match": "no"}):
            assert api.get("/zones", **wrong).status == 400, wrong
    finally:
        for zone_id in ids:
            api.delete(f"/zones/{zone_id}")


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_lists_without_a_filter_have_all_zones_once_and_true_counts(api, direction):
    before = api.get("/zones", per_page=1).page["total_count"]
    ids = [api.post("/zones", {"name": f"all{i}.example"}).result["id"] for i in range(6)]
    try:
        total, seen = before + 6, []
        for page in range(1, 1000):
            answer = api.get("/zones", page=page, per_page=4, direction=direction)
            assert answer.page == {"page": page, "per_page": 4, "count": len(answer.result), "total_count": total,
                                   "total_pages": -(-total // 4)}
            if not answer.result:
                break
            seen += [zone["id"] for zone in answer.result]
        assert len(seen) == total == len(set(seen)) and set(ids) <= set(seen) and page == total // 4 + (2 if total % 4 else 1)
        assert [each for each in seen if each in ids] == (ids if direction == "asc" else ids[::-1])
        far = api.get("/zones", page=1000, per_page=50, direction=direction)
        assert far.result == [] and far.page["total_count"] == total
    finally:
        for zone_id in ids:
            api.delete(f"/zones/{zone_id}")


def test_a_list_has_only_what_the_token_may_see(node, api, zone):
    other = api.post("/zones", {"name": "unseen.example"}).result["id"]
    try:
        few = api.with_token(make_token(node, "--permission", "Zone Read", "--zone", zone["name"], name="few"))
        for query in ({}, {"direction": "desc"}, {"name": "contains:e"}, {"per_page": 1}):
            answer = few.get("/zones", **query)
            assert [each["id"] for each in answer.result] == [zone["id"]] and answer.page["total_count"] == 1, query
        assert few.get("/zones", name="unseen.example").result == []
    finally:
        api.delete(f"/zones/{other}")


def test_settings_are_listed_changed_and_kept(api, zone):
    path = f"/zones/{zone['id']}/settings"
    settings = {entry["id"]: entry for entry in api.get(path).result}
    assert settings["ssl"] == {"id": "ssl", "value": "full", "editable": True, "modified_on": None}
    assert settings["advanced_ddos"]["editable"] is False
    changed = api.patch(f"{path}/ssl", {"value": "strict"}).result
    assert changed["value"] == "strict" and changed["modified_on"]
    assert api.get(f"{path}/ssl").result == changed
    both = api.patch(path, {"items": [{"id": "always_use_https", "value": "on"}, {"id": "brotli", "value": "off"}]}).result
    assert [(entry["id"], entry["value"]) for entry in both] == [("always_use_https", "on"), ("brotli", "off")]


def test_several_settings_change_all_or_not_at_all(api, zone):
    path = f"/zones/{zone['id']}/settings"
    answer = api.patch(path, {"items": [{"id": "http3", "value": "off"}, {"id": "ssl", "value": "wrong"}]})
    assert answer.status == 400 and answer.codes == [1006]
    assert answer.body["errors"][0]["source"]["pointer"] == "/items/1/value"
    assert api.get(f"{path}/http3").result["value"] == "on"


def test_unknown_settings_are_1006(api, zone):
    for answer in (api.get(f"/zones/{zone['id']}/settings/nosuch"),
                   api.patch(f"/zones/{zone['id']}/settings/sha1_support", {"value": "on"}),
                   api.patch(f"/zones/{zone['id']}/settings/advanced_ddos", {"value": "off"})):
        assert answer.status == 400 and answer.codes == [1006]


def test_development_mode_tells_how_long_it_lasts(api, zone):
    setting = api.patch(f"/zones/{zone['id']}/settings/development_mode", {"value": "on"}).result
    assert setting["value"] == "on" and 10790 <= setting["time_remaining"] <= 10800
    assert api.get(f"/zones/{zone['id']}").result["development_mode"] > 10700


def test_the_account_has_a_name_that_can_be_changed(api):
    account = api.get(f"/accounts/{api.account()}").result
    changed = api.put(f"/accounts/{account['id']}", {"id": account["id"], "name": "Acme", "type": "standard"}).result
    assert changed["name"] == "Acme" and changed["created_on"] == account["created_on"]
    assert api.get("/accounts", name="Acme").result[0]["id"] == account["id"]
    assert [role["name"] for role in api.get(f"/accounts/{account['id']}/roles").result]
    assert api.get(f"/accounts/{account['id']}/members").result[0]["status"] == "accepted"
    assert api.get("/memberships").result[0]["account"]["id"] == account["id"]


def test_the_user_has_names(api):
    assert api.patch("/user", {"first_name": "Ada"}).result["first_name"] == "Ada"
    assert api.get("/user").result["email"] == "operator@localhost"


def test_addresses_need_no_token(node):
    ranges = Api(node).get("/ips").result
    assert isinstance(ranges["ipv4_cidrs"], list) and isinstance(ranges["ipv6_cidrs"], list) and ranges["etag"]


def test_every_change_is_in_both_audit_logs(api):
    zone = api.post("/zones", {"name": "audited.example"}).result
    api.patch(f"/zones/{zone['id']}/settings/ssl", {"value": "flexible"})
    api.delete(f"/zones/{zone['id']}")
    entries = api.get(f"/accounts/{api.account()}/audit_logs", zone__name="audited.example").result
    assert [entry["action"]["type"] for entry in entries] == ["zone_delete", "zone_settings_edit", "zone_create"]
    assert entries[1]["oldValueJson"]["value"] == "full" and entries[1]["newValueJson"]["value"] == "flexible"
    assert entries[0]["metadata"]["token_name"] == "test" and entries[0]["actor"]["ip"] == "127.0.0.1"
    path = f"/accounts/{api.account()}/logs/audit"
    when = {"since": "2020-01-01", "before": "2099-01-01"}
    seen, cursor = [], ""
    while True:
        answer = api.get(path, zone_name="audited.example", limit=2, cursor=cursor, **when)
        seen += [entry["action"]["type"] for entry in answer.result]
        assert answer.page["count"] == str(len(answer.result))
        cursor = answer.page["cursor"]
        if not cursor:
            break
    assert seen == ["delete", "update", "create"]
    assert api.get(path).status == 400
    kept = api.get(path, zone_name="audited.example", **{"action_type.not": "delete"}, **when).result
    assert len(kept) == 2


def test_what_brink_does_not_have_is_refused_and_never_a_success(api, zone):
    z = f"/zones/{zone['id']}"
    assert api.get(f"{z}/pagerules", status="active").result == []
    assert api.post(f"{z}/pagerules", {}).status == 400
    for path in ("/graphql", f"{z}/firewall/rules", f"{z}/waiting_rooms", f"{z}/analytics/dashboard", "/nothing"):
        answer = api.post(path, {}) if path == "/graphql" else api.get(path)
        assert answer.status == 404 and answer.codes == [7003, 7000], path
    answer = api.delete("/zones")
    assert answer.status == 405 and answer.codes == [10405] and answer.headers["Allow"] == "GET, HEAD, POST"
