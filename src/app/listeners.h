// The sockets that Brink listens on. The supervisor binds them, keeps them while roles come and go, and hands
// duplicates to the roles and the whole set to a new program, so that no connection is refused in between.
#pragma once

#include "config/config.h"
#include "net/address.h"
#include "net/fd.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace brink::app {

struct ListenerSet {
  // What a socket is for, by which a role knows it: "http", "https" (the edge), "control".
  struct Key {
    std::string purpose;
    std::string address;  // as net::SocketAddress writes it
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  // One socket for each thread of the role, all bound to the same address with SO_REUSEPORT; one for a Unix
  // path.
  std::map<Key, std::vector<net::Fd>> sockets;
};

// Binds what `config` asks for and `set` does not have, and only when all of that worked closes what is no
// longer asked for. Otherwise leaves `set` as it was; the errors say which address and why.
[[nodiscard]] std::vector<std::string> bind_listeners(const config::Config& config, std::uint32_t threads,
                                                      ListenerSet& set);

// config.node.threads, or one per core.
[[nodiscard]] std::uint32_t thread_count(const config::Config& config);

}  // namespace brink::app
