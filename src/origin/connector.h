// Makes one new connection to an origin: name to addresses, TCP by happy eyeballs, PROXY header, TLS.
#pragma once

#include "http/connection_facts.h"
#include "http/exchange.h"
#include "net/fd.h"
#include "net/resolver.h"
#include "net/transport.h"
#include "origin/origin.h"
#include "runtime/task.h"

#include <memory>
#include <string>
#include <string_view>

namespace brink::origin {

// What a request needs of its connection.
struct Need {
  std::string_view sni;
  bool http1 = false;  // an upgrade: not over HTTP/2
  bool fresh = false;  // not one that has been lying in the pool
  const http::ConnectionFacts& client;
};

struct Connected {
  std::unique_ptr<net::Transport> transport;  // attached to the loop
  net::SocketAddress address;
  bool speaks_http2 = false;
};

class Connector {
 public:
  Connector(Loop& loop, net::Resolver& resolver) : loop_(loop), resolver_(resolver) {}

  // Within the origin's connect_timeout in all. `facts` gets the times.
  Task<Result<Connected>> connect(const Origin& origin, const Need& need, http::OriginFacts& facts);

 private:
  Task<Result<net::Fd>> open_socket(const Settings& settings, Deadline deadline, net::SocketAddress& address);

  Loop& loop_;
  net::Resolver& resolver_;
  std::size_t next_address_ = 0;
};

}  // namespace brink::origin
