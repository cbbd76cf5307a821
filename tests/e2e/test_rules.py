"""Rules of zones act on real traffic: each phase, over both protocols. The rules stand in brink.toml; that the API's
do the same is test_api_rulesets.py's to show."""

import pathlib

import pytest

from harness import clients, h2, origins
from harness import processes
from harness.brink import binary, zone
from harness.polling import eventually

DATA = pathlib.Path(__file__).resolve().parent.parent / "filter" / "data"


def rule(phase, expression, action, parameters=None, **more):
    entry = {"phase": phase, "expression": expression, "action": action, **more}
    if parameters is not None:
        entry["action_parameters"] = parameters
    return entry


REDIRECT = "http_request_dynamic_redirect"
REWRITE = "http_request_transform"
CONFIG = "http_config_settings"
ROUTE = "http_request_origin"
CUSTOM = "http_request_firewall_custom"
LIMIT = "http_ratelimit"
REQUEST_HEADERS = "http_request_late_transform"
CACHE = "http_request_cache_settings"
ERRORS = "http_custom_errors"
RESPONSE_HEADERS = "http_response_headers_transform"
LOG = "http_log_custom_fields"


def limit(expression, action="block", parameters=None, **ratelimit):
    return rule(LIMIT, expression, action, parameters,
                ratelimit={"characteristics": ["cf.colo.id", "ip.src"], "period": 60, "requests_per_period": 2,
                           "mitigation_timeout": 60, **ratelimit})


class Site:
    """One zone of the node that all tests of this file share."""

    def __init__(self, node, name, origin):
        self.node, self.name, self.origin = node, name, origin

    def get(self, target="/", **how):
        return clients.get(self.node.http, target, host=self.name, **how)

    def get_by_h2(self, target="/", **how):
        return h2.get(self.node.https, target, authority=self.name, server_name=self.name, **how)

    def arrived(self, target="/", **how):
        """The request as the origin described it."""
        answer = self.get(target, **how)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json()


