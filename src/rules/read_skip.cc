#include "rules/read_act.h"

#include <fmt/format.h>

namespace brink::rules {
namespace {

struct ProductRow {
  std::string_view name;
  std::string_view old_name;  // what an old client sends
  Product product;
  bool acts;
};

// Only those that this server has can be passed over.
constexpr ProductRow kProducts[] = {
    {"bic", "", Product::kBrowserIntegrity, false},
    {"hot", "", Product::kHotlink, false},
    {"rateLimit", "ratelimit", Product::kRateLimit, false},
    {"securityLevel", "", Product::kSecurityLevel, false},
    {"uaBlock", "uablock", Product::kUserAgentBlocking, true},
    {"waf", "", Product::kManagedRules, false},
    {"zoneLockdown", "zonelockdown", Product::kZoneLockdown, true},
};

constexpr Phase kPhasesToSkip[] = {Phase::kRatelimit, Phase::kRequestSbfm, Phase::kRequestFirewallManaged};

void problem(Members& parameters, std::string_view list, std::size_t at, const std::string& value,
             std::string_view reason, int code = problem_code::kInvalid) {
  parameters.problems().push_back({.pointer = pointer_to(parameters.pointer_of(list), at),
                                   .code = code,
                                   .message = invalid_value(Json(value), list, reason)});
}

void read_products(Members& parameters, Skip& skip) {
  const auto names = parameters.texts("products", 1);
  if (!names) return;
  for (std::size_t i = 0; i < names->size(); ++i) {
    const std::string& name = (*names)[i];
    const auto* row = std::ranges::find_if(
        kProducts, [&](const ProductRow& each) { return each.name == name || each.old_name == name; });
    if (row == std::end(kProducts)) {
      problem(parameters, "products", i, name,
              "it must be one of bic, hot, rateLimit, securityLevel, uaBlock, waf, zoneLockdown");
    } else if (!row->acts) {
      problem(parameters, "products", i, name, "this server does not have that product",
              problem_code::kUnavailable);
    } else {
      skip.products.set(static_cast<std::size_t>(row->product));
    }
  }
}

void read_phases(Members& parameters, Skip& skip) {
  const auto names = parameters.texts("phases", 1);
  if (!names) return;
  for (std::size_t i = 0; i < names->size(); ++i) {
    const std::string& name = (*names)[i];
    const auto phase = find_phase(name);
    if (!phase || std::ranges::find(kPhasesToSkip, *phase) == std::end(kPhasesToSkip)) {
      problem(parameters, "phases", i, name,
              "it must be one of http_ratelimit, http_request_sbfm, http_request_firewall_managed");
    } else if (!facts_of(*phase).runs) {
      problem(parameters, "phases", i, name, facts_of(*phase).missing, problem_code::kUnavailable);
    } else {
      skip.phases.set(static_cast<std::size_t>(*phase));
    }
  }
}

bool is_managed(const RuleReading& reading, std::string_view id) {
  const auto found = reading.context.rulesets == nullptr ? std::nullopt : reading.context.rulesets->find(id);
  return found && found->kind == Kind::kManaged;
}

void read_rulesets(Members& parameters, const RuleReading& reading, Skip& skip) {
  auto ids = parameters.texts("rulesets", 1);
  if (!ids) return;
  for (std::size_t i = 0; i < ids->size(); ++i) {
    if (!is_managed(reading, (*ids)[i]))
      problem(parameters, "rulesets", i, (*ids)[i], "there is no managed ruleset of that id");
  }
  skip.rulesets = *std::move(ids);
}

void read_rules(Members& parameters, const RuleReading& reading, Skip& skip) {
  auto rulesets = parameters.object("rules");
  if (!rulesets) return;
  if (rulesets->json().empty()) rulesets->wrong_whole("it must not be empty");
  for (const auto& [id, unused] : rulesets->json().items()) {
    if (!is_managed(reading, id)) {
      rulesets->wrong(id, "there is no managed ruleset of that id");
      continue;
    }
    auto rules = rulesets->texts(id, 1);
    if (!rules) {
      if (!rulesets->has(id)) rulesets->wrong(id, "it must be an array");
      continue;
    }
    for (std::size_t i = 0; i < rules->size(); ++i) {
      if (!reading.context.rulesets->has_rule(id, (*rules)[i]))
        reading.warn(pointer_to(rulesets->pointer_of(id), i),
                     fmt::format("the ruleset {} has no rule {}: nothing is skipped", id, (*rules)[i]));
    }
    skip.rules.emplace_back(id, *std::move(rules));
  }
}

// What cannot stand together (section 5.4 of the language's description).
void check_company(Members& parameters) {
  constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
      {"ruleset", "rulesets"}, {"ruleset", "rules"},  {"phases", "rulesets"}, {"phase", "ruleset"},
      {"phase", "phases"},     {"phase", "rulesets"}, {"phase", "rules"},
  };
  for (const auto& [one, other] : kPairs) {
    if (parameters.has(one) && parameters.has(other))
      parameters.wrong(one, fmt::format("it cannot stand together with {}", other));
  }
}

}  // namespace

std::optional<Act> read::skip(Members& parameters, RuleReading& reading) {
  static constexpr std::pair<std::string_view, bool> kCurrent[] = {{"current", true}};
  if (parameters.json().empty()) parameters.wrong_whole("skip needs at least one member");
  Skip skip;
  skip.current_ruleset = parameters.word<bool>("ruleset", kCurrent).value_or(false);
  skip.current_phase = parameters.word<bool>("phase", kCurrent).value_or(false);
  if (skip.current_phase &&
      (reading.context.level != Level::kZone || reading.phase != Phase::kRequestFirewallCustom))
    parameters.wrong("phase",
                     "the current phase can only be skipped in http_request_firewall_custom of a zone");
  read_phases(parameters, skip);
  read_products(parameters, skip);
  read_rulesets(parameters, reading, skip);
  read_rules(parameters, reading, skip);
  check_company(parameters);
  parameters.finish();
  return skip;
}

}  // namespace brink::rules
