"""The API: tokens, what they may do, and who is refused."""

import pytest

from harness import certs, processes
from harness.api import Api, brink, make_token
from harness.brink import binary


@pytest.fixture(scope="module")
def api(node):
    return Api(node, make_token(node))


@pytest.fixture(scope="module")
def zones(api):
    """Two zones: the ids."""
    return [api.post("/zones", {"name": f"{name}.example"}).result["id"] for name in ("one", "two")]


def policy(api, groups, resources, effect="allow"):
    return {"effect": effect, "permission_groups": [{"id": api.group(name)} for name in groups],
            "resources": {name: "*" for name in resources}}


def zone_resource(zone):
    return f"com.cloudflare.api.account.zone.{zone}"


def make(api, *policies, **more):
    return api.post("/user/tokens", {"name": "made", "policies": list(policies), **more})


def test_a_token_is_made_shown_once_changed_rolled_and_deleted(api, zones):
    made = make(api, policy(api, ["Zone Read", "DNS Write"], [zone_resource(zones[0])]),
                not_before="2020-01-01T00:00:00Z", expires_on="2099-01-01T00:00:00Z",
                condition={"request_ip": {"in": ["127.0.0.0/8"], "not_in": []}}).result
    secret, path = made.pop("value"), f"/user/tokens/{made['id']}"
    assert secret.startswith("brk_") and len(secret) >= 44
    assert made["status"] == "active" and made["expires_on"] == "2099-01-01T00:00:00Z" and made["policies"][0]["id"]
    assert api.get(path).result == made
    assert made in api.get("/user/tokens").result

    limited = api.with_token(secret)
    verified = limited.get("/user/tokens/verify")
    assert verified.result["id"] == made["id"] and verified.body["messages"][0]["code"] == 10000
    assert [zone["id"] for zone in limited.get("/zones").result] == [zones[0]]

    rolled = api.call("PUT", f"{path}/value", headers={"Content-Length": "0"}).result
    assert isinstance(rolled, str) and rolled != secret
    assert limited.get("/zones").status == 403
    limited = api.with_token(rolled)
    assert limited.get("/zones").status == 200

    update = {"name": "other", "status": "disabled", "policies": made["policies"]}
    assert api.put(path, update).result["status"] == "disabled"
    refused = limited.get("/zones")
    assert refused.status == 403 and refused.codes == [9109] and "disabled" in refused.body["errors"][0]["message"]
    assert api.delete(path).result == {"id": made["id"]}
    missing = api.get(path)
    assert missing.status == 404 and missing.codes == [1003]
    unknown = limited.get("/user/tokens/verify")
    assert unknown.status == 401 and unknown.codes == [1000]


@pytest.mark.parametrize("headers, status, codes, chain", [
    ({}, 400, [9106], []),
    ({"Authorization": "Basic abc"}, 400, [6003], [6111]),
    ({"Authorization": "Bearer"}, 400, [6003], [6111]),
    ({"Authorization": "Bearer a b"}, 400, [6003], [6111]),
    ({"Authorization": "Bearer brk_" + "x" * 40}, 403, [9109], []),
    ({"X-Auth-Email": "a@example.com", "X-Auth-Key": "short"}, 400, [6003], [6103]),
    ({"X-Auth-Email": "operator@localhost", "X-Auth-Key": "0" * 37}, 403, [9103], []),
    ({"X-Auth-Key": "0" * 37}, 400, [9106], []),
])
def test_who_does_not_say_who_they_are_is_refused(node, headers, status, codes, chain):
    answer = Api(node).call("GET", "/zones", headers=headers)
    assert answer.status == status and answer.codes == codes, answer.body
    assert [error["code"] for error in answer.body["errors"][0].get("error_chain", [])] == chain


def test_a_token_does_only_what_it_may(api, zones):
    reader = api.with_token(make(api, policy(api, ["Zone Read"], [zone_resource(zones[0])])).result["value"])
    assert reader.get(f"/zones/{zones[0]}").status == 200
    assert reader.get(f"/zones/{zones[1]}").codes[0] == 7003
    edit = reader.patch(f"/zones/{zones[0]}", {"paused": True})
    assert edit.status == 403 and edit.codes == [9109]
    settings = reader.get(f"/zones/{zones[0]}/settings")
    assert settings.status == 403 and settings.codes == [10000]
    user = reader.get("/user")
    assert user.status == 403 and user.codes == [9109]
    assert reader.get("/accounts").result == []
    assert reader.get(f"/accounts/{api.account()}").codes[0] == 7003
    assert reader.post("/zones", {"name": "three.example"}).status == 403
    assert "#zone:edit" not in reader.get(f"/zones/{zones[0]}").result["permissions"]


def test_deny_wins_over_allow(api, zones):
    account = f"com.cloudflare.api.account.{api.account()}"
    made = make(api, policy(api, ["Zone Write"], [account]), policy(api, ["Zone Read"], [zone_resource(zones[1])], "deny"))
    limited = api.with_token(made.result["value"])
    seen = [zone["id"] for zone in limited.get("/zones").result]
    assert zones[0] in seen and zones[1] not in seen
    assert limited.patch(f"/zones/{zones[1]}", {"paused": True}).status == 403


