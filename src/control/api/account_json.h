// Accounts, the user and its memberships as the API shows them.
#pragma once

#include "control/api/json.h"
#include "store/accounts.h"

#include <string>

namespace brink::control::api {

[[nodiscard]] Json account_json(const store::Account& account);
[[nodiscard]] Json user_json(const store::User& user);

// A membership has no row of its own: the node's user is in every account. Its id comes of the two.
[[nodiscard]] store::Id membership_id(const store::Id& user, const store::Id& account);
[[nodiscard]] Json membership_json(const store::User& user, const store::Account& account);
[[nodiscard]] Json member_json(const store::User& user, const store::Account& account);
// The one role there is: that of the node's user.
[[nodiscard]] Json role_json();
[[nodiscard]] std::string role_id();

}  // namespace brink::control::api
