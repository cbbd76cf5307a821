#include "rules/read_act.h"

#include "tests/rules/given_reading.h"

namespace brink::rules {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Phase kFirewall = Phase::kRequestFirewallCustom;

struct Case {
  Phase phase;
  std::string_view members;
  std::vector<std::string> problems;
};

void expect(GivenReading& given, std::initializer_list<Case> cases) {
  for (const Case& each : cases)
    EXPECT_EQ(given.problems(each.phase, each.members), each.problems) << each.members;
}

std::string text(const std::optional<TextSource>& source) { return std::get<std::string>(source.value()); }

// --- block ---

TEST(ReadBlock, TakesAResponse) {
  GivenReading given;
  const Block block = given.act<Block>(kFirewall, R"({"action":"block","action_parameters":{"response":
      {"status_code":451,"content_type":"application/json","content":"{}"}}})");
  ASSERT_TRUE(block.response);
  EXPECT_EQ(block.response->status, 451);
  EXPECT_EQ(block.response->content_type, "application/json");
  EXPECT_EQ(block.response->content, "{}");
  EXPECT_FALSE(given.act<Block>(kFirewall, R"({"action":"block"})").response);
}

TEST(ReadBlock, RefusesResponsesThatAreNone) {
  GivenReading given;
  const std::string long_content = fmt::format(
      R"({{"action":"block","action_parameters":{{"response":{{"status_code":403,"content_type":"text/plain","content":"{}"}}}}}})",
      std::string(2049, 'x'));
  expect(
      given,
      {{kFirewall,
        R"({"action":"block","action_parameters":{"response":{}}})",
        {"/action_parameters/response/status_code 20119", "/action_parameters/response/content_type 20119",
         "/action_parameters/response/content 20119"}},
       {kFirewall,
        R"({"action":"block","action_parameters":{"response":{"status_code":500,"content_type":"a/b","content":""}}})",
        {"/action_parameters/response/status_code 20119", "/action_parameters/response/content_type 20119",
         "/action_parameters/response/content 20119"}},
       {kFirewall, long_content, {"/action_parameters/response/content 20119"}},
       {kFirewall, R"({"action":"block","action_parameters":[]})", {"/action_parameters 20119"}},
       {kFirewall, R"({"action":"log","action_parameters":{"x":1}})", {"/action_parameters/x 20119"}}});
}

// --- skip ---

TEST(ReadSkip, TakesProductsInBothSpellings) {
  GivenReading given;
  for (const char* product : {"uaBlock", "uablock"}) {
    const Skip skip = given.act<Skip>(
        kFirewall, fmt::format(R"({{"action":"skip","action_parameters":{{"products":["{}"]}}}})", product));
    EXPECT_TRUE(skip.products[static_cast<std::size_t>(Product::kUserAgentBlocking)]);
    EXPECT_EQ(skip.products.count(), 1U);
  }
  const Skip skip = given.act<Skip>(
      kFirewall,
      R"({"action":"skip","action_parameters":{"phases":["http_ratelimit"],"ruleset":"current"}})");
  EXPECT_TRUE(skip.phases[static_cast<std::size_t>(Phase::kRatelimit)]);
  EXPECT_TRUE(skip.current_ruleset);
}