RULES = {
    "redirects": [
        rule(REDIRECT, 'http.request.uri.path eq "/fixed"', "redirect",
             {"from_value": {"target_url": {"value": "https://elsewhere.example/there"}, "status_code": 308}}),
        rule(REDIRECT, 'starts_with(http.request.uri.path, "/old/")', "redirect",
             {"from_value": {"target_url": {"expression":
                             'concat("https://new.example", regex_replace(http.request.uri.path, "^/old/", "/new/"))'},
                             "preserve_query_string": True}}),
        rule(REDIRECT, 'starts_with(http.request.uri.path, "/old/")', "redirect",
             {"from_value": {"target_url": {"value": "https://never.example/"}}}),
        rule(REDIRECT, 'http.request.uri.path eq "/split"', "redirect",
             {"from_value": {"target_url": {"expression": 'url_decode(http.request.uri.args["to"][0])'}}}),
    ],
    "rewrites": [
        rule(REWRITE, 'starts_with(http.request.uri.path, "/v1/")', "rewrite",
             {"uri": {"path": {"expression": 'regex_replace(http.request.uri.path, "^/v1/", "/v2/")'},
                      "query": {"value": "added=1"}}}),
        rule(REWRITE, 'http.request.uri.path eq "/strange"', "rewrite",
             {"uri": {"path": {"expression": 'url_decode(http.request.uri.args["p"][0])'}}}),
        rule(REWRITE, 'http.request.uri.path eq "/unseen"', "rewrite",
             {"uri": {"path": {"value": "/seen-by-rules"}, "origin": False}}),
        rule(CUSTOM, 'http.request.uri.path eq "/v2/secret" and raw.http.request.uri.path eq "/v1/secret"', "block"),
        rule(CUSTOM, 'http.request.uri.path eq "/seen-by-rules" and http.request.method eq "POST"', "block"),
    ],
    "blocks": [
        rule(CUSTOM, 'http.request.uri.path eq "/plain"', "block", description="keep out", ref="plain"),
        rule(CUSTOM, 'http.request.uri.path eq "/own"', "block",
             {"response": {"status_code": 451, "content_type": "application/json", "content": '{"no":"way"}'}}),
        rule(CUSTOM, 'http.user_agent contains "harmless"', "skip", {"ruleset": "current"}),
        rule(CUSTOM, 'http.request.uri.path contains "/../etc" or http.request.uri.path eq "/admin"', "block"),
        rule(CUSTOM, 'any(http.request.headers["x-evil"][*] contains "yes")', "block"),
        rule(CUSTOM, 'http.request.uri.path eq "/watched"', "log"),
        rule(CUSTOM, 'http.request.uri.path eq "/off"', "block", enabled=False),
        rule(CUSTOM, 'http.request.body.raw contains "DROP TABLE" or http.request.body.form["user"][0] eq "root"', "block"),
        rule(CUSTOM, 'http.request.body.size gt 100000 and http.request.body.truncated', "block",
             {"response": {"status_code": 413, "content_type": "text/plain", "content": "big"}}),
        rule(CUSTOM, 'ip.src in {203.0.113.0/24} or http.request.uri.args["as"][0] eq "plain" and not ssl', "block"),
        rule(CUSTOM, 'ip.src.country eq "GB"', "block",
             {"response": {"status_code": 403, "content_type": "text/plain", "content": "GB"}}),
        rule(CUSTOM, 'ip.src.asnum eq 64511', "block",
             {"response": {"status_code": 403, "content_type": "text/plain", "content": "AS64511"}}),
    ],
    "headers": [
        rule(REQUEST_HEADERS, "true", "rewrite",
             {"headers": {"X-Who": {"operation": "set", "expression": 'concat(to_string(ip.src), "/", http.request.version)'},
                          "X-Tag": {"operation": "add", "value": "two"},
                          "X-Secret": {"operation": "remove"},
                          "X-Split": {"operation": "set", "expression": 'url_decode(http.request.uri.args["v"][0])'}}}),
        rule(REQUEST_HEADERS, 'http.request.headers["x-who"][0] eq "nobody"', "rewrite",
             {"headers": {"X-Was": {"operation": "set", "value": "nobody"}}}),
        rule(RESPONSE_HEADERS, "true", "rewrite",
             {"headers": {"X-Served": {"operation": "set", "expression": 'to_string(http.response.code)'},
                          "X-Powered-By": {"operation": "remove"},
                          "Set-Cookie": {"operation": "add", "value": "edge=1"}}}),
        rule(RESPONSE_HEADERS, 'any(http.response.headers["x-powered-by"][*] eq "PHP")', "rewrite",
             {"headers": {"X-Was-Php": {"operation": "set", "value": "yes"}}}),
    ],
    "errors": [
        rule(ERRORS, "http.response.code ge 500", "serve_error",
             {"content": '{"ray":"::RAY_ID::","ip":"::CLIENT_IP::"}', "content_type": "application/json", "status_code": 503}),
        rule(RESPONSE_HEADERS, "true", "rewrite",
             {"headers": {"X-Error-Type": {"operation": "set", "expression": "cf.response.error_type"}}}),
        rule(ERRORS, "http.response.code eq 404", "serve_error",
             {"content": "<h1>nothing &amp; nobody</h1>", "content_type": "text/html"}),
        rule(CUSTOM, 'http.request.uri.path eq "/blocked"', "block"),
        rule(ERRORS, "http.response.code eq 403", "serve_error", {"content": "never", "content_type": "text/plain"}),
    ],
    "limits": [
        limit('http.request.uri.path eq "/ip"'),
        limit('http.request.uri.path eq "/by-key"',
              characteristics=["cf.colo.id", 'http.request.headers["x-key"]'], requests_per_period=1),
        limit('http.request.uri.path eq "/watch"', action="log", mitigation_timeout=0),
        limit('http.request.uri.path eq "/login"', counting_expression='http.request.uri.path eq "/login" and http.response.code eq 401'),
        limit('http.request.uri.path eq "/priced"', score_per_period=10, requests_per_period=None,
              score_response_header_name="x-price"),
        limit('http.request.uri.path eq "/own"',
              parameters={"response": {"status_code": 429, "content_type": "text/plain", "content": "slow down"}},
              requests_per_period=1),
    ],
    "logs": [
        rule(LOG, "true", "log_custom_field",
             {"request_fields": [{"name": "x-trace"}], "response_fields": [{"name": "x-multi", "preserve_duplicates": True}],
              "cookie_fields": [{"name": "session"}]}),
    ],
}