def test_a_token_grants_no_more_than_its_maker_has(api, zones):
    user = api.get("/user").result["id"]
    maker = api.with_token(make(api, policy(api, ["API Tokens Write"], [f"com.cloudflare.api.user.{user}"]),
                                policy(api, ["DNS Write"], [zone_resource(zones[0])])).result["value"])
    assert make(maker, policy(api, ["DNS Read"], [zone_resource(zones[0])])).status == 200
    for more in (policy(api, ["Zone Write"], [zone_resource(zones[0])]), policy(api, ["DNS Write"], [zone_resource(zones[1])]),
                 policy(api, ["DNS Write"], ["com.cloudflare.api.account.zone.*"])):
        answer = make(maker, more)
        assert answer.status == 400 and answer.codes == [1001], answer.body
    strong = make(api, policy(api, ["Zone Write"], [zone_resource(zones[0])])).result["id"]
    assert maker.put(f"/user/tokens/{strong}/value").status == 400


def test_tokens_of_an_account_stay_in_it(api, zones):
    account = api.account()
    path = f"/accounts/{account}/tokens"
    made = api.post(path, {"name": "ci", "policies": [policy(api, ["Zone Read"], [zone_resource(zones[0])])]}).result
    robot = api.with_token(made["value"])
    assert robot.get(f"{path}/verify").result["id"] == made["id"]
    assert robot.get("/user/tokens/verify").codes == [1000]
    assert robot.get("/user").status == 403
    assert [token["id"] for token in api.get(path).result] == [made["id"]]
    assert made["id"] not in [token["id"] for token in api.get("/user/tokens").result]
    user = api.get("/user").result["id"]
    beyond = api.post(path, {"name": "x", "policies": [policy(api, ["User Details Read"], [f"com.cloudflare.api.user.{user}"])]})
    assert beyond.status == 400
    api.delete(f"{path}/{made['id']}")


@pytest.mark.parametrize("change, part", [
    ({"condition": {"request_ip": {"in": ["192.0.2.0/24"]}}}, "location"),
    ({"condition": {"request_ip": {"not_in": ["127.0.0.0/8"]}}}, "location"),
    ({"not_before": "2098-01-01T00:00:00Z"}, "not valid yet"),
    ({"expires_on": "2020-01-01T00:00:00Z"}, "expired"),
])
def test_conditions_hold(api, zones, change, part):
    made = make(api, policy(api, ["Zone Read"], [zone_resource(zones[0])]), **change).result
    answer = api.with_token(made["value"]).get("/zones")
    assert answer.status == 403 and answer.codes == [9109] and part in answer.body["errors"][0]["message"]


@pytest.mark.parametrize("body", [
    {"name": "x"}, {"policies": []}, {"name": "x", "policies": []}, {"name": "x", "policies": "all"},
    {"name": "x", "policies": [{"effect": "allow"}]}, {"name": "x", "policies": [7]},
    {"name": "x", "policies": [{"effect": "allow", "permission_groups": [{"id": "f" * 32}], "resources": {"a": "*"}}]},
    {"name": "x", "policies": [{"effect": "maybe", "permission_groups": [{"id": "c8fed203ed3043cba015a93ad1616f1f"}],
                                "resources": {"com.cloudflare.api.account.zone.*": "*"}}]},
    {"name": "x", "policies": [{"effect": "allow", "permission_groups": [{"id": "c8fed203ed3043cba015a93ad1616f1f"}],
                                "resources": {"com.cloudflare.api.account.zone.*": "*"}}], "condition": {"time": 1}},
    {"name": "x", "policies": [{"effect": "allow", "permission_groups": [{"id": "c8fed203ed3043cba015a93ad1616f1f"}],
                                "resources": {"com.cloudflare.api.account.zone.*": "*"}}], "expires_on": "soon"},
])
def test_a_token_that_cannot_be_is_refused_with_the_place(api, body):
    answer = api.post("/user/tokens", body)
    assert answer.status == 400 and answer.codes == [1001], answer.body


def test_the_ids_of_permission_groups_are_those_of_the_world(api):
    groups = {group["name"]: group for group in api.get("/user/tokens/permission_groups").result}
    assert groups["DNS Write"]["id"] == "4755a26eedb94da69e1066d98aa820be"
    assert groups["DNS Write"]["scopes"] == ["com.cloudflare.api.account.zone"]
    assert len({group["id"] for group in groups.values()}) == len(groups)
    named = api.get("/user/tokens/permission_groups", name="Zone Read").result
    assert [group["id"] for group in named] == ["c8fed203ed3043cba015a93ad1616f1f"]


def test_guessing_is_slowed_down_and_seen(started, origin):
    node = started.brink(origin, config={"control": {"rate_limit_exempt": []}})
    api = Api(node, make_token(node))
    guesser = api.with_token("brk_" + "g" * 40)
    answers = [guesser.get("/zones") for _ in range(25)]
    assert [answer.status for answer in answers[:20]] == [403] * 20
    assert answers[-1].status == 429 and answers[-1].codes == [10429] and int(answers[-1].headers["Retry-After"]) > 0
    # The owner's socket is no stranger's address.
    code, out, err = brink(node, "audit", "--json")
    assert code == 0, err
    assert out.count('"login_failed"') >= 20


