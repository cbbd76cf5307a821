// What is known of a client's connection, the same for all its requests. Written while the connection is set
// up, read-only afterwards; belongs to the connection.
#pragma once

#include "net/address.h"
#include "runtime/deadline.h"
#include "tls/facts.h"

#include <chrono>
#include <cstdint>

namespace brink::net {
class Transport;
}

namespace brink::http {

struct ConnectionFacts {
  std::uint64_t id = 0;     // unique in this process
  net::SocketAddress peer;  // who connected
  net::SocketAddress local;
  net::SocketAddress client;  // as `peer`, or what a trusted PROXY protocol header said
  TimePoint accepted;
  std::chrono::system_clock::time_point accepted_wall;
  const tls::Facts* tls = nullptr;            // nullptr for plain text
  const net::Transport* transport = nullptr;  // for what the kernel knows of the way to the client
};

}  // namespace brink::http