def cleaned(entries):
    """Without members that a case takes away."""
    for entry in entries:
        if "ratelimit" in entry:
            entry["ratelimit"] = {key: value for key, value in entry["ratelimit"].items() if value is not None}
    return entries


@pytest.fixture(scope="module")
def sites(module_started):
    named, zones = {}, []
    second = module_started.origin()
    second.on("/", origins.answers(200, b"second"))
    rules = dict(RULES)
    port = second.port
    rules["routes"] = [
        rule(ROUTE, 'http.request.uri.path eq "/routed"', "route",
             {"host_header": "inner.example", "origin": {"host": "127.0.0.1", "port": port}}),
        rule(ROUTE, 'http.request.uri.path eq "/renamed"', "route", {"host_header": "renamed.example"}),
        rule(CONFIG, 'http.request.uri.path eq "/flexible"', "set_config", {"ssl": "flexible"}),
    ]
    for name, entries in rules.items():
        origin = module_started.origin()
        named[name] = origin
        zones.append(zone(origin, name=f"{name}.example", hosts=[f"{name}.example"], rule=cleaned(entries)))
    node = module_started.brink(*zones, config={"edge": {
        "trusted_proxies": ["127.0.0.1"], "geo": [str(DATA / "places.mmdb"), str(DATA / "networks.mmdb")]}})
    made = {name: Site(node, f"{name}.example", origin) for name, origin in named.items()}
    made["second"] = second
    return made


# --- redirects ---

def test_a_fixed_redirect(sites):
    answer = sites["redirects"].get("/fixed?x=1")
    assert (answer.status, answer.field("location")) == (308, "https://elsewhere.example/there")
    assert not sites["redirects"].origin.requests_to("/fixed")


def test_the_first_redirect_that_matches_is_computed_and_keeps_the_query(sites):
    answer = sites["redirects"].get_by_h2("/old/page?x=1&y")
    assert (answer.status, answer.field("location")) == (301, "https://new.example/new/page?x=1&y")


@pytest.mark.parametrize("to", ["https%3A//a.example/%0D%0AX-Injected:%201", ""])
def test_a_target_that_would_break_the_response_is_no_redirect(sites, to):
    answer = sites["redirects"].get(f"/split?to={to}")
    assert answer.status == 200
    assert answer.field("x-injected") is None


# --- rewrites ---

def test_a_rewritten_uri_is_what_the_origin_gets(sites):
    assert sites["rewrites"].arrived("/v1/users?old=1")["target"] == "/v2/users?added=1"


def test_later_phases_see_the_rewritten_uri_and_the_one_received(sites):
    assert sites["rewrites"].get("/v1/secret").status == 403
    assert sites["rewrites"].get("/v2/secret").status == 200


def test_a_rewrite_can_be_for_rules_alone(sites):
    assert sites["rewrites"].arrived("/unseen")["target"] == "/unseen"
    assert sites["rewrites"].get("/unseen", method="POST").status == 403


def test_what_could_break_the_request_line_is_escaped(sites):
    assert sites["rewrites"].arrived("/strange?p=a%20b%0D%0AX:1%3Fq%23f")["target"] == \
        "/a%20b%0D%0AX:1%3Fq%23f?p=a%20b%0D%0AX:1%3Fq%23f"


