// From a request's headers to who calls: bearer tokens and the node's global key (api.md 3.1, 3.2).
#pragma once

#include "control/api/caller.h"
#include "http/message.h"
#include "net/address.h"
#include "store/tokens.h"
#include "store/transaction.h"

#include <optional>
#include <string>

namespace brink::control::api {

// The node's global key, where brink.toml names one: of it, too, only the hash is kept.
struct GlobalKey {
  store::TokenHash hash{};
};

struct Peer {
  bool is_node_owner = false;  // came by the Unix socket, as the owner of data_dir or root
  net::IpAddress address;
  std::string text;  // of the address, as logs show it
};

struct Authenticated {
  Caller caller;
  // The token's last_used is more than an hour behind and wants to be written.
  bool note_use = false;
};

// Refuses as api.md 3.2 says. `says_verify`: the call asks whether the token is good, for which unknown ones
// are 1000 with 401. Credentials that are there count over none, and a bearer token over the key, also for
// the node's owner.
[[nodiscard]] Outcome<Authenticated> authenticate(const http::RequestHead& head, const Peer& peer,
                                                  const std::optional<GlobalKey>& global_key,
                                                  const store::ReadTransaction& read, store::Time now,
                                                  bool says_verify);

// Whether the request says at all who sends it.
[[nodiscard]] bool has_credentials(const http::RequestHead& head);

// Whether a refusal means that somebody guessed: a token or key that nobody has.
[[nodiscard]] bool is_guess(const ApiError& error);

}  // namespace brink::control::api
