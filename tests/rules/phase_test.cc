#include "rules/phase.h"

#include <gtest/gtest.h>

using namespace brink::rules;

TEST(Phase, IsFoundByItsName) {
  for (std::size_t place = 0; place < kPhaseCount; ++place) {
    const auto phase = static_cast<Phase>(place);
    EXPECT_EQ(find_phase(name_of(phase)), phase);
  }
  EXPECT_EQ(name_of(Phase::kRequestFirewallCustom), "http_request_firewall_custom");
  EXPECT_EQ(name_of(Phase::kLogCustomFields), "http_log_custom_fields");
  EXPECT_FALSE(find_phase("magic_transit").has_value());
  EXPECT_FALSE(find_phase("").has_value());
}

TEST(Phase, SaysWhyItDoesNotRun) {
  for (std::size_t place = 0; place < kPhaseCount; ++place) {
    const PhaseFacts& facts = facts_of(static_cast<Phase>(place));
    EXPECT_EQ(facts.runs, facts.missing.empty()) << facts.name;
    EXPECT_TRUE(facts.zone_level || facts.account_level) << facts.name;
  }
}

TEST(Action, IsFoundByItsNameAndSaysWhyItDoesNotAct) {
  for (std::size_t place = 0; place < kActionCount; ++place) {
    const auto action = static_cast<Action>(place);
    EXPECT_EQ(find_action(name_of(action)), action);
    EXPECT_EQ(facts_of(action).acts, facts_of(action).missing.empty()) << name_of(action);
  }
  EXPECT_EQ(find_action("log_custom_field"), Action::kLogCustomField);
  EXPECT_EQ(find_action("ddos_dynamic"), Action::kDdosDynamic);
}

TEST(Action, IsAllowedInItsPhases) {
  EXPECT_TRUE(allows(Phase::kRequestFirewallCustom, Action::kSkip));
  EXPECT_FALSE(allows(Phase::kRequestFirewallCustom, Action::kRedirect));
  EXPECT_FALSE(allows(Phase::kRatelimit, Action::kSkip));
  EXPECT_TRUE(allows(Phase::kRequestRedirect, Action::kRedirect));
  EXPECT_FALSE(allows(Phase::kRequestSanitize, Action::kRewrite));
  EXPECT_TRUE(allows(Phase::kResponseHeadersTransform, Action::kRewrite));
}

TEST(Action, EndsTheRequestWhereItAnswersIt) {
  EXPECT_TRUE(facts_of(Action::kBlock).terminating);
  EXPECT_TRUE(facts_of(Action::kRedirect).terminating);
  EXPECT_FALSE(facts_of(Action::kSkip).terminating);
  EXPECT_FALSE(facts_of(Action::kRewrite).terminating);
}
