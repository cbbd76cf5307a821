#include "rules/read_ruleset.h"

#include "rules/read_act.h"
#include "rules/read_ratelimit.h"

#include <unordered_set>

#include <fmt/format.h>

namespace brink::rules {
namespace {

constexpr std::pair<std::string_view, Kind> kKinds[] = {
    {"root", Kind::kRoot}, {"zone", Kind::kZone}, {"custom", Kind::kCustom}, {"managed", Kind::kManaged}};
constexpr std::size_t kMaxNameBytes = 1024;
constexpr std::size_t kMaxStampBytes = 64;

// --- a rule ---

std::optional<Action> read_action(Members& rule, const RuleReading& reading) {
  const auto name = rule.text("action", 1);
  if (!name) {
    if (!rule.has("action")) rule.missing("action");
    return std::nullopt;
  }
  const auto action = find_action(*name);
  if (!action) {
    rule.wrong("action", "there is no such action");
    return std::nullopt;
  }
  const bool nested = *action == Action::kExecute && reading.kind == Kind::kCustom;
  if (!allows(reading.phase, *action) || nested) {
    rule.wrong("action", nested ? std::string("a custom ruleset cannot execute another")
                                : fmt::format("it is not supported in phase {}", name_of(reading.phase)));
    return std::nullopt;
  }
  if (!facts_of(*action).acts) {
    rule.wrong("action", facts_of(*action).missing, problem_code::kUnavailable);
    return std::nullopt;
  }
  return action;
}

void read_logging(Members& members, Rule& rule) {
  auto logging = members.object("logging");
  if (!logging) return;
  rule.logging = logging->flag("enabled").value_or(true);
  logging->finish();
}

// What only holds for rules of one phase.
void check_for_phase(Members& members, const Rule& rule, const RuleReading& reading) {
  if (reading.phase == Phase::kRatelimit && rule.action != Action::kExecute && !members.has("ratelimit"))
    members.missing("ratelimit");
  if (rule.action == Action::kLogCustomField && rule.expression != nullptr &&
      rule.expression->source != "true")
    members.wrong("expression", "a rule that logs fields must have the expression true");
  if (members.has("exposed_credential_check"))
    members.wrong("exposed_credential_check", "this server knows no leaked credentials",
                  problem_code::kUnavailable);
}

Rule read_members(Members& members, RuleReading& reading) {
  Rule rule;
  rule.id = members.text("id", 1, kMaxStampBytes).value_or("");
  if (reading.context.stored) {
    rule.version = members.text("version", 1, kMaxStampBytes).value_or("1");
    rule.last_updated = members.text("last_updated", 0, kMaxStampBytes).value_or("");
  }
  (void)members.find("version");  // only the server writes them
  (void)members.find("last_updated");
  rule.ref = members.text("ref", 1, kMaxNameBytes).value_or(rule.id);
  rule.enabled = members.flag("enabled").value_or(true);
  rule.description = members.text("description", 0, kMaxDescriptionBytes).value_or("");
  (void)members.find("categories");
  (void)members.find("score_threshold");
  const auto action = read_action(members, reading);
  if (!members.has("expression")) members.missing("expression");
  rule.expression = reading.read_filter(members, "expression");
  reading.filter = rule.expression;
  if (action) {
    rule.action = *action;
    if (auto act = read_act(*action, members, reading)) rule.act = *std::move(act);
  } else {
    (void)members.find("action_parameters");
  }
  read_logging(members, rule);
  rule.ratelimit = read_ratelimit(members, reading);
  check_for_phase(members, rule, reading);
  members.finish();
  return rule;
}

// Problems go into `problems`; with them, what was read is of no use.
Rule read_rule_into(const Json& json, Kind kind, Phase phase, const ReadContext& context,
                    const std::string& pointer, Problems& problems) {
  Problems found;
  Members members(json, pointer, found);
  Rule rule;
  if (found.empty()) {
    RuleReading reading{
        .context = context, .kind = kind, .phase = phase, .problems = found, .filter = nullptr};
    rule = read_members(members, reading);
  }
  if (found.empty()) return rule;
  if (context.stored) {
    rule.unreadable = std::move(found.front().message);
    rule.expression = nullptr;
  } else {
    std::ranges::move(found, std::back_inserter(problems));
  }
  return rule;
}

// --- a ruleset ---

void check_kind(Members& members, Kind kind, const ReadContext& context) {
  if (kind == Kind::kManaged) return members.wrong("kind", "managed rulesets cannot be written");
  const bool fits = (kind == Kind::kZone) == (context.level == Level::kZone);
  if (!fits)
    members.wrong("kind", context.level == Level::kZone ? "a zone only has rulesets of kind zone"
                                                        : "an account has rulesets of kind root and custom");
}

void check_phase(Members& members, Kind kind, Phase phase) {
  const PhaseFacts& facts = facts_of(phase);
  if (!facts.runs) {
    members.wrong("phase", facts.missing, problem_code::kUnavailable);
  } else if (facts.actions.empty()) {
    members.wrong("phase", "it has no rules; its own API configures it");
  } else if (kind == Kind::kZone && !facts.zone_level) {
    members.wrong("phase", "it has no rulesets of zones");
  } else if (kind == Kind::kRoot && !facts.account_level) {
    members.wrong("phase", "it has no rulesets of accounts");
  } else if (kind == Kind::kCustom && phase != Phase::kRequestFirewallCustom && phase != Phase::kRatelimit) {
    members.wrong("phase", "it has no custom rulesets");
  }
}

void read_head(Members& members, const ReadContext& context, Ruleset& ruleset) {
  if (context.stored) {
    ruleset.id = members.text("id", 0, kMaxStampBytes).value_or("");
    ruleset.version = members.text("version", 0, kMaxStampBytes).value_or("1");
    ruleset.last_updated = members.text("last_updated", 0, kMaxStampBytes).value_or("");
  }
  for (const char* name : {"id", "version", "last_updated"})
    (void)members.find(name);  // only the server writes them
  ruleset.name = members.text("name", 1, kMaxNameBytes).value_or("");
  if (!members.has("name")) members.missing("name");
  ruleset.description = members.text("description", 0, kMaxDescriptionBytes).value_or("");
  const auto kind = members.word<Kind>("kind", kKinds);
  if (kind) {
    ruleset.kind = *kind;
    if (!context.stored) check_kind(members, *kind, context);
  } else if (!members.has("kind")) {
    members.missing("kind");
  }
  if (const auto name = members.text("phase", 1)) {
    if (const auto phase = find_phase(*name)) {
      ruleset.phase = *phase;
      if (kind && !context.stored) check_phase(members, *kind, *phase);
    } else {
      members.wrong("phase", "there is no such phase");
    }
  } else if (!members.has("phase")) {
    members.missing("phase");
  }
}

}  // namespace

std::string_view name_of(Kind kind) { return kKinds[static_cast<std::size_t>(kind)].first; }

std::optional<Kind> find_kind(std::string_view name) {
  for (const auto& [word, kind] : kKinds) {
    if (word == name) return kind;
  }
  return std::nullopt;
}

Problems check_together(const Json& rules, const std::string& pointer) {
  Problems problems;
  std::unordered_set<std::string_view> refs;
  bool limits = false;
  if (rules.size() > kMaxRulesPerRuleset)
    problems.push_back(
        {.pointer = pointer, .message = fmt::format("a ruleset has at most {} rules", kMaxRulesPerRuleset)});
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!rules[i].is_object()) continue;
    const auto ref = rules[i].find("ref");
    const auto* text = ref == rules[i].end() ? nullptr : ref->get_ptr<const std::string*>();
    if (text != nullptr && !text->empty() && !refs.insert(*text).second) {
      problems.push_back({.pointer = pointer_to(pointer_to(pointer, i), "ref"),
                          .message = invalid_value(*ref, "ref", "another rule has it")});
    }
    const auto limit = rules[i].find("ratelimit");
    const bool has_limit = limit != rules[i].end() && !limit->is_null();
    if (limits && !has_limit) {
      problems.push_back({.pointer = pointer_to(pointer, i),
                          .message = "rules without ratelimit must come before all that have it"});
    }
    limits |= has_limit;
  }
  return problems;
}