# --- origins and settings ---

def test_a_route_changes_origin_and_host(sites):
    assert sites["routes"].get("/").json()["line"].startswith("GET / ")
    sites["second"].on("/routed", origins.describes)
    seen = clients.get(sites["routes"].node.http, "/routed", host=sites["routes"].name)
    assert seen.seen("host") == ["inner.example"]
    assert sites["second"].requests_to("/routed")


def test_a_route_can_change_the_host_alone(sites):
    answer = sites["routes"].get("/renamed")
    assert answer.seen("host") == ["renamed.example"]
    assert answer.seen("x-forwarded-host") == [sites["routes"].name]


# --- custom rules ---

def test_block_shows_the_page_with_the_ray_id(sites):
    site = sites["blocks"]
    answer = site.get("/plain?page")
    assert answer.status == 403
    assert answer.field("cf-ray") in answer.body.decode()
    assert not site.origin.requests_to("/plain")
    line = site.node.access_of("/plain?page")
    assert line["SecurityAction"] == "block"
    assert line["SecurityActions"] == ["block"]
    assert line["SecuritySources"] == ["firewallCustom"]
    assert line["SecurityRuleDescription"] == "keep out"
    assert line["SecurityRuleIDs"] == line["MatchedRuleIDs"] == [line["SecurityRuleID"]]
    assert line["MatchedRulePhases"] == [CUSTOM]


def test_block_with_its_own_response(sites):
    answer = sites["blocks"].get_by_h2("/own")
    assert (answer.status, answer.field("content-type"), answer.body) == (451, "application/json", b'{"no":"way"}')
    assert sites["blocks"].get("/own", method="HEAD").status == 451


def test_skip_leaves_out_the_rest_of_the_ruleset(sites):
    assert sites["blocks"].get("/admin").status == 403
    assert sites["blocks"].get("/admin", fields=[("User-Agent", "harmless")]).status == 200
    assert sites["blocks"].get("/plain", fields=[("User-Agent", "harmless")]).status == 403  # it stands before


def test_log_lets_pass_and_says_so(sites):
    assert sites["blocks"].get("/watched?it").status == 200
    assert sites["blocks"].node.access_of("/watched?it")["SecurityActions"] == ["log"]


def test_a_disabled_rule_does_nothing(sites):
    assert sites["blocks"].get("/off").status == 200


def test_the_path_is_normal_before_rules_see_it(sites):
    assert sites["blocks"].get("/%61dmin").status == 403
    assert sites["blocks"].get("/x/../admin").status == 403


def test_headers_and_arguments(sites):
    assert sites["blocks"].get("/", fields=[("X-Evil", "no"), ("X-Evil", "oh yes")]).status == 403
    assert sites["blocks"].get("/", fields=[("X-Evil", "no")]).status == 200
    assert sites["blocks"].get("/?as=plain").status == 403
    assert sites["blocks"].get_by_h2("/?as=plain").status == 200


def test_the_content_is_looked_at_and_still_arrives_whole(sites):
    site = sites["blocks"]
    assert site.get("/", method="POST", body=b"x=1; DROP TABLE users").status == 403
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    assert site.get("/", method="POST", body=b"user=root&x=1", fields=form).status == 403
    assert site.get("/", method="POST", body=b"user=root&x=1").status == 200  # no form
    body = bytes(range(256)) * 300
    arrived = site.arrived("/", method="POST", body=body)
    assert arrived["length"] == len(body)


def test_only_the_beginning_of_the_content_is_looked_at(sites):
    site = sites["blocks"]
    late = b"a" * (128 * 1024) + b"DROP TABLE"
    answer = site.get("/", method="POST", body=late)
    assert (answer.status, answer.body) == (413, b"big")


