// Rulesets: lists of rules that run in a phase. Immutable once read (rules/read_ruleset.h), shared by all
// threads.
#pragma once

#include "rules/action.h"
#include "rules/phase.h"
#include "rules/tree.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::rules {

inline constexpr std::size_t kMaxRulesPerRuleset = 1000;
inline constexpr std::size_t kMaxRulesPerZone = 10'000;
inline constexpr std::size_t kMaxDescriptionBytes = 4096;

enum class Kind : std::uint8_t {
  kRoot,     // the entry point of a phase of an account
  kZone,     // the entry point of a phase of a zone
  kCustom,   // of an account, run by `execute`
  kManaged,  // of the vendor; nobody writes it
};
[[nodiscard]] std::string_view name_of(Kind kind);
[[nodiscard]] std::optional<Kind> find_kind(std::string_view name);

// How a rule of http_ratelimit counts (section 6 of the language's description).
struct RateLimiting {
  std::vector<ExpressionPtr> characteristics;  // what makes the key; of an array, its first element
  bool per_site = true;  // cf.colo.id is among them, as it must be; not in the list above
  std::chrono::seconds period{0};
  // Exactly one is not 0.
  std::uint64_t requests_per_period = 0;
  std::uint64_t score_per_period = 0;
  std::string score_response_header_name;      // with score_per_period
  std::chrono::seconds mitigation_timeout{0};  // 0: only what is above the limit is met
  ExpressionPtr counting;                      // nullptr: the rule's own expression
  bool counts_responses = false;               // `counting` reads the response, or a score is summed
  bool requests_to_origin = false;             // only what goes to the origin is counted
};

struct Rule {
  std::string id;  // 32 hexadecimal digits; of [[zone.rule]] derived from its place
  std::string version = "1";
  std::string ref;
  bool enabled = true;
  std::string description;
  Action action = Action::kLog;
  Act act;
  ExpressionPtr expression;  // nullptr where `unreadable`
  bool logging = true;       // whether a match is told in the log
  std::optional<RateLimiting> ratelimit;
  std::string last_updated;  // RFC 3339
  // Not empty for a rule of the store that no longer reads (its list has gone, the language has changed): it
  // never acts, and this says why.
  std::string unreadable;

  [[nodiscard]] bool acts() const { return enabled && unreadable.empty(); }
};

struct Ruleset {
  std::string id;
  std::string name;
  std::string description;
  Kind kind = Kind::kZone;
  Phase phase = Phase::kRequestFirewallCustom;
  std::string version = "1";
  std::string last_updated;  // RFC 3339
  std::vector<Rule> rules;
};

}  // namespace brink::rules
