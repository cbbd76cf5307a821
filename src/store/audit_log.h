// Who changed what, when and from where. Only ever added to, and cut at its old end.
#pragma once

#include "store/id.h"
#include "store/transaction.h"
#include "store/tuple.h"

#include <optional>
#include <string_view>

namespace brink::store {

struct AuditEntry {
  Id id;
  Id account;
  Time when;
  std::string_view action;  // "rec_add", "zone_settings_edit", ...
  bool succeeded = true;
  Id actor;  // the user; nil for a token that is the account's, or nobody known
  std::string_view actor_email;
  std::string_view actor_address;
  std::string_view actor_context;  // "api_token", "api_key", "cli", "file", "acme"
  Id token;
  std::string_view token_name;
  std::string_view ray;
  std::string_view method;
  std::string_view uri;
  std::string_view user_agent;
  std::uint16_t status = 0;
  Id zone;
  std::string_view zone_name;
  std::string_view resource_type;  // "DNS_record", "zone", ...
  std::string_view resource;       // its id
  std::string_view before;         // JSON, secrets masked; empty for none
  std::string_view after;
};

namespace audit_log {

Result<> add(WriteTransaction& transaction, const AuditEntry& entry);
// Removes entries older than `before`, at most `most` of them; how many.
Result<std::uint64_t> cut(WriteTransaction& transaction, Time before, std::uint64_t most);

// Of an account, in the order of time. `since` and `before` bound it: since <= when < before.
class Scan {
 public:
  Scan(const ReadTransaction& transaction, const Id& account, Time since, Time before, bool newest_first);
  [[nodiscard]] std::optional<AuditEntry> next();

 private:
  Cursor cursor_;
  Time since_;
  Time before_;
  bool newest_first_;
};

}  // namespace audit_log
}  // namespace brink::store
