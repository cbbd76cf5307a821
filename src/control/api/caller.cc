#include "control/api/caller.h"

namespace brink::control::api {

bool Caller::may(Permission permission, const ZoneIdentity& zone) const {
  if (kind == Kind::kAccountToken && zone.account != token_account) return false;
  if (kind == Kind::kOriginCaKey) return permission.area == Area::kSslCertificates;
  return may_everything() || policies.may(permission, zone);
}

bool Caller::may_in_every_zone(Permission permission) const {
  if (kind == Kind::kAccountToken || kind == Kind::kOriginCaKey) return false;
  return may_everything() || policies.may_in_every_zone(permission);
}

bool Caller::may_in_account(Permission permission, const store::Id& account) const {
  if (kind == Kind::kAccountToken && account != token_account) return false;
  return may_everything() || policies.may_in_account(permission, account);
}

bool Caller::may_as_user(Permission permission) const {
  if (kind == Kind::kAccountToken) return false;
  return may_everything() || policies.may_for_user(permission, user);
}

bool Caller::sees(const ZoneIdentity& zone) const {
  if (kind == Kind::kAccountToken && zone.account != token_account) return false;
  return may_everything() || kind == Kind::kOriginCaKey || policies.sees(zone);
}

bool Caller::sees_account(const store::Id& account) const {
  if (kind == Kind::kAccountToken) return account == token_account;
  return may_everything() || policies.sees_account(account);
}

std::string_view Caller::context() const {
  switch (kind) {
    case Kind::kNobody: return "unknown";
    case Kind::kNodeOwner: return "cli";
    case Kind::kGlobalKey:
    case Kind::kOriginCaKey: return "api_key";
    case Kind::kUserToken:
    case Kind::kAccountToken: return "api_token";
  }
  return {};
}

}  // namespace brink::control::api