TEST(ReadSkip, RefusesWhatCannotStandTogetherOrIsNotHere) {
  GivenReading given;
  expect(given, {{kFirewall, R"({"action":"skip"})", {"/action_parameters 20119"}},
                 {kFirewall,
                  R"({"action":"skip","action_parameters":{"products":["waf"]}})",
                  {"/action_parameters/products/0 20120"}},
                 {kFirewall,
                  R"({"action":"skip","action_parameters":{"products":["UABLOCK"]}})",
                  {"/action_parameters/products/0 20119"}},
                 {kFirewall,
                  R"({"action":"skip","action_parameters":{"phases":[]}})",
                  {"/action_parameters/phases 20119"}},
                 {kFirewall,
                  R"({"action":"skip","action_parameters":{"phases":["http_ratelimit","http_ratelimit"]}})",
                  {"/action_parameters/phases/1 20119"}},
                 {kFirewall,
                  R"({"action":"skip","action_parameters":{"phases":["http_request_sbfm"]}})",
                  {"/action_parameters/phases/0 20120"}},
                 {kFirewall,
                  R"({"action":"skip","action_parameters":{"phases":["http_request_origin"]}})",
                  {"/action_parameters/phases/0 20119"}},
                 {kFirewall,
                  R"({"action":"skip","action_parameters":{"ruleset":"other"}})",
                  {"/action_parameters/ruleset 20119"}},
                 {kFirewall,
                  R"({"action":"skip","action_parameters":{"phase":"current","ruleset":"current"}})",
                  {"/action_parameters/phase 20119"}},
                 {kFirewall,
                  R"({"action":"skip","action_parameters":{"rulesets":["x"]}})",
                  {"/action_parameters/rulesets/0 20119"}}});
  given.context.level = Level::kAccount;
  expect(given, {{kFirewall,
                  R"({"action":"skip","action_parameters":{"phase":"current"}})",
                  {"/action_parameters/phase 20119"}}});
}

// --- execute ---

TEST(ReadExecute, TakesCustomRulesetsOfThePhase) {
  GivenReading given;
  given.context.level = Level::kAccount;
  const std::string id(32, 'c');
  const auto members = [](const std::string& name) {
    return fmt::format(R"({{"action":"execute","action_parameters":{{"id":"{}"}}}})", name);
  };
  EXPECT_EQ(given.act<Execute>(kFirewall, members(id)).ruleset, id);
  const std::string missing = members(std::string(32, '0')), other_phase = members(std::string(32, 'a'));
  expect(given, {{kFirewall, missing, {"/action_parameters/id 20119"}},
                 {kFirewall, other_phase, {"/action_parameters/id 20119"}},
                 {kFirewall, members("x"), {"/action_parameters/id 20119"}},
                 {kFirewall, R"({"action":"execute"})", {"/action_parameters/id 20119"}}});
}

TEST(ReadExecute, ACustomRulesetExecutesNone) {
  GivenReading given;
  given.context.level = Level::kAccount;
  const auto read = read_rule(GivenReading::rule_json(R"({"action":"execute","action_parameters":{}})"),
                              Kind::kCustom, kFirewall, given.context);
  ASSERT_FALSE(read);
  EXPECT_THAT(GivenReading::places(read.error()), ElementsAre("/action 20119"));
}

// --- rewrite ---

TEST(ReadRewrite, TakesPathAndQuery) {
  GivenReading given;
  const RewriteUri rewrite = given.act<RewriteUri>(Phase::kRequestTransform, R"json({"action":"rewrite",
      "action_parameters":{"uri":{"path":{"expression":"lower(http.request.uri.path)"},"query":{"value":""}}}})json");
  EXPECT_EQ(std::get<ExpressionPtr>(*rewrite.path)->source, "lower(http.request.uri.path)");
  EXPECT_EQ(text(rewrite.query), "");
  EXPECT_TRUE(rewrite.origin);
}

TEST(ReadRewrite, RefusesUrisThatAreNone) {
  GivenReading given;
  constexpr Phase kPhase = Phase::kRequestTransform;
  expect(
      given,
      {{kPhase, R"({"action":"rewrite"})", {"/action_parameters/uri 20119"}},
       {kPhase, R"({"action":"rewrite","action_parameters":{"uri":{}}})", {"/action_parameters/uri 20119"}},
       {kPhase,
        R"({"action":"rewrite","action_parameters":{"uri":{"path":{"value":"x"}}}})",
        {"/action_parameters/uri/path/value 20119"}},
       {kPhase,
        R"({"action":"rewrite","action_parameters":{"uri":{"path":{"value":""}}}})",
        {"/action_parameters/uri/path/value 20119"}},
       {kPhase,
        R"({"action":"rewrite","action_parameters":{"uri":{"path":{"value":"/a\r\nb"}}}})",
        {"/action_parameters/uri/path/value 20119"}},
       {kPhase,
        R"({"action":"rewrite","action_parameters":{"uri":{"path":{"value":"/a","expression":"http.host"}}}})",
        {"/action_parameters/uri/path 20119"}},
       {kPhase,
        R"({"action":"rewrite","action_parameters":{"uri":{"path":{"expression":"1 eq 1"}}}})",
        {"/action_parameters/uri/path/expression 20127"}},
       {kPhase,
        R"({"action":"rewrite","action_parameters":{"headers":{}}})",
        {"/action_parameters/uri 20119", "/action_parameters/headers 20119"}}});
}

