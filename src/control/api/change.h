// A change of the store by the API: what is changed and the audit entries that say so are one change of the
// store, so that neither is there without the other.
#pragma once

#include "base/random.h"
#include "control/api/api_error.h"
#include "control/api/json.h"
#include "store/audit_log.h"
#include "store/id.h"
#include "store/transaction.h"
#include "store/tuple.h"

#include <cstdint>
#include <functional>
#include <string>

namespace brink::control::api {

// What an audit entry says of the thing that was changed. `before` and `after` must not hold secrets.
struct AuditNote {
  std::string action;         // "rec_add", "zone_settings_edit", ...: api.md 5.17
  store::Id account;          // in whose log it stands
  std::string resource_type;  // "DNS_record", "zone", ...
  std::string resource;       // its id
  store::Id zone;             // nil: of none
  std::string zone_name;
  Json before;  // null: nothing
  Json after;
};

// Who made the call, as an audit entry wants it. Owns its texts: it goes to the writer's thread.
struct AuditOrigin {
  store::Id actor;
  std::string actor_email;
  std::string actor_address;
  std::string actor_context;
  store::Id token;
  std::string token_name;
  std::string ray;
  std::string method;
  std::string uri;
  std::string user_agent;
};

// The entry but for its id, its time, the status, and what was before and after. Views into both.
[[nodiscard]] store::AuditEntry entry_of(const AuditOrigin& origin, const AuditNote& note);

// The change while it is made, on the writer's thread. What it reads are all changes before it too.
class Changing {
 public:
  Changing(store::WriteTransaction& transaction, const AuditOrigin& origin, std::uint64_t seed)
      : store(transaction), origin_(origin), random_(seed) {}

  store::WriteTransaction& store;

  [[nodiscard]] store::Time now() const { return store.now(); }
  [[nodiscard]] store::Id new_id() { return store::Id::random(random_); }
  // Adds an entry to the audit log, with the answer's status 200.
  [[nodiscard]] Outcome<> audit(const AuditNote& note);

 private:
  const AuditOrigin& origin_;
  FastRandom random_;
};

// Makes a change and gives the result that the API answers. A refusal takes back all of it. Runs on the
// writer's thread and may outlive the call that asked for it: it captures by value, owns all it uses, and
// keeps no views.
using Change = std::move_only_function<Outcome<Json>(Changing& changing)>;

}  // namespace brink::control::api
