// What a client's connection keeps besides OpenSSL's object: sessions come long after the handshake
// (TLS 1.3). Reached from OpenSSL's callbacks by the wire. For the files of this room alone.
#pragma once

#include "tls/client_context.h"

#include <memory>

namespace brink::tls {

struct ClientSide {
  std::shared_ptr<ClientContext> context;
  ClientTarget target;
};

}  // namespace brink::tls