def test_countries_and_networks_come_from_the_files(sites):
    def told(address):
        answer = sites["blocks"].get("/", fields=[("X-Forwarded-For", address)])
        return answer.status, answer.body
    assert told("203.0.113.200")[0] == 403
    assert told("2001:db8::7") == (403, b"AS64511")
    assert told("192.0.2.1")[0] == 200


# --- headers ---

def test_request_headers_are_set_added_and_removed(sites):
    answer = sites["headers"].get("/?v=fine", fields=[("X-Who", "nobody"), ("X-Tag", "one"), ("X-Secret", "s")])
    assert answer.seen("x-who") == ["127.0.0.1/HTTP/1.1"]
    assert answer.seen("x-tag") == ["one", "two"]
    assert answer.seen("x-secret") == []
    assert answer.seen("x-split") == ["fine"]
    assert answer.seen("x-was") == ["nobody"]  # a phase sees the request as it was before the phase


def test_a_value_that_would_break_the_request_is_left_out(sites):
    answer = sites["headers"].get("/?v=a%0D%0AX-Injected:%201", fields=[("X-Split", "own")])
    assert answer.seen("x-split") == []
    assert answer.seen("x-injected") == []


def test_response_headers_are_set_added_and_removed(sites):
    site = sites["headers"]
    site.origin.on("/php", origins.answers(201, b"x", [("X-Powered-By", "PHP"), ("Set-Cookie", "a=1")]))
    for answer in (site.get("/php"), site.get_by_h2("/php")):
        assert answer.field("x-served") == "201"
        assert answer.field("x-powered-by") is None
        assert answer.field("x-was-php") == "yes"
        assert [value for name, value in answer.fields if name.lower() == "set-cookie"] == ["a=1", "edge=1"]


# --- errors ---

def test_an_origins_error_gets_the_owners_page(sites):
    site = sites["errors"]
    site.origin.on("/broken", origins.answers(500, b"stack trace", [("Content-Type", "text/plain"), ("X-Keep", "1"),
                                                                      ("ETag", '"x"')]))
    answer = site.get("/broken")
    assert (answer.status, answer.field("content-type")) == (503, "application/json")
    assert answer.json() == {"ray": answer.field("cf-ray").partition("-")[0], "ip": "127.0.0.1"}
    assert answer.field("x-keep") == "1"
    assert answer.field("etag") is None
    site.origin.on("/none", origins.answers(404, b"", []))
    assert site.get_by_h2("/none").body == b"<h1>nothing &amp; nobody</h1>"


def test_brinks_own_errors_get_it_too_but_not_a_block(sites):
    site = sites["errors"]
    site.origin.on("/gone", origins.closes)
    answer = site.get("/gone")
    assert (answer.status, answer.field("x-error-type")) == (503, "5xx")
    answer = site.get("/blocked")
    assert (answer.status, answer.field("x-error-type")) == (403, "waf")
    assert b"never" not in answer.body


# --- rate limits ---

def statuses(site, target, count, **how):
    return [site.get(target, **how).status for _ in range(count)]


def test_what_is_above_the_limit_is_stopped_and_told_when_to_come_back(sites):
    site = sites["limits"]
    assert statuses(site, "/ip", 4) == [200, 200, 429, 429]
    answer = site.get("/ip")
    assert 1 <= int(answer.field("retry-after")) <= 60
    assert len(site.origin.requests_to("/ip")) == 2
    # Another address has a count of its own.
    assert site.get("/ip", fields=[("X-Forwarded-For", "192.0.2.50")]).status == 200
    site.get("/ip?told")
    assert site.node.access_of("/ip?told")["SecuritySources"] == ["firewallRateLimit"]


def test_each_value_of_a_header_has_a_count_of_its_own(sites):
    site = sites["limits"]
    assert statuses(site, "/by-key", 2, fields=[("X-Key", "a")]) == [200, 429]
    assert statuses(site, "/by-key", 2, fields=[("X-Key", "b")]) == [200, 429]
    assert statuses(site, "/by-key", 2) == [200, 429]  # none is a key, too


