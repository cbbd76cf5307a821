// The server side of an HTTP/2 connection (RFC 9113, 9218, 8441): many requests at once from one client, each
// served by its own task.
//
// run() drives the connection: one coroutine reads, one writes, and a group holds the tasks of the streams. A
// client that has gone cancels them all. Belongs to the loop that runs it; the service and the facts outlive
// it.
#pragma once

#include "http/server.h"
#include "net/transport.h"
#include "runtime/task.h"

#include <memory>
#include <string_view>

namespace brink::http::h2 {

class ServerSession {
 public:
  // `transport` is attached to `loop`.
  ServerSession(std::unique_ptr<net::Transport> transport, const ConnectionFacts& facts, Service& service,
                const ServerLimits& limits, const ServerTimeouts& timeouts, Loop& loop);
  ~ServerSession();
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  // Serves until the connection has ended, whoever ends it. `already_read`: what was read of the connection
  // before it was known to be HTTP/2. Cancelling ends it at once and without a word.
  Task<void> run(std::string_view already_read = {});

  // Takes no more requests: says GOAWAY, lets those under way finish, and then ends. Any number of times.
  void drain();
  [[nodiscard]] std::size_t open_streams() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace brink::http::h2
