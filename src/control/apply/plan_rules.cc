#include "control/apply/plan_rules.h"

#include "control/api/rule_document.h"
#include "store/rulesets.h"

#include <algorithm>

namespace brink::control::apply {
namespace {

using api::Json;

// Rules as people are shown them: what they say, without what the server adds.
Json shown(const Json& rules) {
  Json shown = Json::array();
  for (const Json& rule : rules) {
    Json copy = rule;
    for (const char* name : {"id", "version", "last_updated"}) copy.erase(name);
    shown.push_back(std::move(copy));
  }
  return shown;
}

Json rules_of(const store::Ruleset& ruleset) {
  const Json document = api::stored_json(ruleset.document);
  const Json* rules = api::find_value(document, "rules");
  return rules != nullptr && rules->is_array() ? *rules : Json::array();
}

// What the sent rules are once they are kept.
Json kept(const Json& current, const Json& sent) {
  rules::Problems problems;
  return shown(
      api::replaced_rules(current, sent, {.now = "", .new_id = [] { return store::Id{}; }}, problems));
}

void add(ZonePlan& plan, Action action, const std::string& phase, Json before, Json after,
         const store::Id& ruleset) {
  plan.steps.push_back({.action = action,
                        .thing = Thing::kRules,
                        .zone = plan.name,
                        .subject = phase,
                        .before = std::move(before),
                        .after = std::move(after),
                        .record = ruleset});
}

}  // namespace

void plan_rules(const store::ReadTransaction& read, const DesiredRules& wanted, ZonePlan& plan) {
  DesiredRules missing = wanted;
  for (const store::Ruleset& ruleset : store::rulesets::of_owner(read, plan.id)) {
    const std::string phase(ruleset.phase);
    const Json current = rules_of(ruleset);
    const auto sent = missing.find(phase);
    if (sent == missing.end()) {
      if (!ruleset.declared_in.empty())
        add(plan, Action::kDelete, phase, Json{{"rules", shown(current)}}, Json(), ruleset.id);
      continue;
    }
    Json before = shown(current), after = kept(current, sent->second);
    if (before != after || ruleset.declared_in != plan.file) {
      add(plan, Action::kUpdate, phase, Json{{"file", ruleset.declared_in}, {"rules", std::move(before)}},
          Json{{"file", plan.file}, {"rules", std::move(after)}}, ruleset.id);
    }
    missing.erase(sent);
  }
  for (const auto& [phase, rules] : missing)
    add(plan, Action::kCreate, phase, Json(), Json{{"rules", kept(Json::array(), rules)}}, {});
}

bool has_rulesets_of_the_api(const store::ReadTransaction& read, const store::Id& zone) {
  return std::ranges::any_of(store::rulesets::of_owner(read, zone),
                             [](const store::Ruleset& each) { return each.declared_in.empty(); });
}

}  // namespace brink::control::apply
