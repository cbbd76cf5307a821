#include "net/tcp_transport.h"

#include <cerrno>

#include <sys/socket.h>

namespace brink::net {

TcpTransport::~TcpTransport() { watch_.detach(); }

Io TcpTransport::try_read(std::span<char> into) {
  if (!watch_.may_read()) return Io::would_block();
  ssize_t got = 0;
  do {
    got = ::recv(socket_.get(), into.data(), into.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    if (static_cast<std::size_t>(got) < into.size()) watch_.clear_readable();
    return Io::done(static_cast<std::size_t>(got));
  }
  if (got == 0) return Io::end();
  if (errno == EAGAIN) {
    watch_.clear_readable_after_would_block();
    return Io::would_block();
  }
  return Io::failed(errno);
}

Io TcpTransport::try_write(std::span<const iovec> pieces) {
  if (!watch_.may_write()) return Io::would_block();
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) {
    std::size_t offered = 0;
    for (const iovec& piece : pieces) offered += piece.iov_len;
    // Fewer than all: the send buffer is full, and the kernel will say when it no longer is. Saves the call
    // that says so.
    if (static_cast<std::size_t>(sent) < offered) watch_.clear_writable();
    return Io::done(static_cast<std::size_t>(sent));
  }
  if (errno == EAGAIN) {
    watch_.clear_writable();
    return Io::would_block();
  }
  return Io::failed(errno);
}

void TcpTransport::shutdown_write() { ::shutdown(socket_.get(), SHUT_WR); }

void TcpTransport::reset_on_close() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace brink::net
