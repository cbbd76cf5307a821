// Connections to whichever of several addresses answers first: "happy eyeballs", RFC 8305 section 5.
#pragma once

#include "base/error.h"
#include "net/address.h"
#include "net/fd.h"
#include "net/socket.h"
#include "runtime/task.h"

#include <chrono>
#include <span>

namespace brink::net {

enum class ConnectError {
  kNoAddress = 1,  // there was none to connect to
  kRefused,        // nobody listens there
  kUnreachable,    // no route, or a router said so
  kTimeout,        // no answer until the deadline
  kFailed,         // anything else: out of ports, descriptors, permission
};
const ErrorDomain& error_domain(ConnectError);  // the detail is the errno

// What an errno of a connect means.
[[nodiscard]] Error connect_failure(int error_number);

struct ConnectedSocket {
  Fd socket;
  SocketAddress peer;
};

// After this time without an answer the next address is tried as well (RFC 8305 section 8).
inline constexpr std::chrono::milliseconds kConnectionAttemptDelay{250};
// Addresses of one call that are tried; the rest is left out.
inline constexpr std::size_t kMaxConnectAddresses = 16;

// Connects to one of `addresses`. They are tried in their order, but with the families taking turns,
// beginning with the first one's; each when the one before has failed, or has not answered for the attempt
// delay. The first that answers wins and the others are closed. Where all fail, the error of the first that
// tells most: an answer of the far side before a time-out. Cancelling answers WaitError::kCancelled.
// `addresses` stay alive until the task ends.
Task<Result<ConnectedSocket>> connect_any(std::span<const SocketAddress> addresses, Deadline deadline,
                                          ConnectOptions options = {});

}  // namespace brink::net
