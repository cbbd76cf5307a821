// One byte stream to a peer: TCP or Unix plainly (net/tcp_transport.h), or TLS over it (tls/tls_transport.h).
// All protocol code reads and writes through this. Calls never block and never suspend: one tries, and where
// nothing can be done now, waits on the watch:
//
//   for (;;) {
//     Io io = transport.try_read(buffer);
//     if (io.status != Io::Status::kWouldBlock) break;
//     BRINK_CO_TRY(co_await transport.watch().readable(deadline));
//   }
//
// Always try before waiting: a TLS transport may hold bytes that the socket no longer has. Belongs to one
// loop, and moves to another only while nobody waits (detach, then attach). Reading and writing may be waited
// for at the same time by two coroutines.
#pragma once

#include "base/error.h"
#include "net/address.h"
#include "runtime/fd_watch.h"

#include <cstddef>
#include <span>

#include <sys/uio.h>

namespace brink::net {

struct Io {
  enum class Status : unsigned char {
    kDone,        // `bytes` > 0 were moved
    kWouldBlock,  // nothing now: wait on the watch
    kEnd,         // the peer has ended its direction in an orderly way (reads only)
    kFailed,      // the connection is broken; `error_number` says how (an errno; EPROTO for a TLS failure)
  };
  Status status = Status::kWouldBlock;
  std::size_t bytes = 0;
  int error_number = 0;

  [[nodiscard]] static Io done(std::size_t bytes) { return {Status::kDone, bytes, 0}; }
  [[nodiscard]] static Io would_block() { return {}; }
  [[nodiscard]] static Io end() { return {Status::kEnd, 0, 0}; }
  [[nodiscard]] static Io failed(int error_number) { return {Status::kFailed, 0, error_number}; }
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Reads what is there now. A result shorter than `into` means that there is no more for now.
  virtual Io try_read(std::span<char> into) = 0;
  // Takes bytes from the front of `pieces`; may take fewer than all. A TLS transport may have taken bytes
  // whose records are not yet in the kernel: see has_unsent().
  virtual Io try_write(std::span<const iovec> pieces) = 0;
  // Whether bytes that were taken still wait to go to the kernel; try_flush() pushes them (kDone when all are
  // out).
  [[nodiscard]] virtual bool has_unsent() const = 0;
  virtual Io try_flush() = 0;
  // Ends our direction after what was written (TLS: close_notify, then FIN); the peer may go on sending.
  virtual void shutdown_write() = 0;
  // Whether try_read would give bytes although the socket has none.
  [[nodiscard]] virtual bool has_buffered_input() const = 0;

  [[nodiscard]] virtual FdWatch& watch() = 0;
  [[nodiscard]] virtual int fd() const = 0;
  virtual void detach() = 0;
  virtual Result<> attach(Loop& loop) = 0;

  // Closes with RST instead of FIN when the transport dies: for peers that must not think the end was
  // orderly.
  virtual void reset_on_close() = 0;
};

}  // namespace brink::net
