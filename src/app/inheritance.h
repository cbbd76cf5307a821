// What a supervisor leaves to the program that replaces it by exec: the sockets, the roles that still run,
// the secrets that both must share. Descriptors are inherited under their numbers.
#pragma once

#include "app/listeners.h"
#include "net/fd.h"

#include <optional>
#include <string>
#include <vector>

namespace brink::app {

struct Inheritance {
  struct OldRole {
    std::string name;
    int pid = 0;
    net::Fd channel;
  };
  struct OldSegment {
    std::string role;
    net::Fd memory;
  };

  std::uint64_t generation = 0;  // of the configuration last given to the roles
  std::uint64_t upgrades = 0;    // programs that ran under this process id before
  ListenerSet listeners;
  std::vector<OldRole> roles;
  std::vector<OldSegment> segments;  // metrics, of roles that run and of those that have ended
  net::Fd log_sender;
  net::Fd log_receiver;
  net::Fd lock;

  // Makes the descriptors survive exec and answers one that holds all of this.
  [[nodiscard]] net::Fd leave() const;
  // Nothing where `descriptor` holds no inheritance. Descriptors close on exec again.
  [[nodiscard]] static std::optional<Inheritance> take(net::Fd descriptor);
};

}  // namespace brink::app