def test_a_limit_can_only_watch(sites):
    assert statuses(sites["limits"], "/watch", 4) == [200] * 4


def test_a_limit_can_count_responses(sites):
    site = sites["limits"]
    site.origin.on("/login", origins.answers(200, b"in"))
    assert statuses(site, "/login", 4) == [200] * 4
    site.origin.on("/login", origins.answers(401, b"out"))
    assert statuses(site, "/login", 4) == [401, 401, 401, 429]


def test_a_limit_can_sum_what_responses_cost(sites):
    site = sites["limits"]
    site.origin.on("/priced", origins.answers(200, b"x", [("X-Price", "6")]))
    answer = site.get("/priced")
    assert (answer.status, answer.field("x-price")) == (200, None)
    assert statuses(site, "/priced", 2) == [200, 429]


def test_a_limit_has_its_own_response(sites):
    assert statuses(sites["limits"], "/own", 1) == [200]
    answer = sites["limits"].get("/own")
    assert (answer.status, answer.body) == (429, b"slow down")
    assert answer.field("retry-after")


# --- the log and metrics ---

def test_custom_fields_stand_in_the_log(sites):
    site = sites["logs"]
    site.origin.on("/logged", origins.answers(200, b"", [("X-Multi", "a"), ("X-Multi", "b")]))
    site.get("/logged?it", fields=[("X-Trace", 'say "hi"'), ("Cookie", "session=s1; other=o")])
    line = site.node.access_of("/logged?it")
    assert line["RequestHeaders"] == {"x-trace": 'say "hi"'}
    assert line["ResponseHeaders"] == {"x-multi": ["a", "b"]}
    assert line["Cookies"] == {"session": "s1"}


def test_matches_are_counted(sites):
    node = sites["blocks"].node
    before = node.metric("brink_edge_rule_matches_total", phase=CUSTOM, action="block")
    sites["blocks"].get("/plain")
    eventually(lambda: node.metric("brink_edge_rule_matches_total", phase=CUSTOM, action="block") == before + 1, 5.0,
               "one more match")


# --- reload ---

def test_a_reload_brings_other_rules_and_a_wrong_one_changes_nothing(started):
    origin = started.origin()
    first = zone(origin, rule=[rule(CUSTOM, 'http.request.uri.path eq "/a"', "block")])
    node = started.brink(first)
    assert clients.get(node.http, "/a").status == 403
    node.reload({"zone": [zone(origin, rule=[rule(CUSTOM, 'http.request.uri.path eq "/b"', "block")])]})
    eventually(lambda: clients.get(node.http, "/b").status == 403, 10.0, "the new rule acts")
    assert clients.get(node.http, "/a").status == 200
    node.reload({"zone": [zone(origin, rule=[rule(CUSTOM, 'http.request.uri.path eq /c', "block")])]})
    eventually(lambda: "Filter parsing error (1:26)" in node.log(), 10.0, "the log says what is wrong")
    assert clients.get(node.http, "/b").status == 403


# --- the documentation ---

def recipes():
    text = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text()
    blocks = [block.partition("```")[0] for block in text.split("```toml\n")[1:]]
    return [block for block in blocks if block.startswith("phase = ")]


def test_the_recipes_of_the_documentation_are_right(tmp_path):
    assert len(recipes()) == 10
    rules = "".join(f"[[zone.rule]]\n{recipe}" for recipe in recipes())
    file = tmp_path / "brink.toml"
    file.write_text('[edge]\nhttp = ["127.0.0.1:1"]\n[[zone]]\nname = "example.com"\norigin = "http://127.0.0.1:2"\n' + rules)
    told = processes.run([binary(), "check", "--config", file])
    assert told.returncode == 0, told.stderr.decode()
