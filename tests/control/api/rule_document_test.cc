#include "control/api/rule_document.h"

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

struct GivenStamps {
  RuleStamps stamps{.now = "now", .new_id = [this] {
                      store::Id id;
                      id.bytes.back() = ++last;
                      return id;
                    }};
  std::uint8_t last = 0;
};

std::string id(int number) { return std::string(30, '0') + fmt::format("{:02x}", number); }

Json log_rule(const char* ref) { return {{"action", "log"}, {"expression", "true"}, {"ref", ref}}; }

Json rules_of(GivenStamps& given, std::initializer_list<const char*> refs) {
  Json rules = Json::array();
  for (const char* ref : refs) rules.push_back(new_rule(log_rule(ref), given.stamps));
  return rules;
}

std::string refs(const Json& rules) {
  std::string text;
  for (const Json& rule : rules) text += rule["ref"].get<std::string>();
  return text;
}

TEST(RuleDocument, ANewRuleHasItsDefaults) {
  GivenStamps given;
  EXPECT_EQ(
      new_rule({{"action", "log"}, {"expression", "true"}, {"version", "9"}, {"id", "x"}}, given.stamps),
      (Json{{"action", "log"},
            {"description", ""},
            {"enabled", true},
            {"expression", "true"},
            {"id", id(1)},
            {"last_updated", "now"},
            {"ref", id(1)},
            {"version", "1"}}));
}

TEST(RuleDocument, ShowsTheDocumentedSpellings) {
  GivenStamps given;
  const Json skip = new_rule({{"action", "skip"},
                              {"expression", "true"},
                              {"action_parameters", {{"products", {"ratelimit", "uablock", "waf"}}}}},
                             given.stamps);
  EXPECT_EQ(skip["action_parameters"]["products"], (Json{"rateLimit", "uaBlock", "waf"}));
  EXPECT_EQ(skip["logging"], (Json{{"enabled", true}}));
  const Json cache = new_rule(
      Json::parse(R"({"action":"set_cache_settings","expression":"true","action_parameters":{"cache_key":
          {"custom_key":{"query_string":{"include":{"all":true}}}}}})"),
      given.stamps);
  EXPECT_EQ(cache["action_parameters"]["cache_key"]["custom_key"]["query_string"]["include"],
            Json::array({"*"}));
  const Json limit = new_rule(
      Json::parse(R"({"action":"block","expression":"true","ratelimit":{"period":10}})"), given.stamps);
  EXPECT_EQ(limit["ratelimit"]["mitigation_timeout"], 0);
}

TEST(RuleDocument, AVersionGrowsWithWhatIsSaid) {
  GivenStamps given;
  const Json rule = new_rule(log_rule("a"), given.stamps);
  given.stamps.now = "later";
  EXPECT_EQ(changed_rule(rule, log_rule("a"), given.stamps), rule);
  const Json without_ref = {{"action", "log"}, {"expression", "true"}};
  EXPECT_EQ(changed_rule(rule, without_ref, given.stamps), rule) << "the ref is kept";
  Json sent = log_rule("a");
  sent["enabled"] = false;
  const Json changed = changed_rule(rule, sent, given.stamps);
  EXPECT_EQ(changed["version"], "2");
  EXPECT_EQ(changed["last_updated"], "later");
  EXPECT_EQ(changed["id"], rule["id"]);
}

TEST(RuleDocument, SentRulesKeepTheirIdentity) {
  GivenStamps given;
  const Json current = rules_of(given, {"a", "b", "c"});
  rules::Problems problems;
  Json by_id = {{"action", "log"}, {"expression", "ssl"}, {"id", id(1)}};
  const Json rules = replaced_rules(current, {log_rule("c"), by_id, log_rule("d")}, given.stamps, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(refs(rules), "cad");
  EXPECT_EQ(rules[0], current[2]);
  EXPECT_EQ(rules[1]["id"], id(1));
  EXPECT_EQ(rules[1]["version"], "2");
  EXPECT_EQ(rules[2]["id"], id(4));
}

TEST(RuleDocument, UnknownAndDoubleIdsAreProblems) {
  GivenStamps given;
  const Json current = rules_of(given, {"a"});
  const Json known = {{"action", "log"}, {"expression", "true"}, {"id", id(1)}};
  const Json unknown = {{"action", "log"}, {"expression", "true"}, {"id", id(9)}};
  rules::Problems problems;
  (void)replaced_rules(current, {known, known, unknown}, given.stamps, problems);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].pointer, "/rules/1/id");
  EXPECT_EQ(problems[1].pointer, "/rules/2/id");
}

TEST(RuleDocument, RulesMove) {
  const struct {
    std::size_t from;
    Json position;
    std::string_view order;
  } cases[] = {
      {2, {{"before", ""}}, "cab"}, {0, {{"after", ""}}, "bca"},    {0, {{"index", 3}}, "bca"},
      {2, {{"index", 1}}, "cab"},   {0, {{"after", id(2)}}, "bac"}, {2, {{"before", id(2)}}, "acb"},
      {1, {{"index", 2}}, "abc"},
  };
  for (const auto& [from, position, order] : cases) {
    GivenStamps given;
    Json rules = rules_of(given, {"a", "b", "c"});
    rules::Problems problems;
    move_rule(rules, from, position, problems);
    EXPECT_TRUE(problems.empty()) << position;
    EXPECT_EQ(refs(rules), order) << position;
  }
}

TEST(RuleDocument, PositionsThatAreNoneAreProblems) {
  const Json positions[] = {Json::object(),
                            {{"index", 0}},
                            {{"index", 4}},
                            {{"index", "1"}},
                            {{"before", 7}},
                            {{"before", id(1)}},
                            7,
                            {{"before", ""}, {"after", ""}},
                            {{"after", "zz"}},
                            {{"first", true}}};
  for (const Json& position : positions) {
    GivenStamps given;
    Json rules = rules_of(given, {"a", "b", "c"});
    rules::Problems problems;
    move_rule(rules, 0, position, problems);
    ASSERT_FALSE(problems.empty()) << position;
    EXPECT_TRUE(problems[0].pointer.starts_with("/position")) << position;
  }
}

}  // namespace
}  // namespace brink::control::api