TEST(ReadRewrite, TakesHeaders) {
  GivenReading given;
  const auto rewrite = given.act<RewriteHeaders>(Phase::kRequestLateTransform, R"({"action":"rewrite",
      "action_parameters":{"headers":{"X-A":{"operation":"set","expression":"ip.src"},
      "x-b":{"operation":"add","value":"v"},"Cookie":{"operation":"remove"}}}})");
  ASSERT_THAT(rewrite.operations, SizeIs(3));
  EXPECT_EQ(rewrite.operations[0].name, "Cookie");
  EXPECT_EQ(rewrite.operations[0].kind, HeaderOperation::Kind::kRemove);
  EXPECT_EQ(rewrite.operations[1].name, "X-A");
  EXPECT_EQ(std::get<ExpressionPtr>(rewrite.operations[1].value)->source, "ip.src");
  EXPECT_EQ(std::get<std::string>(rewrite.operations[2].value), "v");
}

TEST(ReadRewrite, RefusesHeadersThatWouldBreakSomething) {
  GivenReading given;
  const auto refused = [&](Phase phase, std::string_view name, std::string_view operation) {
    const std::string value = operation == "remove" ? "" : R"(,"value":"v")";
    return !given
                .problems(
                    phase,
                    fmt::format(
                        R"({{"action":"rewrite","action_parameters":{{"headers":{{"{}":{{"operation":"{}"{}}}}}}}}})",
                        name, operation, value))
                .empty();
  };
  constexpr Phase kRequest = Phase::kRequestLateTransform, kResponse = Phase::kResponseHeadersTransform;
  for (const auto* name :
       {"Content-Length", "transfer-encoding", "Connection", "Host", "CF-Ray", "x-cf-a", "a b"})
    EXPECT_TRUE(refused(kRequest, name, "set")) << name;
  for (const auto* name : {"Content-Length", "Transfer-Encoding", "Server", "content-encoding", "cf-x"})
    EXPECT_TRUE(refused(kResponse, name, "remove")) << name;
  EXPECT_TRUE(refused(kRequest, "X-Forwarded-For", "set"));
  EXPECT_FALSE(refused(kRequest, "X-Forwarded-For", "remove"));
  EXPECT_FALSE(refused(kRequest, "CF-Connecting-IP", "remove"));
  EXPECT_FALSE(refused(kResponse, "Set-Cookie", "add"));
  expect(
      given,
      {{kRequest,
        R"({"action":"rewrite","action_parameters":{"headers":{"a":{"operation":"set","value":"x\r\ny"}}}})",
        {"/action_parameters/headers/a/value 20119"}},
       {kRequest,
        R"({"action":"rewrite","action_parameters":{"headers":{"a":{"operation":"remove","value":"x"}}}})",
        {"/action_parameters/headers/a/value 20119"}},
       {kRequest,
        R"({"action":"rewrite","action_parameters":{"headers":{"A":{"operation":"remove"},"a":{"operation":"remove"}}}})",
        {"/action_parameters/headers/a 20119"}},
       {kRequest,
        R"({"action":"rewrite","action_parameters":{"headers":{"a":null}}})",
        {"/action_parameters/headers/a 20119"}}});
}

// --- redirect ---

TEST(ReadRedirect, TakesTargets) {
  GivenReading given;
  const Redirect redirect = given.act<Redirect>(Phase::kRequestDynamicRedirect, R"({"action":"redirect",
      "action_parameters":{"from_value":{"target_url":{"value":"https://a.test/"},"status_code":308,
      "preserve_query_string":true}}})");
  EXPECT_EQ(std::get<std::string>(redirect.target), "https://a.test/");
  EXPECT_EQ(redirect.status, 308);
  EXPECT_TRUE(redirect.preserve_query);
  given.context.level = Level::kAccount;
  const auto from_list = given.act<RedirectFromList>(Phase::kRequestRedirect, R"({"action":"redirect",
      "expression":"http.request.full_uri in $moved",
      "action_parameters":{"from_list":{"name":"moved","key":"http.request.full_uri"}}})");
  EXPECT_EQ(from_list.list->name, "moved");
}

