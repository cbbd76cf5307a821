// Runs the rules of one phase: the account's entry point, then the zone's, the rulesets that they execute in
// their place, and what they skip.
#pragma once

#include "rules/zone_rules.h"

#include <bitset>

namespace brink::rules {

// What rules of one request have said is to be passed over, from then on.
struct Skipped {
  std::bitset<kPhaseCount> account;  // phases, at that level
  std::bitset<kPhaseCount> zone;
  std::bitset<kProductCount> products;
  [[nodiscard]] bool has(Product product) const { return products[static_cast<std::size_t>(product)]; }
};

namespace detail {

enum class Level : std::uint8_t { kAccount, kZone };
enum class Next : std::uint8_t { kGoOn, kEndRuleset, kEndLevel, kEndPhase };

inline Next skip(const Skip& what, Level level, Skipped& skipped) {
  skipped.zone |= what.phases;
  if (level == Level::kAccount) skipped.account |= what.phases;
  skipped.products |= what.products;
  if (what.current_phase) return Next::kEndLevel;
  return what.current_ruleset ? Next::kEndRuleset : Next::kGoOn;
}

// Answers kGoOn where the next ruleset of the level is to run.
template <class Visit>
Next run_ruleset(const ZoneRules& rules, const CompiledRuleset& ruleset, Level level, Facts& facts,
                 Skipped& skipped, Visit& visit, bool may_execute = true) {
  Next next = Next::kGoOn;
  ruleset.for_each_match(facts, [&](const CompiledRule& rule) {
    if (const auto* execute = std::get_if<Execute>(&rule.rule().act)) {
      const CompiledRuleset* inner = may_execute ? rules.custom(execute->ruleset) : nullptr;
      if (inner != nullptr) next = run_ruleset(rules, *inner, level, facts, skipped, visit, false);
    } else {
      if (!visit(ruleset.ruleset(), rule)) next = Next::kEndPhase;
      if (const auto* what = std::get_if<Skip>(&rule.rule().act)) next = skip(*what, level, skipped);
    }
    return next == Next::kGoOn;
  });
  return next == Next::kEndRuleset ? Next::kGoOn : next;
}

}  // namespace detail

// Runs the rulesets of `entry` as those of `phase`.
template <class Visit>
void run_entry_points(const ZoneRules& rules, const ZoneRules::EntryPoints& entry, Phase phase, Facts& facts,
                      Skipped& skipped, Visit&& visit) {
  const auto at = static_cast<std::size_t>(phase);
  if (entry.account != nullptr && !skipped.account[at]) {
    const auto next =
        detail::run_ruleset(rules, *entry.account, detail::Level::kAccount, facts, skipped, visit);
    if (next == detail::Next::kEndPhase) return;
  }
  if (entry.zone != nullptr && !skipped.zone[at])
    detail::run_ruleset(rules, *entry.zone, detail::Level::kZone, facts, skipped, visit);
}

// Calls visit(ruleset, rule) for every rule that matches, `skip` among them but not `execute`, in order,
// until it answers false.
template <class Visit>
void run_phase(const ZoneRules& rules, Phase phase, Facts& facts, Skipped& skipped, Visit&& visit) {
  run_entry_points(rules, rules.of(phase), phase, facts, skipped, visit);
}

}  // namespace brink::rules
