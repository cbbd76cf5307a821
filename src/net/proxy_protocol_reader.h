// Reads the PROXY header off a fresh connection and leaves the bytes after it in the socket.
#pragma once

#include "net/proxy_protocol.h"
#include "net/transport.h"
#include "runtime/task.h"

namespace brink::net {

// `plain` is an attached transport without TLS from which nothing has been read. The bytes are looked at with
// MSG_PEEK and only the header's are taken, so that a TLS transport can take the socket over afterwards.
Task<Result<ProxyHeader>> read_proxy_header(Transport& plain, Deadline deadline);

}  // namespace brink::net
