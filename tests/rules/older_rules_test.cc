#include "rules/older_rules.h"

#include "tests/rules/given_reading.h"

namespace brink::rules {
namespace {

using testing::ElementsAre;

std::string expression(OlderKind kind, std::string_view text) {
  const auto rule = read_older_rule(kind, GivenReading::json(text));
  if (!rule) return rule.error().front().pointer + ": " + rule.error().front().message;
  return rule->expression->source;
}

std::string access(std::string_view target, std::string_view value) {
  return expression(
      OlderKind::kAccess,
      fmt::format(R"({{"mode":"block","configuration":{{"target":"{}","value":"{}"}}}})", target, value));
}

TEST(OlderRules, AccessRulesAreExpressions) {
  EXPECT_EQ(access("ip", "192.0.2.1"), "ip.src eq 192.0.2.1");
  EXPECT_EQ(access("ip6", "2001:db8::1"), "ip.src eq 2001:db8::1");
  EXPECT_EQ(access("ip_range", "192.0.2.0/24"), "ip.src in {192.0.2.0/24}");
  EXPECT_EQ(access("asn", "AS64500"), "ip.src.asnum eq 64500");
  EXPECT_EQ(access("country", "DE"), R"(ip.src.country eq "DE")");
  EXPECT_THAT(access("ip", "x"), testing::StartsWith("/configuration/value: "));
  EXPECT_THAT(access("ip_range", "192.0.2.1"), testing::StartsWith("/configuration/value: "));
  EXPECT_THAT(access("colour", "red"), testing::StartsWith("/configuration/target: "));
  EXPECT_THAT(access("country", "Germany"), testing::StartsWith("/configuration/value: "));
}

TEST(OlderRules, WhitelistingSkipsWhatComesAfter) {
  const auto rule = read_older_rule(
      OlderKind::kAccess,
      GivenReading::json(
          R"({"mode":"whitelist","configuration":{"target":"ip","value":"192.0.2.1"},"notes":"us"})"));
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->action, Action::kSkip);
  EXPECT_EQ(rule->description, "us");
  EXPECT_TRUE(std::get<Skip>(rule->act).current_phase);
  EXPECT_TRUE(std::get<Skip>(rule->act).phases[static_cast<std::size_t>(Phase::kRatelimit)]);
}

TEST(OlderRules, ChallengesAreRefused) {
  const auto rule = read_older_rule(
      OlderKind::kAccess,
      GivenReading::json(R"({"mode":"challenge","configuration":{"target":"ip","value":"192.0.2.1"}})"));
  ASSERT_FALSE(rule);
  EXPECT_THAT(GivenReading::places(rule.error()), ElementsAre("/mode 20120"));
}

TEST(OlderRules, UserAgentRulesCompareTheWholeText) {
  EXPECT_EQ(
      expression(OlderKind::kUserAgent,
                 R"({"mode":"block","paused":false,"configuration":{"target":"ua","value":"a \"b\" \\c"}})"),
      R"(http.user_agent eq "a \"b\" \\c")");
}

TEST(OlderRules, LockdownsAreForTheirAddressesOnly) {
  EXPECT_EQ(expression(OlderKind::kLockdown,
                       R"({"urls":["a.test/admin*","https://b.test"],"configurations":[
                           {"target":"ip","value":"192.0.2.1"},{"target":"ip_range","value":"2001:db8::/32"}]})"),
            R"(((concat(http.host, http.request.uri.path) wildcard "a.test/admin*") or )"
            R"((ssl and concat(http.host, http.request.uri.path) wildcard "b.test/*")) )"
            R"(and not ip.src in {192.0.2.1 2001:db8::/32})");
  EXPECT_THAT(expression(OlderKind::kLockdown, R"({"urls":["a.test"]})"),
              testing::StartsWith("/configurations: "));
}

TEST(OlderRules, RunExceptionsFirstAndKeepWhatNoLongerReads) {
  const OlderDocument documents[] = {
      {OlderKind::kUserAgent,
       R"({"id":"1","mode":"block","configuration":{"target":"ua","value":"x"},"paused":true})"},
      {OlderKind::kAccess,
       R"({"id":"2","mode":"block","configuration":{"target":"ip","value":"192.0.2.1"}})"},
      {OlderKind::kAccess, "{"},
      {OlderKind::kAccess,
       R"({"id":"3","mode":"whitelist","configuration":{"target":"ip","value":"192.0.2.2"}})"}};
  const Ruleset ruleset = older_ruleset(documents);
  ASSERT_EQ(ruleset.rules.size(), 4U);
  EXPECT_EQ(ruleset.rules[0].id, "3");
  EXPECT_EQ(ruleset.rules[1].id, "2");
  EXPECT_FALSE(ruleset.rules[2].acts());
  EXPECT_EQ(ruleset.rules[3].id, "1");
  EXPECT_FALSE(ruleset.rules[3].acts());
}

}  // namespace
}  // namespace brink::rules
