// Whose rulesets a call of the rulesets API is about, what its caller may do with them, and what expressions
// there can name. An owner is an account or a zone.
#pragma once

#include "control/api/call.h"
#include "rules/read_ruleset.h"
#include "store/rulesets.h"

#include <string>
#include <string_view>

namespace brink::control::api {

// A value: it goes to the writer's thread.
struct RulesetOwner {
  store::Id id;
  store::Id account;
  bool is_zone = false;
  std::string zone_name;

  // Of the path: {zone_id} or {account_id}.
  [[nodiscard]] static RulesetOwner of(const Call& call);
  [[nodiscard]] rules::Level level() const { return is_zone ? rules::Level::kZone : rules::Level::kAccount; }
  [[nodiscard]] std::string_view entry_kind() const { return is_zone ? "zone" : "root"; }
  // Whether it is still there.
  [[nodiscard]] bool exists(const store::ReadTransaction& read) const;
};

// Each phase has its own permission: rules of http_request_transform need that of transform rules.
[[nodiscard]] bool may_read_phase(const Caller& caller, const RulesetOwner& owner, std::string_view phase);
[[nodiscard]] Outcome<> check_may_write_phase(const Caller& caller, const RulesetOwner& owner,
                                              std::string_view phase);
[[nodiscard]] Outcome<> check_may_read_phase(const Caller& caller, const RulesetOwner& owner,
                                             std::string_view phase);

// The lists of an account as a check needs them: their names and kinds, without their items.
class StoredListNames final : public rules::ListCatalog {
 public:
  // Both must outlive this.
  StoredListNames(const store::ReadTransaction& read, const store::Id& account)
      : read_(read), account_(account) {}
  [[nodiscard]] rules::ListPtr find(std::string_view name) const override;

 private:
  const store::ReadTransaction& read_;
  const store::Id account_;
};

// The rulesets that rules of an owner can execute: the custom ones of an account.
class StoredRulesetKinds final : public rules::RulesetCatalog {
 public:
  StoredRulesetKinds(const store::ReadTransaction& read, const RulesetOwner& owner)
      : read_(read), owner_(owner) {}
  [[nodiscard]] std::optional<Entry> find(std::string_view id) const override;
  [[nodiscard]] bool has_rule(std::string_view, std::string_view) const override { return false; }

 private:
  const store::ReadTransaction& read_;
  const RulesetOwner& owner_;
};

// What a check of rules of an owner needs, together.
struct RuleChecking {
  RuleChecking(const store::ReadTransaction& read, const RulesetOwner& owner)
      : lists(read, owner.account), rulesets(read, owner) {
    context.level = owner.level();
    context.lists = &lists;
    context.rulesets = &rulesets;
    context.warnings = &warnings;
  }
  RuleChecking(const RuleChecking&) = delete;
  RuleChecking& operator=(const RuleChecking&) = delete;

  StoredListNames lists;
  StoredRulesetKinds rulesets;
  rules::Problems warnings;
  rules::ReadContext context;
};

// Whether a rule of the account's or of its zones names the list, enabled or not; how many do.
[[nodiscard]] std::uint64_t references_to_list(const store::ReadTransaction& read, const store::Id& account,
                                               std::string_view list);
// Whether a rule of the owner executes the ruleset.
[[nodiscard]] bool is_executed(const store::ReadTransaction& read, const RulesetOwner& owner,
                               std::string_view ruleset);

}  // namespace brink::control::api
