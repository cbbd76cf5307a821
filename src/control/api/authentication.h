// From a request's headers to who calls: bearer tokens and the node's keys (api.md 3.1, 3.2).
#pragma once

#include "control/api/caller.h"
#include "control/api/node_keys.h"
#include "http/message.h"
#include "net/address.h"
#include "store/tokens.h"
#include "store/transaction.h"

#include <optional>
#include <string>

namespace brink::control::api {

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

// What kind of call wants to know.
struct Demand {
  bool says_verify = false;          // it asks whether its token is good: unknown ones are 1000 with 401
  bool takes_origin_ca_key = false;  // for other calls that key's header counts as none
};

// Refuses as api.md 3.2 says. Credentials that are there count over none, also for the node's owner: a bearer
// token over the global key, and that over the origin CA's.
[[nodiscard]] Outcome<Authenticated> authenticate(const http::RequestHead& head, const Peer& peer,
                                                  const NodeKeys& keys, const store::ReadTransaction& read,
                                                  store::Time now, Demand demand);

// Whether the request says at all who sends it.
[[nodiscard]] bool has_credentials(const http::RequestHead& head);

// Whether a refusal means that somebody guessed: a token or key that nobody has.
[[nodiscard]] bool is_guess(const ApiError& error);

}  // namespace brink::control::api
