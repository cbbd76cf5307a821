"""The rulesets API: entry points, versions, rules and their order, dry runs, what is refused and how it says so."""

import pytest

from harness.api import Api, make_token

FIREWALL = "http_request_firewall_custom"
BLOCK = {"action": "block", "expression": "ip.src eq 192.0.2.1"}
LOG = {"action": "log", "expression": "true"}

# A rule that each phase of a zone takes.
PHASES = {
    "http_request_dynamic_redirect": {
        "action": "redirect", "action_parameters": {"from_value": {"target_url": {"value": "https://new.example/"}, "status_code": 308}}},
    "http_request_transform": {
        "action": "rewrite", "action_parameters": {"uri": {"path": {"expression": "lower(http.request.uri.path)"}}}},
    "http_config_settings": {"action": "set_config", "action_parameters": {"ssl": "flexible"}},
    "http_request_origin": {"action": "route", "action_parameters": {"host_header": "a.example"}},
    FIREWALL: {"action": "block"},
    "http_ratelimit": {
        "action": "block",
        "ratelimit": {"characteristics": ["cf.colo.id", "ip.src"], "period": 60, "requests_per_period": 100}},
    "http_request_late_transform": {
        "action": "rewrite", "action_parameters": {"headers": {"X-A": {"operation": "set", "value": "b"}}}},
    "http_request_cache_settings": {"action": "set_cache_settings", "action_parameters": {"cache": True}},
    "http_custom_errors": {
        "action": "serve_error", "action_parameters": {"content": "sorry", "content_type": "text/plain"}},
    "http_response_headers_transform": {
        "action": "rewrite", "action_parameters": {"headers": {"X-B": {"operation": "add", "expression": "http.host"}}}},
    "http_log_custom_fields": {"action": "log_custom_field", "action_parameters": {"request_fields": [{"name": "x-a"}]}},
}


@pytest.fixture(scope="module")
def api(node):
    return Api(node, make_token(node))


@pytest.fixture
def zone(api):
    made = api.post("/zones", {"name": "rules.example", "account": {"id": api.account()}}).result
    yield f"/zones/{made['id']}"
    api.delete(f"/zones/{made['id']}")


@pytest.fixture
def account(api):
    path = f"/accounts/{api.account()}"
    yield path
    for ruleset in sorted(api.get(f"{path}/rulesets").result, key=lambda each: each["kind"] == "custom"):
        api.raw("DELETE", f"/client/v4{path}/rulesets/{ruleset['id']}", headers={"Authorization": f"Bearer {api.token}"})


@pytest.fixture
def ruleset(api, zone):
    rules = [{**LOG, "description": name, "ref": name} for name in ("a", "b", "c")]
    return api.put(f"{zone}/rulesets/phases/{FIREWALL}/entrypoint", {"rules": rules}).result


def names(ruleset):
    return "".join(rule["ref"] for rule in ruleset["rules"])


def ids(ruleset):
    return {rule["ref"]: rule["id"] for rule in ruleset["rules"]}


def delete(api, path):
    return api.raw("DELETE", "/client/v4" + path)[0]


def errors(answer):
    return [(error["code"], error.get("source", {}).get("pointer")) for error in answer.body["errors"]]


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_of_a_zone_has_an_entry_point(api, zone, phase):
    rule = {"expression": "true", **PHASES[phase]}
    path = f"{zone}/rulesets/phases/{phase}/entrypoint"
    missing = api.get(path)
    assert (missing.status, missing.codes) == (404, [10003])
    assert missing.body["errors"][0]["message"] == f"could not find entrypoint ruleset in the {phase} phase"
    made = api.post(f"{zone}/rulesets", {"name": "mine", "kind": "zone", "phase": phase, "rules": [rule]}).result
    assert made["version"] == "1" and made["phase"] == phase and made["kind"] == "zone" and made["description"] == ""
    kept = made["rules"][0]
    assert kept["ref"] == kept["id"] and kept["version"] == "1" and kept["enabled"] and kept["expression"] == "true"
    assert kept["action"] == rule["action"] and kept.get("action_parameters") == rule.get("action_parameters")
    assert api.get(path).result == api.get(f"{zone}/rulesets/{made['id']}").result == made
    edited = api.patch(f"{zone}/rulesets/{made['id']}/rules/{kept['id']}", {**rule, "enabled": False}).result
    assert edited["version"] == "2" and edited["rules"][0]["version"] == "2" and not edited["rules"][0]["enabled"]
    assert delete(api, f"{zone}/rulesets/{made['id']}") == 204
    assert api.get(path).status == 404


