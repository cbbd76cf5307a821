#include "rules/read_ruleset.h"

#include "tests/rules/given_reading.h"

namespace brink::rules {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Phase kFirewall = Phase::kRequestFirewallCustom;

struct GivenRulesetBody : GivenReading {
  std::expected<Ruleset, Problems> read_body(std::string_view text) {
    return read_ruleset(json(text), context);
  }
  std::vector<std::string> problems_of(std::string_view text) {
    const auto read_now = read_body(text);
    return read_now ? std::vector<std::string>() : places(read_now.error());
  }
};

constexpr std::string_view kGood =
    R"({"name":"mine","kind":"zone","phase":"http_request_firewall_custom","description":"d","rules":[
        {"action":"block","expression":"ip.src eq 192.0.2.1","description":"bad","enabled":false,"ref":"x",
         "logging":{"enabled":false}},
        {"action":"log","expression":" true "}]})";

TEST(ReadRuleset, ReadsWhatItSays) {
  GivenRulesetBody given;
  const auto ruleset = given.read_body(kGood);
  ASSERT_TRUE(ruleset);
  EXPECT_EQ(ruleset->name, "mine");
  EXPECT_EQ(ruleset->kind, Kind::kZone);
  EXPECT_EQ(ruleset->phase, kFirewall);
  EXPECT_EQ(ruleset->description, "d");
  ASSERT_EQ(ruleset->rules.size(), 2U);
  const Rule& rule = ruleset->rules[0];
  EXPECT_EQ(rule.action, Action::kBlock);
  EXPECT_EQ(rule.ref, "x");
  EXPECT_EQ(rule.description, "bad");
  EXPECT_FALSE(rule.enabled);
  EXPECT_FALSE(rule.acts());
  EXPECT_FALSE(rule.logging);
  EXPECT_EQ(rule.expression->source, "ip.src eq 192.0.2.1");
  EXPECT_TRUE(ruleset->rules[1].acts());
}

TEST(ReadRuleset, ListsEveryProblemWithItsPlace) {
  GivenRulesetBody given;
  EXPECT_THAT(given.problems_of(R"({"name":"m","kind":"zone","phase":"http_request_firewall_custom","rules":[
      {"action":"block","expression":"http.host eq www"},
      {"action":"redirect","expression":"true"},
      {"expression":"true","colour":"red"},
      7]})"),
              ElementsAre("/rules/0/expression 20127", "/rules/1/action 20119", "/rules/2/action 20119",
                          "/rules/2/colour 20119", "/rules/3 20119"));
}

TEST(ReadRuleset, AnExpressionsErrorIsTheParsersText) {
  GivenRulesetBody given;
  const auto read =
      given.read(kFirewall, R"({"action":"block","expression":"http.host eq www.example.com"})");
  ASSERT_FALSE(read);
  EXPECT_THAT(
      read.error().front().message,
      testing::StartsWith("'http.host eq www.example.com' is not a valid value for expression because "
                          "the expression is invalid: Filter parsing error (1:"));
}

TEST(ReadRuleset, ChecksTheHeadFirst) {
  GivenRulesetBody given;
  EXPECT_THAT(given.problems_of("[]"), ElementsAre(" 20119"));
  EXPECT_THAT(given.problems_of("{}"), ElementsAre("/name 20119", "/kind 20119", "/phase 20119"));
  EXPECT_THAT(given.problems_of(R"({"name":"","kind":"root","phase":"http_ratelimit"})"),
              ElementsAre("/name 20119", "/kind 20119"));
  EXPECT_THAT(given.problems_of(R"({"name":"m","kind":"managed","phase":"http_ratelimit"})"),
              ElementsAre("/kind 20119"));
  EXPECT_THAT(given.problems_of(R"({"name":"m","kind":"zone","phase":"http_request_redirect"})"),
              ElementsAre("/phase 20119"));
  EXPECT_THAT(given.problems_of(R"({"name":"m","kind":"zone","phase":"http_request_sanitize"})"),
              ElementsAre("/phase 20119"));
  EXPECT_THAT(given.problems_of(R"({"name":"m","kind":"zone","phase":"ddos_l7"})"),
              ElementsAre("/phase 20120"));
  EXPECT_THAT(given.problems_of(R"({"name":"m","kind":"zone","phase":"http_ratelimit","rule":[]})"),
              ElementsAre("/rule 20119"));
  given.context.level = Level::kAccount;
  EXPECT_THAT(given.problems_of(R"({"name":"m","kind":"custom","phase":"http_request_origin"})"),
              ElementsAre("/phase 20119"));
  EXPECT_THAT(given.problems_of(R"({"name":"m","kind":"zone","phase":"http_ratelimit"})"),
              ElementsAre("/kind 20119"));
}