std::expected<Ruleset, Problems> read_ruleset(const Json& json, const ReadContext& context) {
  Problems problems;
  Ruleset ruleset;
  Members members(json, "", problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  read_head(members, context, ruleset);
  if (!problems.empty()) {
    // Without a phase nothing can be said of the rules.
    (void)members.find("rules");
    members.finish();
    return std::unexpected(std::move(problems));
  }
  const Json* rules = members.array("rules", 0, kMaxRulesPerRuleset);
  members.finish();
  if (rules != nullptr) {
    const std::string pointer = members.pointer_of("rules");
    for (std::size_t i = 0; i < rules->size(); ++i) {
      ruleset.rules.push_back(read_rule_into((*rules)[i], ruleset.kind, ruleset.phase, context,
                                             pointer_to(pointer, i), problems));
    }
    if (!context.stored) std::ranges::move(check_together(*rules, pointer), std::back_inserter(problems));
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return ruleset;
}

std::expected<Ruleset, Problems> read_stored_ruleset(std::string_view text, ReadContext context) {
  context.stored = true;
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return read_ruleset(json, context);
}

std::expected<Rule, Problems> read_rule(const Json& json, Kind kind, Phase phase, const ReadContext& context,
                                        const std::string& pointer) {
  Problems problems;
  Rule rule = read_rule_into(json, kind, phase, context, pointer, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return rule;
}

}  // namespace brink::rules