def test_a_phase_has_one_entry_point(api, zone):
    body = {"name": "mine", "kind": "zone", "phase": "http_ratelimit"}
    assert api.post(f"{zone}/rulesets", body).status == 200
    again = api.post(f"{zone}/rulesets", body)
    assert again.status == 400 and errors(again) == [(20217, "/kind")]
    assert again.body["errors"][0]["message"] == ("'zone' is not a valid value for kind because exceeded maximum number of "
                                                  "zone rulesets for phase http_ratelimit")


def test_the_calls_of_terraform(api, zone):
    """Looks, makes the entry point by PUT, reads it, changes it by its id, deletes it."""
    entry = f"{zone}/rulesets/phases/{FIREWALL}/entrypoint"
    assert api.get(entry).codes == [10003]
    made = api.put(entry, {"name": "default", "description": "d", "rules": [{**BLOCK, "ref": "one"}]}).result
    assert made["kind"] == "zone" and made["version"] == "1" and made["description"] == "d"
    assert api.get(f"{zone}/rulesets/{made['id']}").result == made
    changed = api.put(f"{zone}/rulesets/{made['id']}", {
        "name": "default", "kind": "zone", "phase": FIREWALL,
        "rules": [{**LOG, "ref": "two"}, {**BLOCK, "ref": "one"}]}).result
    assert changed["version"] == "2" and changed["id"] == made["id"] and changed["description"] == "d"
    assert ids(changed)["one"] == ids(made)["one"] and changed["rules"][1]["version"] == "1"
    assert delete(api, f"{zone}/rulesets/{made['id']}") == 204


def test_rules_keep_their_identity_by_id_and_ref(api, zone, ruleset):
    path = f"{zone}/rulesets/{ruleset['id']}"
    before = ids(ruleset)
    after = api.put(path, {"rules": [{**LOG, "ref": "c", "description": "new"}, {**LOG, "id": before["a"], "description": "a"},
                                     {**LOG, "ref": "d"}]}).result
    assert names(after) == "cad"
    assert ids(after)["c"] == before["c"] and ids(after)["a"] == before["a"] and ids(after)["d"] not in before.values()
    assert [rule["version"] for rule in after["rules"]] == ["2", "1", "1"]
    assert after["rules"][1]["last_updated"] == ruleset["rules"][0]["last_updated"]
    unknown = api.put(path, {"rules": [{**LOG, "id": "f" * 32}]})
    assert errors(unknown) == [(20119, "/rules/0/id")]
    assert api.get(path).result == after


@pytest.mark.parametrize("position, order", [
    (None, "abcn"), ({"before": ""}, "nabc"), ({"after": ""}, "abcn"), ({"before": "b"}, "anbc"), ({"after": "b"}, "abnc"),
    ({"index": 1}, "nabc"), ({"index": 3}, "abnc"), ({"index": 4}, "abcn"),
])
def test_a_rule_is_added_at_its_position(api, zone, ruleset, position, order):
    if position is not None:
        position = {key: ids(ruleset).get(value, value) for key, value in position.items()}
    body = {**LOG, "ref": "n", **({"position": position} if position is not None else {})}
    answer = api.post(f"{zone}/rulesets/{ruleset['id']}/rules", body).result
    assert names(answer) == order and answer["version"] == "2"


@pytest.mark.parametrize("position, order", [
    ({"before": ""}, "cab"), ({"index": 2}, "acb"), ({"after": "a"}, "acb"), ({"index": 3}, "abc"),
])
def test_a_rule_is_moved(api, zone, ruleset, position, order):
    position = {key: ids(ruleset).get(value, value) for key, value in position.items()}
    moved = api.patch(f"{zone}/rulesets/{ruleset['id']}/rules/{ids(ruleset)['c']}", {"position": position}).result
    assert names(moved) == order and moved["version"] == "2"
    assert all(rule["version"] == "1" for rule in moved["rules"]), "moving is no change of the rule"


@pytest.mark.parametrize("position", [
    {}, {"index": 0}, {"index": 5}, {"index": "1"}, {"before": "f" * 32}, {"before": "", "after": ""}, {"first": True}, [], 7,
])
def test_a_position_that_is_none_is_refused(api, zone, ruleset, position):
    answer = api.post(f"{zone}/rulesets/{ruleset['id']}/rules", {**LOG, "position": position})
    assert answer.status == 400 and answer.body["errors"][0]["source"]["pointer"].startswith("/position"), answer.body
    assert api.get(f"{zone}/rulesets/{ruleset['id']}").result == ruleset


def test_a_rule_is_replaced_whole_and_deleted(api, zone, ruleset):
    path = f"{zone}/rulesets/{ruleset['id']}/rules/{ids(ruleset)['b']}"
    changed = api.patch(path, BLOCK).result
    assert changed["rules"][1] | {"last_updated": ""} == {
        "id": ids(ruleset)["b"], "ref": "b", "version": "2", "enabled": True, "description": "", "last_updated": "", **BLOCK}
    missing = api.patch(path, {"enabled": False})
    assert errors(missing) == [(20119, "/action"), (20119, "/expression")]
    assert names(api.delete(path).result) == "ac"
    assert api.delete(path).status == 404


