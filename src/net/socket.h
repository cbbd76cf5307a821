// Sockets: how they are made, and what they are asked. All are close-on-exec and non-blocking.
#pragma once

#include "base/error.h"
#include "net/address.h"
#include "net/fd.h"

#include <chrono>
#include <optional>

#include <sys/types.h>

namespace brink::net {

struct KeepAlive {
  std::chrono::seconds idle{60};      // before the first probe
  std::chrono::seconds interval{15};  // between probes
  int probes = 4;                     // unanswered ones that end the connection
};

struct ListenOptions {
  int backlog = 4096;       // connections that wait to be accepted; the kernel's somaxconn bounds it
  bool reuse_port = false;  // several sockets on one address, one per loop: the kernel spreads connections
  bool ipv6_only = true;    // [::]:80 takes no IPv4
  mode_t unix_mode = 0660;  // of the socket's file
  std::optional<KeepAlive> keep_alive = KeepAlive{};  // of the accepted connections
};  // of the accepted connections

// A listening socket, whose accepted connections have TCP_NODELAY set. A Unix path on which nobody listens
// any more (the file of a process that died) is replaced; one on which somebody listens, or that is no
// socket, is EADDRINUSE.
[[nodiscard]] Result<Fd> listen_on(const SocketAddress& address, const ListenOptions& options = {});

struct ConnectOptions {
  std::optional<IpAddress> source;  // to connect from; tried only for addresses of its family
  bool no_delay = true;
  std::optional<KeepAlive> keep_alive = KeepAlive{};
};

// A socket whose connection to `address` has been begun. It is there when the socket is writable and
// connect_error() is 0. An error where it failed on the spot.
[[nodiscard]] Result<Fd> start_connect(const SocketAddress& address, const ConnectOptions& options = {});
// The outcome of a connect (0, or its errno); takes it off the socket.
[[nodiscard]] int connect_error(int fd);

[[nodiscard]] Result<SocketAddress> local_address(int fd);
[[nodiscard]] Result<SocketAddress> peer_address(int fd);

// Small writes go out at once (TCP_NODELAY). Does nothing to a Unix socket.
void set_no_delay(int fd);
void set_keep_alive(int fd, const KeepAlive& keep_alive);

}  // namespace brink::net
