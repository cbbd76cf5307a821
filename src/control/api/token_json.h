// API tokens as the API takes and shows them (api.md 3.3). The secret is never in it.
#pragma once

#include "control/api/caller.h"
#include "control/api/json.h"
#include "store/tokens.h"
#include "store/transaction.h"

#include <optional>
#include <string>

namespace brink::control::api {

[[nodiscard]] Json token_json(const store::Token& token, store::Time now);
// "active", "disabled" or "expired".
[[nodiscard]] std::string_view token_status(const store::Token& token, store::Time now);

// What a client says of a token to make or to change; checked.
struct TokenWish {
  std::string name;
  std::string policies;   // JSON, each policy with an id
  std::string condition;  // JSON; empty for none
  store::Time not_before;
  store::Time expires;
  std::optional<bool> disabled;
};

// Who is to have the token: the user, or an account.
struct TokenOwner {
  store::Id id;
  bool is_account = false;
};

// Also whether `caller` may give all that: a token may only grant what its creator has.
[[nodiscard]] Outcome<TokenWish> parse_token_wish(const Json& body, const TokenOwner& owner,
                                                  const Caller& caller, const store::ReadTransaction& read,
                                                  Random& random);
// Whether `caller` may have the secret of a token with these policies.
[[nodiscard]] Outcome<> check_may_hand_on(const Caller& caller, const Policies& policies,
                                          const store::ReadTransaction& read);

}  // namespace brink::control::api