def test_versions_are_kept_and_deleted(api, zone, ruleset):
    path = f"{zone}/rulesets/{ruleset['id']}"
    api.put(path, {"description": "second"})
    api.put(path, {"rules": []})
    listed = api.get(f"{path}/versions").result
    assert [each["version"] for each in listed] == ["1", "2", "3"] and "rules" not in listed[0]
    assert api.get(f"{path}/versions/1").result == ruleset
    entry = f"{zone}/rulesets/phases/{FIREWALL}/entrypoint/versions"
    assert [each["version"] for each in api.get(entry).result] == ["1", "2", "3"]
    assert api.get(f"{entry}/2").result["description"] == "second"
    assert delete(api, f"{path}/versions/2") == 204 and api.get(f"{path}/versions/2").status == 404
    assert delete(api, f"{path}/versions/3") == 204
    assert api.get(path).result == ruleset, "without the latest, the one before it runs"
    assert api.put(path, {"description": "x"}).result["version"] == "4", "numbers are not used again"


def test_a_dry_run_checks_and_keeps_nothing(api, zone, ruleset):
    path = f"{zone}/rulesets/{ruleset['id']}"
    good = api.put(path, {"rules": []}, dry_run="true")
    assert good.status == 200 and good.body["result"] is None
    assert errors(api.put(path, {"rules": [{**LOG, "expression": "x"}]}, dry_run="true")) == [(20127, "/rules/0/expression")]
    assert api.post(f"{path}/rules", LOG, dry_run="true").body["result"] is None
    assert delete(api, f"{path}?dry_run=true") == 204
    assert api.put(path, {"rules": []}, dry_run="maybe").status == 400
    assert api.get(path).result == ruleset and len(api.get(f"{path}/versions").result) == 1


def test_every_problem_is_told_with_its_place(api, zone):
    answer = api.post(f"{zone}/rulesets", {"name": "m", "kind": "zone", "phase": FIREWALL, "rules": [
        {"action": "block", "expression": "http.host eq www.example.com"},
        {"action": "redirect", "expression": "true"},
        {"action": "managed_challenge", "expression": "true"},
        {"action": "log", "expression": "true", "colour": "red"},
        {"action": "log", "expression": "ip.src in $nowhere"}]})
    assert answer.status == 400 and errors(answer) == [
        (20127, "/rules/0/expression"), (20119, "/rules/1/action"), (20120, "/rules/2/action"), (20119, "/rules/3/colour"),
        (20127, "/rules/4/expression")]
    message = answer.body["errors"][0]["message"]
    assert message.startswith("'http.host eq www.example.com' is not a valid value for expression because the expression is "
                              "invalid: Filter parsing error (1:")
    assert message.endswith("http.host eq www.example.com\n             ^^^^^^^^^^^^^^^ unknown identifier\n")
    assert answer.body["errors"][1]["message"] == (
        f"'redirect' is not a valid value for action because it is not supported in phase {FIREWALL}")


@pytest.mark.parametrize("body, pointers", [
    ({}, ["/name", "/kind", "/phase"]),
    ([], [None]),
    ({"name": "", "kind": "zone", "phase": FIREWALL}, ["/name"]),
    ({"name": "m", "kind": "root", "phase": FIREWALL}, ["/kind"]),
    ({"name": "m", "kind": "managed", "phase": FIREWALL}, ["/kind"]),
    ({"name": "m", "kind": "zone", "phase": "nothing"}, ["/phase"]),
    ({"name": "m", "kind": "zone", "phase": "ddos_l7"}, ["/phase"]),
    ({"name": "m", "kind": "zone", "phase": "http_request_redirect"}, ["/phase"]),
    ({"name": "m", "kind": "zone", "phase": FIREWALL, "rules": {}}, ["/rules"]),
    ({"name": "m", "kind": "zone", "phase": FIREWALL, "rules": [7]}, ["/rules/0"]),
    ({"name": "m", "kind": "zone", "phase": FIREWALL, "more": 1}, ["/more"]),
])
def test_a_body_that_is_no_ruleset_is_refused(api, zone, body, pointers):
    answer = api.post(f"{zone}/rulesets", body)
    assert answer.status == 400 and [pointer for _, pointer in errors(answer)] == pointers, answer.body


def test_names_and_kinds_stay(api, zone, ruleset):
    path = f"{zone}/rulesets/{ruleset['id']}"
    answer = api.put(path, {"name": "other"})
    assert answer.status == 400 and answer.body["errors"][0]["message"] == "name field cannot be modified"
    assert api.put(path, {"phase": "http_ratelimit"}).status == 400
    assert api.put(path, {"name": ruleset["name"], "kind": "zone", "phase": FIREWALL}).result["version"] == "2"


