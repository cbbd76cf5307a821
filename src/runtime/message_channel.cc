#include "runtime/message_channel.h"

#include "runtime/loop.h"

#include <cerrno>
#include <cstring>
#include <optional>

#include <sys/socket.h>

namespace brink {
namespace {

class MessageDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "message"; }
  std::string message(int code, std::int64_t) const override {
    switch (static_cast<MessageError>(code)) {
      case MessageError::kClosed: return "the other process has closed the channel";
      case MessageError::kTooLarge: return "too many bytes or descriptors for one message";
      case MessageError::kEmpty: return "a message has at least one byte";
      case MessageError::kLostFds:
        return "descriptors of a message could not be taken: too many open files, or too many sent";
    }
    return "unknown";
  }
};

constexpr MessageDomain kMessageDomain;

constexpr std::size_t kControlBytes = CMSG_SPACE(MessageChannel::kMaxFds * sizeof(int));

// Nothing where it would have to wait.
std::optional<Result<>> try_send(int end, std::string_view bytes, std::span<const int> fds) {
  alignas(cmsghdr) char control[kControlBytes];
  iovec piece{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
  }
  while (::sendmsg(end, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    switch (errno) {
      case EINTR: continue;
      case EAGAIN: return std::nullopt;
      case EMSGSIZE: return fail(MessageError::kTooLarge);
      case EPIPE:
      case ECONNRESET: return fail(MessageError::kClosed);
      default: return fail_errno(errno);
    }
  }
  return Result<>{};
}

void take_fds(msghdr& message, std::vector<Fd>& into) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      into.emplace_back(fd);
    }
  }
}

// Nothing where no message is there.
std::optional<Result<Message>> try_receive(int end) {
  char bytes[MessageChannel::kMaxBytes];
  alignas(cmsghdr) char control[kControlBytes];
  iovec piece{.iov_base = bytes, .iov_len = sizeof bytes};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  ssize_t got = 0;
  do {
    got = ::recvmsg(end, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    if (errno == EAGAIN) return std::nullopt;
    if (errno == ECONNRESET) return fail(MessageError::kClosed);
    return fail_errno(errno);
  }
  Message message;
  take_fds(header, message.fds);
  if (got == 0) return fail(MessageError::kClosed);
  if ((header.msg_flags & MSG_TRUNC) != 0) return fail(MessageError::kTooLarge);
  if ((header.msg_flags & MSG_CTRUNC) != 0) return fail(MessageError::kLostFds);
  message.bytes.assign(bytes, static_cast<std::size_t>(got));
  return message;
}

}  // namespace

const ErrorDomain& error_domain(MessageError) { return kMessageDomain; }

Result<std::pair<Fd, Fd>> MessageChannel::make_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
    return fail_errno(errno);
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

MessageChannel::MessageChannel(Loop& loop, Fd end) : end_(std::move(end)) {
  if (!watch_.attach(loop, end_.get())) end_.reset();
}

Task<Result<>> MessageChannel::send(std::string_view bytes, std::span<const int> fds, Deadline deadline) {
  if (bytes.empty()) co_return fail(MessageError::kEmpty);
  if (bytes.size() > kMaxBytes || fds.size() > kMaxFds) co_return fail(MessageError::kTooLarge);
  for (;;) {
    if (!end_) co_return fail(MessageError::kClosed);
    if (auto sent = try_send(end_.get(), bytes, fds)) co_return *sent;
    watch_.clear_writable();
    BRINK_CO_TRY(co_await watch_.writable(deadline));
  }
}

Task<Result<Message>> MessageChannel::receive(Deadline deadline) {
  for (;;) {
    if (!end_) co_return fail(MessageError::kClosed);
    if (auto received = try_receive(end_.get())) co_return *std::move(received);
    watch_.clear_readable_after_would_block();
    BRINK_CO_TRY(co_await watch_.readable(deadline));
  }
}

Fd MessageChannel::release() {
  watch_.detach();
  return std::move(end_);
}

}  // namespace brink
