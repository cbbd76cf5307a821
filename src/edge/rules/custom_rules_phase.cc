// http_request_firewall_custom, and the rules of the older APIs around it.
#include "edge/request.h"
#include "edge/rules/blocking.h"
#include "edge/rules/phases.h"
#include "edge/rules/rule_state.h"

namespace brink::edge {

using rules::CompiledRule;

Flow check_custom_rules(Request& request) {
  if (request.rules == nullptr) return Flow::kContinue;
  RuleState& state = *request.rules;
  bool blocked = false;
  const auto act = [&](const rules::Ruleset&, const CompiledRule& rule) {
    const auto* refusal = std::get_if<rules::Block>(&rule.rule().act);
    if (refusal == nullptr) return true;  // log, skip
    block(request, refusal->response, kBlockedByRule, "waf");
    blocked = true;
    return false;
  };
  constexpr auto kPhase = rules::Phase::kRequestFirewallCustom;
  state.run(state.rules->access, kPhase, act);
  if (!blocked) state.run(kPhase, act);
  if (!blocked && !state.skipped.has(rules::Product::kZoneLockdown))
    state.run(state.rules->lockdowns, kPhase, act);
  if (!blocked && !state.skipped.has(rules::Product::kUserAgentBlocking))
    state.run(state.rules->user_agents, kPhase, act);
  return blocked ? Flow::kRespond : Flow::kContinue;
}

}  // namespace brink::edge