def test_settings_without_effect_are_told_in_messages(api, zone):
    answer = api.post(f"{zone}/rulesets", {"name": "m", "kind": "zone", "phase": "http_config_settings", "rules": [
        {"action": "set_config", "expression": "true", "action_parameters": {"rocket_loader": True}}]})
    assert answer.result["rules"][0]["action_parameters"] == {"rocket_loader": True}
    assert [message["source"]["pointer"] for message in answer.body["messages"]] == ["/rules/0/action_parameters/rocket_loader"]


def test_spellings_that_are_alive_are_answered_in_one(api, zone):
    skip = api.put(f"{zone}/rulesets/phases/{FIREWALL}/entrypoint", {"rules": [
        {"action": "skip", "expression": "true", "action_parameters": {"products": ["uablock"]}}]}).result["rules"][0]
    assert skip["action_parameters"] == {"products": ["uaBlock"]} and skip["logging"] == {"enabled": True}
    cache = api.put(f"{zone}/rulesets/phases/http_request_cache_settings/entrypoint", {"rules": [
        {"action": "set_cache_settings", "expression": "true", "action_parameters": {
            "cache_key": {"custom_key": {"query_string": {"include": {"list": ["a"]}}}}}}]}).result["rules"][0]
    assert cache["action_parameters"]["cache_key"]["custom_key"]["query_string"] == {"include": ["a"]}


def test_an_account_executes_its_custom_rulesets(api, account):
    custom = api.post(f"{account}/rulesets", {"name": "c", "kind": "custom", "phase": FIREWALL, "rules": [BLOCK]}).result
    execute = {"action": "execute", "expression": "true", "action_parameters": {"id": custom["id"]}}
    root = api.put(f"{account}/rulesets/phases/{FIREWALL}/entrypoint", {"rules": [execute]}).result
    assert root["kind"] == "root" and root["rules"][0]["action_parameters"] == {"id": custom["id"], "version": "latest"}
    refused = api.delete(f"{account}/rulesets/{custom['id']}")
    assert refused.status == 400 and "executes" in refused.body["errors"][0]["message"]
    nested = api.post(f"{account}/rulesets/{custom['id']}/rules", execute)
    assert errors(nested) == [(20119, "/action")]
    assert delete(api, f"{account}/rulesets/{root['id']}") == 204
    assert delete(api, f"{account}/rulesets/{custom['id']}") == 204


def test_a_ruleset_of_another_owner_is_not_there(api, zone, account, ruleset):
    assert api.get(f"{account}/rulesets/{ruleset['id']}").status == 404
    assert api.put(f"{account}/rulesets/{ruleset['id']}", {"rules": []}).status == 404


def test_each_phase_has_its_permission(api, zone, ruleset, node):
    identifier = zone.rsplit("/", 1)[1]
    token = api.post("/user/tokens", {"name": "transform", "policies": [{
        "effect": "allow", "permission_groups": [{"id": api.group("Zone Transform Rules Write")}],
        "resources": {f"com.cloudflare.api.account.zone.{identifier}": "*"}}]}).result["value"]
    limited = api.with_token(token)
    transform = f"{zone}/rulesets/phases/http_request_late_transform/entrypoint"
    assert limited.put(transform, {"rules": [{"expression": "true", **PHASES["http_request_late_transform"]}]}).status == 200
    assert [each["phase"] for each in limited.get(f"{zone}/rulesets").result] == ["http_request_late_transform"]
    assert limited.get(f"{zone}/rulesets/{ruleset['id']}").status == 403
    assert limited.put(f"{zone}/rulesets/{ruleset['id']}", {"rules": []}).status == 403
    assert limited.put(f"{zone}/rulesets/phases/{FIREWALL}/entrypoint", {"rules": []}).status == 403
    assert api.get(f"{zone}/rulesets/{ruleset['id']}").result == ruleset


def test_changes_are_in_the_audit_log(api, zone, ruleset):
    actions = [entry["action"]["type"] for entry in api.get(f"/accounts/{api.account()}/audit_logs").result
               if entry["resource"]["id"] == ruleset["id"]]
    assert actions == ["ruleset_create"]


def test_url_normalization(api, zone):
    path = f"{zone}/url_normalization"
    assert api.get(path).result == {"type": "rfc3986", "scope": "incoming"}
    assert api.put(path, {"type": "cloudflare", "scope": "both"}).result == {"type": "cloudflare", "scope": "both"}
    assert api.get(path).result == {"type": "cloudflare", "scope": "both"}
    for body in ({}, {"type": "other", "scope": "both"}, {"type": "rfc3986", "scope": 7}):
        assert api.put(path, body).status == 400
    assert delete(api, path) == 204
    assert api.get(path).result == {"type": "rfc3986", "scope": "incoming"}
