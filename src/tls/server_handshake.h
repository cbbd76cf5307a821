// What a server needs to know of a connection while its handshake runs. Lives in the handshake, and is
// reached from OpenSSL's callbacks by the wire. For the files of this room alone.
#pragma once

#include "tls/facts.h"
#include "tls/server_contexts.h"

#include <cstddef>
#include <memory>
#include <string>

namespace brink::tls {

struct ServerHandshake {
  const ServerContexts& contexts;
  bool hello_seen = false;     // the first ClientHello; after a HelloRetryRequest there is a second
  bool hello_refused = false;  // it could not be read
  std::string server_name;     // in lower case; empty where there was none that could be a host's
  Offer offer = Offer::kAny;
  std::string ja3;
  std::string ja4;
  HelloFacts hello;
  std::shared_ptr<const ServerEntry> entry;  // chosen, once the ClientHello has been seen
};

}  // namespace brink::tls
