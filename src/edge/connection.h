// The way of a client's connection from accept() to its protocol: limits, PROXY header, TLS handshake, then
// HTTP/1.1 or HTTP/2 until it ends.
#pragma once

#include "edge/edge_thread.h"

namespace brink::edge {

// Serves one accepted connection to its end. Runs in the thread's group of connections.
Task<void> serve_connection(EdgeThread& thread, net::Fd socket, net::SocketAddress peer, ListenerKind kind);

}  // namespace brink::edge