def test_calls_are_limited_for_who_is_not_exempt(started, origin):
    node = started.brink(origin, config={"control": {"rate_limit_exempt": [], "rate_limit": 5}})
    api = Api(node, make_token(node))
    answers = [api.get("/zones") for _ in range(7)]
    assert [answer.status for answer in answers] == [200] * 5 + [429] * 2
    assert answers[0].headers["x-ratelimit-limit"] == "5" and answers[0].headers["ratelimit"].startswith('"default";r=4;')
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_origin_cas_key_is_for_certificates_alone(started, origin, tmp_path):
    key = "v1.0-144cac24a6e5b2c8-9dd66a3bdf06a9cd1e3a77bf5ac62ed0b3c5"
    (tmp_path / "origin-ca.key").write_text(key + "\n")
    node = started.brink(origin, config={"control": {"origin_ca_key": str(tmp_path / "origin-ca.key")}})
    api = Api(node, make_token(node))
    zone = api.post("/zones", {"name": "keyed.example"}).result["id"]
    good, keyed = {"X-Auth-User-Service-Key": key}, Api(node)
    asked = {"csr": certs.given_key(tmp_path).csr, "hostnames": ["keyed.example"], "request_type": "origin-ecc",
             "requested_validity": 7}
    made = keyed.call("POST", "/certificates", asked, headers=good).result
    assert [each["id"] for each in keyed.call("GET", "/certificates", headers=good, zone_id=zone).result] == [made["id"]]
    assert keyed.call("GET", f"/certificates/{made['id']}", headers=good).result["hostnames"] == ["keyed.example"]
    assert keyed.call("DELETE", f"/certificates/{made['id']}", headers=good).result["id"] == made["id"]
    entry = next(each for each in api.get("/user/audit_logs").result if each["action"]["type"] == "origin_ca_certificate_create")
    assert entry["resource"]["id"] == made["id"] and entry["actor"]["email"]

    for method, path in (("GET", "/zones"), ("GET", "/user"), ("GET", f"/zones/{zone}/custom_certificates"),
                         ("DELETE", f"/zones/{zone}"), ("POST", "/user/tokens")):
        answer = keyed.call(method, path, {} if method == "POST" else None, headers=good)
        assert (answer.status, answer.codes) == (400, [9106]), (path, answer.body)
    assert api.get(f"/zones/{zone}").status == 200
    wrong = keyed.call("GET", "/certificates", headers={"X-Auth-User-Service-Key": key[:-1] + "x"}, zone_id=zone)
    assert (wrong.status, wrong.codes) == (403, [9104])
    malformed = keyed.call("GET", "/certificates", headers={"X-Auth-User-Service-Key": "v2.0-" + key}, zone_id=zone)
    assert (malformed.status, malformed.codes) == (400, [6003])
    assert malformed.body["errors"][0]["error_chain"][0]["code"] == 6104
    # The SDK sends all that it has: the token counts.
    both = api.call("GET", "/zones", headers={"X-Auth-User-Service-Key": key[:-1] + "x"})
    assert both.status == 200


def test_a_node_without_an_origin_ca_key_says_so(started, origin):
    answer = Api(started.brink(origin)).call("GET", "/certificates", headers={"X-Auth-User-Service-Key": "v1.0-" + "x" * 40})
    assert (answer.status, answer.codes) == (403, [9104]) and "no origin CA key" in answer.body["errors"][0]["message"]


@pytest.mark.parametrize("content", ["", "short\n", "x" * 60, "v1.0-" + "x" * 300])
def test_an_origin_ca_key_that_cannot_be_one_is_told_by_check(started, origin, tmp_path, content):
    (tmp_path / "origin-ca.key").write_text(content)
    node = started.brink(origin, config={"control": {"origin_ca_key": str(tmp_path / "origin-ca.key")}}, start=False)
    node.write_config()
    done = processes.run([binary(), "check", "--config", node.config_file])
    assert done.returncode != 0 and "[control] origin_ca_key" in (done.stdout + done.stderr).decode()


def test_the_global_key_opens_everything_where_there_is_one(started, origin, tmp_path):
    key = "0123456789abcdef0123456789abcdef01234"
    (tmp_path / "global.key").write_text(key + "\n")
    node = started.brink(origin, config={"control": {"global_key": str(tmp_path / "global.key"), "email": "me@example.com"}})
    good = {"X-Auth-Email": "me@example.com", "X-Auth-Key": key}
    assert Api(node).call("GET", "/user", headers=good).result["email"] == "me@example.com"
    for wrong in ({**good, "X-Auth-Key": key[:-1] + "5"}, {**good, "X-Auth-Email": "you@example.com"}):
        assert Api(node).call("GET", "/user", headers=wrong).codes == [9103]
