#include "rules/declared_rules.h"

#include "tests/rules/given_reading.h"

namespace brink::rules {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> places(const DeclaredRules& read) {
  std::vector<std::string> places;
  for (const auto& [rule, problem] : read.problems)
    places.push_back(fmt::format("{} {}", rule, problem.pointer));
  return places;
}

TEST(DeclaredRules, AreTheEntryPointsOfTheirPhases) {
  const std::string_view texts[] = {
      R"({"phase":"http_request_firewall_custom","expression":"ip.src eq 192.0.2.1","action":"block"})",
      R"({"phase":"http_request_origin","expression":"true","action":"route","action_parameters":{"host_header":"a.test"}})",
      R"({"phase":"http_request_firewall_custom","expression":"true","action":"log","enabled":false,"ref":"r"})"};
  const DeclaredRules read = read_declared_rules(texts, {});
  EXPECT_THAT(places(read), IsEmpty());
  ASSERT_EQ(read.rulesets.size(), 2U);
  EXPECT_EQ(read.rulesets[0].phase, Phase::kRequestOrigin);
  EXPECT_EQ(read.rulesets[1].phase, Phase::kRequestFirewallCustom);
  ASSERT_EQ(read.rulesets[1].rules.size(), 2U);
  EXPECT_EQ(read.rulesets[1].rules[0].id, "00000000000000000000000000000001");
  EXPECT_EQ(read.rulesets[1].rules[1].ref, "r");
  EXPECT_FALSE(read.rulesets[1].rules[1].enabled);
}

TEST(DeclaredRules, HaveProblemsWithTheirPlaces) {
  const std::string_view texts[] = {
      R"({"phase":"http_request_firewall_custom","expression":"ip.src eq","action":"block"})",
      R"({"expression":"true","action":"log"})",
      R"({"phase":"http_request_redirect","expression":"true","action":"redirect"})",
      R"({"phase":"http_request_firewall_custom","expression":"true","action":"log","ref":"a"})",
      R"({"phase":"http_request_firewall_custom","expression":"true","action":"log","ref":"a"})",
      "7"};
  EXPECT_THAT(places(read_declared_rules(texts, {})),
              ElementsAre("0 /expression", "1 /phase", "2 /phase", "5 ", "4 /ref"));
}

TEST(DeclaredRules, MayNameListsThatAreNotKnown) {
  const std::string_view texts[] = {
      R"({"phase":"http_request_firewall_custom","expression":"ip.src in $office","action":"log"})",
      R"({"phase":"http_request_firewall_custom","expression":"http.host in $sites and ip.src in $office","action":"log"})",
      R"({"phase":"http_request_firewall_custom","expression":"ip.src.asnum in $nets","action":"log"})"};
  EXPECT_THAT(places(read_declared_rules(texts, {})), IsEmpty());
  GivenReading given;
  EXPECT_THAT(places(read_declared_rules(texts, given.context)),
              ElementsAre("1 /expression", "2 /expression"));
}

}  // namespace
}  // namespace brink::rules
