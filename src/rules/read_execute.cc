#include "rules/read_act.h"

#include <fmt/format.h>

namespace brink::rules {
namespace {

bool is_id(std::string_view text) {
  return text.size() == 32 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// What an override may say instead of a rule's own action.
constexpr std::pair<std::string_view, Action> kOverrideActions[] = {
    {"block", Action::kBlock},
    {"managed_challenge", Action::kManagedChallenge},
    {"challenge", Action::kChallenge},
    {"js_challenge", Action::kJsChallenge},
    {"log", Action::kLog},
};
constexpr std::pair<std::string_view, std::string_view> kSensitivities[] = {
    {"default", "default"}, {"medium", "medium"}, {"low", "low"}, {"eoff", "eoff"}};

Override read_override(Members& members, const RuleReading& reading) {
  Override made;
  made.action = members.word<Action>("action", kOverrideActions);
  if (made.action && !facts_of(*made.action).acts)
    members.wrong("action", facts_of(*made.action).missing, problem_code::kUnavailable);
  made.enabled = members.flag("enabled");
  if (members.has("sensitivity_level") && reading.phase != Phase::kDdosL7) {
    members.wrong("sensitivity_level", "only DDoS rulesets have one");
  } else {
    made.sensitivity_level = members.word<std::string_view>("sensitivity_level", kSensitivities).value_or("");
  }
  return made;
}

bool says_nothing(const Override& one) {
  return !one.action && !one.enabled && one.sensitivity_level.empty() && !one.score_threshold;
}

// `categories` or `rules`; `name` is the member that says what is overridden.
void read_overrides(Members& overrides, std::string_view list, std::string_view name, bool scores,
                    const RuleReading& reading, std::vector<std::pair<std::string, Override>>& out) {
  const Json* entries = overrides.array(list, 1, kMostTexts);
  if (entries == nullptr) return;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    Members entry((*entries)[i], pointer_to(overrides.pointer_of(list), i), overrides.problems());
    const auto subject = entry.text(name, 1);
    if (!subject && !entry.has(name)) entry.missing(name);
    const std::size_t before = overrides.problems().size();
    Override one = read_override(entry, reading);
    if (scores) one.score_threshold = entry.integer("score_threshold", INT64_MIN + 1, INT64_MAX - 1);
    if (says_nothing(one) && overrides.problems().size() == before) entry.wrong_whole("it overrides nothing");
    entry.finish();
    if (!subject) continue;
    if (std::ranges::any_of(out, [&](const auto& each) { return each.first == *subject; }))
      entry.wrong(name, "it is there twice");
    out.emplace_back(*subject, std::move(one));
  }
}

}  // namespace

std::optional<Act> read::execute(Members& parameters, RuleReading& reading) {
  Execute execute;
  if (const auto id = parameters.text("id", 1)) {
    const auto found =
        reading.context.rulesets == nullptr ? std::nullopt : reading.context.rulesets->find(*id);
    if (!is_id(*id)) {
      parameters.wrong("id", "it must be 32 hexadecimal digits in lower case");
    } else if (!found || (found->kind != Kind::kManaged && found->kind != Kind::kCustom)) {
      parameters.wrong("id", "there is no managed or custom ruleset of that id");
    } else if (found->phase != reading.phase) {
      parameters.wrong("id", fmt::format("it is a ruleset of the phase {}", name_of(found->phase)));
    } else if (found->kind == Kind::kCustom && parameters.has("overrides")) {
      parameters.wrong("overrides", "only managed rulesets have overrides");
    }
    execute.ruleset = *id;
  } else if (!parameters.has("id")) {
    parameters.missing("id");
  }
  if (const auto version = parameters.text("version"); version && *version != "latest")
    reading.warn(parameters.pointer_of("version"), "the latest version runs, whatever version says");
  if (parameters.has("matched_data"))
    parameters.wrong("matched_data", "this server does not log what matched", problem_code::kUnavailable);
  if (auto overrides = parameters.object("overrides")) {
    if (overrides->json().empty()) overrides->wrong_whole("it must not be empty");
    execute.all = read_override(*overrides, reading);
    read_overrides(*overrides, "categories", "category", false, reading, execute.categories);
    read_overrides(*overrides, "rules", "id", true, reading, execute.rules);
    overrides->finish();
  }
  parameters.finish();
  return execute;
}

}  // namespace brink::rules