TEST(ReadRedirect, RefusesTargetsThatAreNone) {
  GivenReading given;
  constexpr Phase kPhase = Phase::kRequestDynamicRedirect;
  expect(
      given,
      {{kPhase, R"({"action":"redirect"})", {"/action_parameters/from_value 20119"}},
       {kPhase,
        R"({"action":"redirect","action_parameters":{"from_value":{}}})",
        {"/action_parameters/from_value/target_url 20119"}},
       {kPhase,
        R"({"action":"redirect","action_parameters":{"from_value":{"target_url":{"value":"a.test"}}}})",
        {"/action_parameters/from_value/target_url/value 20119"}},
       {kPhase,
        R"({"action":"redirect","action_parameters":{"from_value":{"target_url":{"value":"/"},"status_code":300}}})",
        {"/action_parameters/from_value/status_code 20119"}}});
  given.context.level = Level::kAccount;
  expect(given,
         {{Phase::kRequestRedirect,
           R"({"action":"redirect","action_parameters":{"from_list":{"name":"office","key":"http.host"}}})",
           {"/action_parameters/from_list/name 20119", "/action_parameters/from_list/key 20119"}}});
}

// --- route, set_config ---

TEST(ReadRoute, TakesHostsAndPorts) {
  GivenReading given;
  const Route route = given.act<Route>(Phase::kRequestOrigin, R"({"action":"route","action_parameters":
      {"host_header":"a.test","origin":{"host":"192.0.2.1","port":8443},"sni":{"value":"b.test"}}})");
  EXPECT_EQ(route.host_header, "a.test");
  EXPECT_EQ(route.origin_host, "192.0.2.1");
  EXPECT_EQ(route.origin_port, 8443);
  EXPECT_EQ(route.sni, "b.test");
  expect(given, {{Phase::kRequestOrigin, R"({"action":"route"})", {"/action_parameters 20119"}},
                 {Phase::kRequestOrigin,
                  R"({"action":"route","action_parameters":{"host_header":"a b","origin":{"port":0}}})",
                  {"/action_parameters/host_header 20119", "/action_parameters/origin/port 20119"}}});
}

TEST(ReadSetConfig, WarnsOfWhatHasNoEffect) {
  GivenReading given;
  const auto config =
      given.act<SetConfig>(Phase::kConfigSettings, R"({"action":"set_config","action_parameters":
      {"ssl":"strict","rocket_loader":true,"autominify":{"css":true}}})");
  EXPECT_EQ(config.ssl, SslMode::kStrict);
  EXPECT_EQ(config.minify_css, true);
  EXPECT_THAT(GivenReading::places(given.warnings),
              ElementsAre("/action_parameters/autominify 20120", "/action_parameters/rocket_loader 20120"));
  expect(given, {{Phase::kConfigSettings, R"({"action":"set_config"})", {"/action_parameters 20119"}},
                 {Phase::kConfigSettings,
                  R"({"action":"set_config","action_parameters":{"webmcp_enabled":true,
                  "disable_apps":false,"ssl":"best"}})",
                  {"/action_parameters/webmcp_enabled 20120", "/action_parameters/disable_apps 20119",
                   "/action_parameters/ssl 20119"}}});
}

// --- set_cache_settings ---

