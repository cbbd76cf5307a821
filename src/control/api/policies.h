// The policies of a token: which permissions on which resources (api.md 3.3).
//
// A resource is a user, an account, a zone, or all of a kind. An account stands for its zones too: what is
// granted on it holds in all of them. To read follows from to write; a denial of reading denies writing. Deny
// wins over allow.
#pragma once

#include "control/api/json.h"
#include "control/api/permission.h"
#include "store/id.h"
#include "store/transaction.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

inline constexpr std::size_t kMaxPolicies = 64;           // of a token
inline constexpr std::size_t kMaxResources = 1000;        // of a policy
inline constexpr std::size_t kMaxPermissionGroups = 256;  // of a policy

// "com.cloudflare.api.account.zone.<id>", and so on.
struct Resource {
  enum class Kind : std::uint8_t { kUser, kAccount, kZone };
  Kind kind = Kind::kZone;
  std::optional<store::Id> id;       // nothing: all of the kind
  std::optional<store::Id> account;  // of zones: only those of this account
};

// A zone as permissions see it.
struct ZoneIdentity {
  store::Id zone;
  store::Id account;
};

struct Policy {
  store::Id id;
  bool allows = true;
  PermissionSet permissions;
  std::vector<Resource> resources;
};

class Policies {
 public:
  // `json` as the API takes it. Unknown groups, resources, effects: 1001 with the pointer. Policies without
  // an id get none here.
  [[nodiscard]] static Outcome<Policies> parse(const Json& json);

  [[nodiscard]] bool may(Permission permission, const ZoneIdentity& zone) const;
  [[nodiscard]] bool may_in_account(Permission permission, const store::Id& account) const;
  [[nodiscard]] bool may_for_user(Permission permission, const store::Id& user) const;
  // Whether may() is true for every zone there is or will be. Where it is not, it may be true for each all
  // the same, by policies on single accounts and zones.
  [[nodiscard]] bool may_in_every_zone(Permission permission) const;
  // Anything at all: whether the resource is seen.
  [[nodiscard]] bool sees(const ZoneIdentity& zone) const;
  [[nodiscard]] bool sees_account(const store::Id& account) const;

  // Whether all that `other` allows is allowed here too, on the whole of each resource: what a token may hand
  // on. Says what is not (with the pointer) otherwise. `account_of` finds a zone's account.
  [[nodiscard]] Outcome<> cover(const Policies& other, const store::ReadTransaction& read) const;

  [[nodiscard]] const std::vector<Policy>& all() const { return policies_; }
  void add(Policy policy) { policies_.push_back(std::move(policy)); }

 private:
  std::vector<Policy> policies_;
};

}  // namespace brink::control::api
