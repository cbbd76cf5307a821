"""What the API stores acts on the next request, and what it takes away acts no more."""

import pytest

from harness import clients
from harness.api import Api, make_token
from harness.brink import zone

CUSTOM = "http_request_firewall_custom"
NAME = "served.example"


@pytest.fixture(scope="module")
def site(module_started):
    origin = module_started.origin()
    node = module_started.brink(zone(origin, name=NAME), config={"edge": {"trusted_proxies": ["127.0.0.1"]}})
    api = Api(node, make_token(node))
    return Site(api, api.get("/zones", name=NAME).result[0]["id"])


class Site:
    def __init__(self, api, zone_id):
        self.api, self.zone = api, f"/zones/{zone_id}"
        self.account = f"/accounts/{api.account()}"

    def put(self, phase, *rules, owner=None):
        return self.api.put(f"{owner or self.zone}/rulesets/phases/{phase}/entrypoint", {"rules": list(rules)}).result

    def status(self, target="/", source="192.0.2.1", **fields):
        sent = [("X-Forwarded-For", source), *((name.replace("_", "-"), value) for name, value in fields.items())]
        return clients.get(self.api.node.http, target, host=NAME, fields=sent).status


def block(expression, **more):
    return {"expression": expression, "action": "block", **more}


def test_rules_act_from_the_answer_on_and_go_with_the_next(site):
    for turn in range(5):
        site.put(CUSTOM, block(f'http.request.uri.path eq "/{turn}"'))
        assert [site.status(f"/{n}") for n in range(5)] == [403 if n == turn else 200 for n in range(5)]
    site.put(CUSTOM)
    assert site.status("/4") == 200


def test_the_accounts_rules_act_before_the_zones(site):
    site.put(CUSTOM, block("true", action_parameters={"response": {
        "status_code": 410, "content_type": "text/plain", "content": "zone"}}))
    site.put(CUSTOM, block(f'cf.zone.name eq "{NAME}" and http.request.uri.path eq "/both"',
                           action_parameters={"response": {"status_code": 418, "content_type": "text/plain",
                                                           "content": "account"}}), owner=site.account)
    assert (site.status("/both"), site.status("/other")) == (418, 410)
    site.put(CUSTOM, owner=site.account)
    site.put(CUSTOM)


def test_a_custom_ruleset_is_executed_in_place(site):
    inner = site.api.post(f"{site.account}/rulesets", {"name": "inner", "kind": "custom", "phase": CUSTOM, "rules": [
        {"expression": 'http.user_agent eq "friend"', "action": "skip", "action_parameters": {"ruleset": "current"}},
        block('http.request.uri.path eq "/inner"')]}).result
    site.put(CUSTOM, {"expression": f'cf.zone.name eq "{NAME}"', "action": "execute", "action_parameters": {"id": inner["id"]}},
             block('http.request.uri.path eq "/outer"'), owner=site.account)
    assert site.status("/inner") == 403
    assert site.status("/inner", User_Agent="friend") == 200
    assert site.status("/outer", User_Agent="friend") == 403  # only the inner ruleset was skipped
    site.put(CUSTOM, owner=site.account)


def test_a_list_is_what_it_is_when_the_request_comes(site):
    made = site.api.post(f"{site.account}/rules/lists", {"name": "guests", "kind": "ip"}).result
    items = f"{site.account}/rules/lists/{made['id']}/items"
    site.put(CUSTOM, block("not ip.src in $guests"))
    assert site.status("/", "198.51.100.7") == 403
    site.api.put(items, [{"ip": "198.51.100.0/24"}, {"ip": "2001:db8::/32"}])
    assert [site.status("/", source) for source in ("198.51.100.7", "2001:db8::1", "203.0.113.1")] == [200, 200, 403]
    site.api.put(items, [{"ip": "203.0.113.1"}])
    assert [site.status("/", source) for source in ("198.51.100.7", "203.0.113.1")] == [403, 200]
    site.put(CUSTOM)


