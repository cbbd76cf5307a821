// Messages between the processes of a node: bytes and file descriptors over a Unix SOCK_SEQPACKET pair. This
// is what the supervisor and the roles talk over. The other side may be a sandbox that has been taken over:
// whatever it sends is bounded, and a descriptor that arrives is owned by whoever receives the message, or
// closed.
#pragma once

#include "base/error.h"
#include "base/fd.h"
#include "runtime/fd_watch.h"
#include "runtime/task.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brink {

enum class MessageError {
  kClosed = 1,  // the other side has closed its end, or died
  kTooLarge,    // more bytes or descriptors than a message holds
  kEmpty,       // a message has at least one byte
  kLostFds,     // descriptors were sent that we could not take: our own limit of open files
};
const ErrorDomain& error_domain(MessageError);

struct Message {
  std::string bytes;
  std::vector<Fd> fds;  // close-on-exec
};

// One end. Belongs to one loop; one sender and one receiver at a time.
class MessageChannel {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024;
  static constexpr std::size_t kMaxFds = 250;  // the kernel takes 253

  // Two connected ends, close-on-exec and non-blocking; give one to a child with InheritedFd.
  [[nodiscard]] static Result<std::pair<Fd, Fd>> make_pair();

  // Takes over an end, one's own or one that was inherited. An end that cannot be watched is closed, and the
  // channel answers as where the other side has gone.
  MessageChannel(Loop& loop, Fd end);
  MessageChannel(const MessageChannel&) = delete;
  MessageChannel& operator=(const MessageChannel&) = delete;

  // Whether the other side has gone; messages it sent before may still be received.
  [[nodiscard]] bool saw_hangup() const { return watch_.saw_hangup(); }
  [[nodiscard]] int fd() const { return end_.get(); }

  // Answers when the kernel has the message. The descriptors are duplicated: the caller keeps its own. Waits
  // while the other side is slow to receive. `bytes` has at least one.
  Task<Result<>> send(std::string_view bytes, std::span<const int> fds, Deadline deadline);
  Task<Result<Message>> receive(Deadline deadline);
  // Gives the end away, to be used by another program. Nobody may be waiting.
  [[nodiscard]] Fd release();

 private:
  Fd end_;
  FdWatch watch_;
};

}  // namespace brink