TEST(ReadCacheSettings, TakesTheDocumentedExample) {
  GivenReading given;
  const auto settings =
      given.act<SetCacheSettings>(Phase::kRequestCacheSettings, R"({"action":"set_cache_settings",
   "action_parameters":{"cache": true, "browser_ttl": {"mode": "override_origin", "default": 300},
   "edge_ttl": {"mode": "override_origin", "default": 86400, "status_code_ttl": [{"status_code_range": {"from": 500}, "value": -1}]},
   "cache_key": {"custom_key": {"query_string": {"exclude": ["utm_source", "utm_medium"]}}}}})");
  EXPECT_EQ(settings.cache, true);
  EXPECT_EQ(settings.browser_ttl->time, std::chrono::seconds(300));
  EXPECT_EQ(settings.edge_ttl->time, std::chrono::seconds(86400));
  ASSERT_THAT(settings.edge_ttl->statuses, SizeIs(1));
  EXPECT_EQ(settings.edge_ttl->statuses[0].from, 500);
  EXPECT_EQ(settings.edge_ttl->statuses[0].to, 999);
  EXPECT_EQ(settings.edge_ttl->statuses[0].seconds, -1);
  EXPECT_EQ(settings.custom_key->query.kind, QueryKey::Kind::kAllBut);
  EXPECT_THAT(settings.custom_key->query.names, ElementsAre("utm_source", "utm_medium"));
}

TEST(ReadCacheSettings, TakesBothSpellingsOfQueryStrings) {
  GivenReading given;
  const auto kind = [&](std::string_view query) {
    return given
        .act<SetCacheSettings>(
            Phase::kRequestCacheSettings,
            fmt::format(R"({{"action":"set_cache_settings","action_parameters":{{"cache_key":
                                             {{"custom_key":{{"query_string":{}}}}}}}}})",
                        query))
        .custom_key->query.kind;
  };
  EXPECT_EQ(kind(R"({"include":["*"]})"), QueryKey::Kind::kAll);
  EXPECT_EQ(kind(R"({"include":{"all":true}})"), QueryKey::Kind::kAll);
  EXPECT_EQ(kind(R"({"exclude":["*"]})"), QueryKey::Kind::kNone);
  EXPECT_EQ(kind(R"({"include":{"list":["a"]}})"), QueryKey::Kind::kOnly);
}

TEST(ReadCacheSettings, RefusesOtherShapes) {
  GivenReading given;
  constexpr Phase kPhase = Phase::kRequestCacheSettings;
  expect(
      given,
      {{kPhase, R"({"action":"set_cache_settings"})", {"/action_parameters 20119"}},
       {kPhase,
        R"({"action":"set_cache_settings","action_parameters":{"edge_ttl":{"mode":"override_origin"}}})",
        {"/action_parameters/edge_ttl/default 20119"}},
       {kPhase,
        R"({"action":"set_cache_settings","action_parameters":{"browser_ttl":{"mode":"bypass","default":1}}})",
        {"/action_parameters/browser_ttl/default 20119"}},
       {kPhase,
        R"({"action":"set_cache_settings","action_parameters":{"cache_reserve":{"eligible":true,"min_file_size":1}}})",
        {"/action_parameters/cache_reserve/min_file_size 20119"}},
       {kPhase,
        R"({"action":"set_cache_settings","action_parameters":{"vary":{"headers":{"host":{"action":"bypass"}}}}})",
        {"/action_parameters/vary/default 20119", "/action_parameters/vary/headers/host 20119"}},
       {kPhase,
        R"({"action":"set_cache_settings","action_parameters":{"strip_etags":true}})",
        {"/action_parameters/strip_etags 20119"}}});
}

// --- serve_error, log_custom_field ---

TEST(ReadServeError, TakesContent) {
  GivenReading given;
  const auto error =
      given.act<ServeError>(Phase::kCustomErrors, R"({"action":"serve_error","action_parameters":
      {"content":"::RAY_ID::","content_type":"text/plain","status_code":503}})");
  EXPECT_EQ(error.content, "::RAY_ID::");
  EXPECT_EQ(error.status, 503);
  expect(given, {{Phase::kCustomErrors, R"({"action":"serve_error"})", {"/action_parameters/content 20119"}},
                 {Phase::kCustomErrors,
                  R"({"action":"serve_error","action_parameters":{"asset_name":"a"}})",
                  {"/action_parameters/asset_name 20120"}}});
}

