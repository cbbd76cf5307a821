// Rulesets of accounts and zones, with their versions, and the rules of the older firewall APIs.
#pragma once

#include "store/id.h"
#include "store/transaction.h"
#include "store/tuple.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace brink::store {

struct Ruleset {
  Id id;
  Id owner;                // an account or a zone
  std::string_view kind;   // "root", "zone", "custom"
  std::string_view phase;  // "http_request_firewall_custom"
  std::uint64_t version = 1;
  // The highest version that it has had: numbers are not used again. Not below `version`.
  std::uint64_t last_version = 1;
  Time modified;
  std::string_view document;     // JSON as the API answers it, with all rules
  std::string_view declared_in;  // the file that says it; empty: the API
};

namespace rulesets {

// Versions that are kept of one ruleset, the present one among them.
inline constexpr std::uint64_t kKeptVersions = 100;

[[nodiscard]] std::optional<Ruleset> get(const ReadTransaction& transaction, const Id& owner, const Id& id);
// The entry point of a phase: of kind root or zone. Nothing where there is none.
[[nodiscard]] std::optional<Ruleset> entry_point(const ReadTransaction& transaction, const Id& owner,
                                                 std::string_view phase);
// All of an owner, in the order of ids.
[[nodiscard]] std::vector<Ruleset> of_owner(const ReadTransaction& transaction, const Id& owner);
// Inserts or replaces; the version becomes one that is kept, and the oldest beyond kKeptVersions is
// forgotten. kInvalid for nil ids and version 0.
Result<> put(WriteTransaction& transaction, const Ruleset& ruleset);
// With all its versions; whether it was there.
Result<bool> remove(WriteTransaction& transaction, const Id& owner, const Id& id);
Result<> remove_all_of(WriteTransaction& transaction, const Id& owner);

// All, in the order of owners.
class Scan {
 public:
  explicit Scan(const ReadTransaction& transaction) : cursor_(transaction, Table::kRulesets, "") {}
  [[nodiscard]] std::optional<Ruleset> next();

 private:
  Cursor cursor_;
};

// --- versions ---

struct Version {
  std::uint64_t number = 0;
  Time modified;
  std::string_view document;
};
[[nodiscard]] std::optional<Version> version(const ReadTransaction& transaction, const Id& ruleset,
                                             std::uint64_t number);
[[nodiscard]] std::vector<Version> versions(const ReadTransaction& transaction,
                                            const Id& ruleset);  // oldest first
// Whether it was there.
Result<bool> remove_version(WriteTransaction& transaction, const Id& ruleset, std::uint64_t number);

}  // namespace rulesets

// A rule of the APIs that are older than rulesets: IP access rules, user agent rules, zone lockdowns. What it
// says is the document; rules/older_rules.h makes rules of it.
enum class OlderRuleKind : std::uint8_t { kAccess, kUserAgent, kLockdown };

struct OlderRule {
  Id id;
  Id owner;  // the user, an account or a zone
  OlderRuleKind kind = OlderRuleKind::kAccess;
  Time created;
  Time modified;
  std::string_view document;  // JSON as the API answers it
};

namespace older_rules {
[[nodiscard]] std::optional<OlderRule> get(const ReadTransaction& transaction, const Id& owner,
                                           OlderRuleKind kind, const Id& id);
// In the order of ids.
[[nodiscard]] std::vector<OlderRule> of_owner(const ReadTransaction& transaction, const Id& owner,
                                              OlderRuleKind kind);
Result<> put(WriteTransaction& transaction, const OlderRule& rule);  // kInvalid for nil ids
Result<bool> remove(WriteTransaction& transaction, const Id& owner, OlderRuleKind kind, const Id& id);
Result<> remove_all_of(WriteTransaction& transaction, const Id& owner);
}  // namespace older_rules

}  // namespace brink::store
