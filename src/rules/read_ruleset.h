// Reads rulesets from the JSON of the rulesets API, with all checks of it: what clients send, what lies in
// the store, and what [[zone.rule]] of brink.toml says go through the same function. Everything that is wrong
// is listed.
#pragma once

#include "rules/list.h"
#include "rules/problem.h"
#include "rules/ruleset.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace brink::rules {

enum class Level : std::uint8_t { kAccount, kZone };

// Where the reader finds the rulesets that `execute` and `skip` name.
class RulesetCatalog {
 public:
  struct Entry {
    Kind kind;
    Phase phase;
  };
  // Nothing where there is none of that id.
  [[nodiscard]] virtual std::optional<Entry> find(std::string_view id) const = 0;
  // Whether the ruleset has a rule of that id.
  [[nodiscard]] virtual bool has_rule(std::string_view ruleset, std::string_view rule) const = 0;

 protected:
  ~RulesetCatalog() = default;
};

struct ReadContext {
  Level level = Level::kZone;
  const ListCatalog* lists = nullptr;        // nullptr: there are none
  const RulesetCatalog* rulesets = nullptr;  // nullptr: there are none
  // What is stored already: members that only the server writes are read, and a rule that no longer reads is
  // kept as one that does not act, instead of being a problem.
  bool stored = false;
  // What is accepted but has no effect here goes there, where somebody listens: for `messages` of an answer.
  Problems* warnings = nullptr;
};

// A whole ruleset: {"kind", "phase", "name", "description", "rules", ...}.
[[nodiscard]] std::expected<Ruleset, Problems> read_ruleset(const nlohmann::json& json,
                                                            const ReadContext& context);
// The same from the text that the store keeps, by which context.stored is understood.
[[nodiscard]] std::expected<Ruleset, Problems> read_stored_ruleset(std::string_view text,
                                                                   ReadContext context);

// What rules must be together, one by one good: no more than kMaxRulesPerRuleset, no ref twice, those that
// limit rates after all others. `rules` is an array of objects; pointers begin with `pointer`.
[[nodiscard]] Problems check_together(const nlohmann::json& rules, const std::string& pointer);

// One rule of a ruleset of that kind and phase; pointers begin with `pointer`.
[[nodiscard]] std::expected<Rule, Problems> read_rule(const nlohmann::json& json, Kind kind, Phase phase,
                                                      const ReadContext& context,
                                                      const std::string& pointer = {});

}  // namespace brink::rules