TEST(ReadRuleset, IgnoresWhatOnlyTheServerWrites) {
  GivenRulesetBody given;
  EXPECT_THAT(given.problems(kFirewall, R"({"action":"log","id":"0123","version":7,"last_updated":[],
      "categories":["x"],"score_threshold":3})"),
              IsEmpty());
}

TEST(ReadRuleset, RefusesTheSameRefTwice) {
  GivenRulesetBody given;
  EXPECT_THAT(given.problems_of(R"({"name":"m","kind":"zone","phase":"http_request_firewall_custom","rules":[
      {"action":"log","expression":"true","ref":"a"},{"action":"log","expression":"true","ref":"a"}]})"),
              ElementsAre("/rules/1/ref 20119"));
}

TEST(ReadRuleset, RefusesMoreThanAThousandRules) {
  GivenRulesetBody given;
  Json body = given.json(R"({"name":"m","kind":"zone","phase":"http_request_firewall_custom","rules":[]})");
  for (int i = 0; i < 1001; ++i) body["rules"].push_back({{"action", "log"}, {"expression", "true"}});
  EXPECT_THAT(given.problems_of(body.dump()), ElementsAre("/rules 20119"));
}

TEST(ReadRuleset, RefusesActionsThatCannotActHere) {
  GivenRulesetBody given;
  for (const char* action : {"managed_challenge", "js_challenge", "challenge"}) {
    const auto read = given.read(kFirewall, fmt::format(R"({{"action":"{}"}})", action));
    ASSERT_FALSE(read) << action;
    EXPECT_THAT(GivenReading::places(read.error()), ElementsAre("/action 20120")) << action;
  }
  EXPECT_THAT(given.problems(kFirewall, R"({"action":"transform_response_html"})"),
              ElementsAre("/action 20119"));
}

TEST(ReadRuleset, ARuleOfTheStoreThatNoLongerReadsIsKeptWithoutActing) {
  GivenRulesetBody given;
  const auto ruleset = read_stored_ruleset(
      R"({"id":"11","name":"m","kind":"zone","phase":"http_request_firewall_custom","version":"4",
          "last_updated":"t","rules":[
          {"id":"22","version":"3","action":"block","expression":"ip.src in $gone"},
          {"id":"33","version":"2","action":"log","expression":"true"}]})",
      given.context);
  ASSERT_TRUE(ruleset);
  EXPECT_EQ(ruleset->version, "4");
  ASSERT_EQ(ruleset->rules.size(), 2U);
  EXPECT_FALSE(ruleset->rules[0].acts());
  EXPECT_EQ(ruleset->rules[0].id, "22");
  EXPECT_THAT(ruleset->rules[0].unreadable, HasSubstr("the expression is invalid"));
  EXPECT_TRUE(ruleset->rules[1].acts());
  EXPECT_EQ(ruleset->rules[1].version, "2");
}

TEST(ReadRuleset, TextThatIsNoJsonIsAProblem) {
  EXPECT_FALSE(read_stored_ruleset("{", {}));
  EXPECT_FALSE(read_stored_ruleset("", {}));
}

TEST(ReadRuleset, NamesOfListsMustBeThere) {
  GivenRulesetBody given;
  EXPECT_THAT(given.problems(kFirewall, R"({"action":"log","expression":"ip.src in $office"})"), IsEmpty());
  EXPECT_THAT(given.problems(kFirewall, R"({"action":"log","expression":"ip.src in $nowhere"})"),
              ElementsAre("/expression 20127"));
  EXPECT_THAT(given.problems(kFirewall, R"({"action":"log","expression":"http.host in $office"})"),
              ElementsAre("/expression 20127"));
}

TEST(ReadRuleset, DescriptionsAndExpressionsHaveLimits) {
  GivenRulesetBody given;
  EXPECT_THAT(given.problems(kFirewall,
                             fmt::format(R"({{"action":"log","description":"{}"}})", std::string(4097, 'x'))),
              ElementsAre("/description 20119"));
  EXPECT_THAT(given.problems(kFirewall, R"({"action":"log","expression":""})"),
              ElementsAre("/expression 20119"));
  EXPECT_THAT(given.problems(kFirewall, R"({"action":"log","expression":"http.host"})"),
              ElementsAre("/expression 20127"));
}

TEST(ReadRuleset, OnlyRateLimitsHaveARatelimit) {
  GivenRulesetBody given;
  EXPECT_THAT(given.problems(kFirewall, R"({"action":"log","ratelimit":{}})"),
              ElementsAre("/ratelimit 20119"));
  EXPECT_THAT(given.problems(Phase::kRatelimit, R"({"action":"log"})"), ElementsAre("/ratelimit 20119"));
}

TEST(ReadRuleset, LeakedCredentialsAreNotKnown) {
  GivenRulesetBody given;
  EXPECT_THAT(given.problems(kFirewall, R"({"action":"log","exposed_credential_check":{}})"),
              ElementsAre("/exposed_credential_check 20120"));
}

}  // namespace
}  // namespace brink::rules