def test_bulk_redirects(site):
    made = site.api.post(f"{site.account}/rules/lists", {"name": "moved", "kind": "redirect"}).result
    site.api.put(f"{site.account}/rules/lists/{made['id']}/items", [
        {"redirect": {"source_url": f"{NAME}/old", "target_url": "https://new.example/place", "status_code": 308}},
        {"redirect": {"source_url": f"{NAME}/tree", "target_url": "https://new.example/wood", "subpath_matching": True,
                      "preserve_query_string": True}}])
    site.put("http_request_redirect", {"expression": "http.request.full_uri in $moved", "action": "redirect",
                                       "action_parameters": {"from_list": {"name": "moved", "key": "http.request.full_uri"}}},
             owner=site.account)

    def told(target):
        answer = clients.get(site.api.node.http, target, host=NAME)
        return answer.status, answer.field("location")
    assert told("/old") == (308, "https://new.example/place")
    assert told("/tree/leaf?x=1") == (301, "https://new.example/wood/leaf?x=1")
    assert told("/trees")[0] == 200
    site.put("http_request_redirect", owner=site.account)


def test_the_older_apis_block_and_let_in(site):
    def access(mode, value):
        return site.api.post(f"{site.zone}/firewall/access_rules/rules",
                             {"mode": mode, "configuration": {"target": "ip", "value": value}}).result["id"]
    made = [access("block", "198.51.100.9")]
    assert (site.status("/", "198.51.100.9"), site.status("/", "198.51.100.10")) == (403, 200)
    made.append(access("whitelist", "203.0.113.5"))
    site.put(CUSTOM, block("true"))
    assert (site.status("/", "203.0.113.5"), site.status("/", "203.0.113.6")) == (200, 403)
    site.put(CUSTOM)
    for rule in made:
        site.api.delete(f"{site.zone}/firewall/access_rules/rules/{rule}")
    assert site.status("/", "198.51.100.9") == 200


def test_custom_rules_can_skip_user_agent_rules_and_lockdowns(site):
    agent = site.api.post(f"{site.zone}/firewall/ua_rules", {
        "mode": "block", "configuration": {"target": "ua", "value": "BadBot/1"}}).result["id"]
    lockdown = site.api.post(f"{site.zone}/firewall/lockdowns", {
        "urls": [f"{NAME}/office*"], "configurations": [{"target": "ip", "value": "192.0.2.1"}]}).result["id"]
    assert site.status("/", User_Agent="BadBot/1") == 403
    assert (site.status("/office/x"), site.status("/office/x", "198.51.100.1")) == (200, 403)
    site.put(CUSTOM, {"expression": 'http.request.uri.path contains "/open"', "action": "skip",
                      "action_parameters": {"products": ["uaBlock", "zoneLockdown"]}})
    assert site.status("/open", User_Agent="BadBot/1") == 200
    assert site.status("/office/open", "198.51.100.1") == 200
    assert site.status("/", User_Agent="BadBot/1") == 403
    site.put(CUSTOM)
    site.api.delete(f"{site.zone}/firewall/ua_rules/{agent}")
    site.api.delete(f"{site.zone}/firewall/lockdowns/{lockdown}")


def test_normalization_is_the_zones_choice(site):
    site.put(CUSTOM, block('http.request.uri.path eq "/a/b"'))
    assert (site.status("/a//b"), site.status("/%61/b")) == (200, 403)
    site.api.put(f"{site.zone}/url_normalization", {"type": "cloudflare", "scope": "both"})
    assert site.status("/a//b") == 403
    arrived = clients.get(site.api.node.http, "/x//y/../z", host=NAME).json()["target"]
    assert arrived == "/x/z"
    site.api.put(f"{site.zone}/url_normalization", {"type": "rfc3986", "scope": "none"})
    assert site.status("/%61/b") == 200
    assert site.api.raw("DELETE", f"/client/v4{site.zone}/url_normalization")[0] in (200, 204)
    site.put(CUSTOM)