TEST(ReadLogFields, TakesNames) {
  GivenReading given;
  const auto log = given.act<LogCustomField>(Phase::kLogCustomFields, R"({"action":"log_custom_field",
      "action_parameters":{"request_fields":[{"name":"user-agent"}],"cookie_fields":[{"name":"Sid"}],
      "response_fields":[{"name":"etag","preserve_duplicates":true}]}})");
  EXPECT_THAT(log.request_fields, ElementsAre("user-agent"));
  EXPECT_THAT(log.cookie_fields, ElementsAre("Sid"));
  EXPECT_TRUE(log.response_fields.at(0).preserve_duplicates);
  constexpr Phase kPhase = Phase::kLogCustomFields;
  expect(
      given,
      {{kPhase, R"({"action":"log_custom_field"})", {"/action_parameters 20119"}},
       {kPhase,
        R"({"action":"log_custom_field","expression":"ssl","action_parameters":{"request_fields":[{"name":"A"}]}})",
        {"/action_parameters/request_fields/0/name 20119", "/expression 20119"}},
       {kPhase,
        R"({"action":"log_custom_field","action_parameters":{"request_fields":[{"name":"a"}],
              "transformed_request_fields":[{"name":"a"}]}})",
        {"/action_parameters/request_fields 20119"}}});
}

// --- ratelimit ---

constexpr std::string_view kLimit =
    R"({"action":"block","ratelimit":{"characteristics":["cf.colo.id","ip.src",
  "http.request.headers[\"x-api-key\"]"],"period":60,"requests_per_period":100,"mitigation_timeout":600,
  "counting_expression":"http.response.code eq 401"}})";

TEST(ReadRatelimit, TakesTheDocumentedExample) {
  GivenReading given;
  const Rule rule = given.rule(Phase::kRatelimit, kLimit);
  ASSERT_TRUE(rule.ratelimit);
  EXPECT_THAT(rule.ratelimit->characteristics, SizeIs(2));
  EXPECT_EQ(rule.ratelimit->period, std::chrono::seconds(60));
  EXPECT_EQ(rule.ratelimit->requests_per_period, 100U);
  EXPECT_EQ(rule.ratelimit->mitigation_timeout, std::chrono::seconds(600));
  EXPECT_TRUE(rule.ratelimit->counts_responses);
}

TEST(ReadRatelimit, RefusesOtherShapes) {
  GivenReading given;
  constexpr Phase kPhase = Phase::kRatelimit;
  expect(
      given,
      {{kPhase,
        R"({"action":"block","ratelimit":{}})",
        {"/ratelimit/characteristics 20119", "/ratelimit 20119", "/ratelimit/period 20119"}},
       {kPhase,
        R"({"action":"block","ratelimit":{"characteristics":["ip.src"],"period":7,"requests_per_period":0}})",
        {"/ratelimit/characteristics 20119", "/ratelimit/requests_per_period 20119",
         "/ratelimit/period 20119"}},
       {kPhase,
        R"({"action":"block","ratelimit":{"characteristics":["cf.colo.id","nope"],"period":10,"score_per_period":5}})",
        {"/ratelimit/characteristics/1 20127", "/ratelimit/score_response_header_name 20119"}},
       {kPhase,
        R"({"action":"block","ratelimit":{"characteristics":["cf.colo.id","ip.src","cf.unique_visitor_id"],
              "period":10,"requests_per_period":5}})",
        {"/ratelimit/characteristics 20119"}}});
}

TEST(ReadRatelimit, ComesAfterRulesWithoutLimits) {
  GivenReading given;
  given.context.level = Level::kAccount;
  Json body = {{"name", "m"}, {"kind", "root"}, {"phase", "http_ratelimit"}};
  const Json limit = GivenReading::rule_json(kLimit);
  const Json execute = GivenReading::rule_json(
      fmt::format(R"({{"action":"execute","action_parameters":{{"id":"{}"}}}})", std::string(32, 'a')));
  body["rules"] = {execute, limit};
  EXPECT_TRUE(read_ruleset(body, given.context));
  body["rules"] = {limit, execute};
  const auto read = read_ruleset(body, given.context);
  ASSERT_FALSE(read);
  EXPECT_THAT(GivenReading::places(read.error()), ElementsAre("/rules/1 20119"));
}

}  // namespace
}  // namespace brink::rules
