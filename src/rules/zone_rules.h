// All rules of one zone: those of its account and its own, in the order in which a request meets them.
// Immutable; a change of any part makes a new one that shares what is the same.
#pragma once

#include "rules/compiled_ruleset.h"
#include "rules/phase.h"
#include "rules/url_normalization.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace brink::rules {

class ZoneRules {
 public:
  // The entry points of a phase: the account's runs before the zone's. Either may be missing.
  struct EntryPoints {
    CompiledRulesetPtr account;
    CompiledRulesetPtr zone;
    [[nodiscard]] bool empty() const { return account == nullptr && zone == nullptr; }
  };

  // What http_request_sanitize does.
  struct Normalization {
    UrlNormalization type = UrlNormalization::kRfc3986;
    UrlNormalizationScope scope = UrlNormalizationScope::kIncoming;
  };
  Normalization normalization;
  // The rules of the older APIs (rules/older_rules.h). IP access rules run before
  // http_request_firewall_custom; the others after it, so that its rules can skip them.
  EntryPoints access;
  EntryPoints lockdowns;
  EntryPoints user_agents;

  // The rules of the store, and in the phases that a file declares the file's in place of the zone's. Either
  // may be nullptr.
  [[nodiscard]] static std::shared_ptr<const ZoneRules> overlaid(std::shared_ptr<const ZoneRules> stored,
                                                                 std::shared_ptr<const ZoneRules> declared);

  // Puts an entry point (kind zone or root) or a custom ruleset in its place.
  void add(CompiledRulesetPtr ruleset);

  [[nodiscard]] const EntryPoints& of(Phase phase) const {
    return entry_points_[static_cast<std::size_t>(phase)];
  }
  // The custom ruleset that an `execute` names; nullptr where there is none.
  [[nodiscard]] const CompiledRuleset* custom(std::string_view id) const;
  // Whether any rule reads that field.
  [[nodiscard]] bool reads(FieldId field) const { return fields_[static_cast<std::size_t>(field)]; }
  // Whether any rule reads the request's content.
  [[nodiscard]] bool reads_body() const { return reads_body_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

 private:
  std::array<EntryPoints, kPhaseCount> entry_points_;
  std::unordered_map<std::string, CompiledRulesetPtr> custom_;
  std::bitset<kFieldCount> fields_;
  bool reads_body_ = false;
  std::size_t count_ = 0;
};

}  // namespace brink::rules
