// Who calls, and what they may do.
#pragma once

#include "control/api/policies.h"
#include "store/id.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace brink::control::api {

// Belongs to one call; holds no views.
class Caller {
 public:
  enum class Kind : std::uint8_t {
    kNobody,        // no credentials: only what is public
    kNodeOwner,     // by the Unix socket in data_dir: may everything
    kGlobalKey,     // the user with the node's key: may everything
    kOriginCaKey,   // the user with the origin CA's key: certificates of every zone, and nothing else
    kUserToken,     // the user, as far as the token's policies go
    kAccountToken,  // an account itself: likewise, and nothing outside the account
  };

  Kind kind = Kind::kNobody;
  store::Id user;     // whom it acts for; nil for an account's token
  std::string email;  // of the user
  store::Id token;    // nil for no token
  std::string token_name;
  store::Id token_account;  // of an account's token
  Policies policies;        // of a token
  std::string address;      // where the call came from, as text; "local" over the Unix socket

  [[nodiscard]] bool may(Permission permission, const ZoneIdentity& zone) const;
  // As Policies::may_in_every_zone().
  [[nodiscard]] bool may_in_every_zone(Permission permission) const;
  [[nodiscard]] bool may_in_account(Permission permission, const store::Id& account) const;
  [[nodiscard]] bool may_as_user(Permission permission) const;
  // Whether it may know that the resource exists.
  [[nodiscard]] bool sees(const ZoneIdentity& zone) const;
  [[nodiscard]] bool sees_account(const store::Id& account) const;
  [[nodiscard]] bool may_everything() const { return kind == Kind::kNodeOwner || kind == Kind::kGlobalKey; }
  // "api_token", "api_key", "cli": how audit logs call it.
  [[nodiscard]] std::string_view context() const;
};

}  // namespace brink::control::api
