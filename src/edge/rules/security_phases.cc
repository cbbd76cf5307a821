// The phases that refuse: custom rules and rate limits.
#include "edge/request.h"
#include "edge/rules/blocking.h"
#include "edge/rules/phases.h"
#include "edge/rules/rule_state.h"

namespace brink::edge {

using rules::CompiledRule;

Flow check_custom_rules(Request& request) {
  if (request.rules == nullptr) return Flow::kContinue;
  bool blocked = false;
  request.rules->run(rules::Phase::kRequestFirewallCustom,
                     [&](const rules::Ruleset&, const CompiledRule& rule) {
                       const auto* block_with = std::get_if<rules::Block>(&rule.rule().act);
                       if (block_with == nullptr) return true;  // log, skip
                       block(request, block_with->response, kBlockedByRule, "waf");
                       blocked = true;
                       return false;
                     });
  return blocked ? Flow::kRespond : Flow::kContinue;
}

}  // namespace brink::edge
