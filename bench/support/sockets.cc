#include "support/sockets.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace brink::bench {
namespace {

constexpr int kBacklog = 4096;

sockaddr_in loopback(long port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void turn_on(int fd, int level, int option) {
  const int yes = 1;
  if (::setsockopt(fd, level, option, &yes, sizeof yes) != 0) die("setsockopt");
}

Socket new_socket() {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.fd() < 0) die("socket");
  return socket;
}

Moved moved(ssize_t result) {
  if (result > 0) return {Io::kDone, static_cast<std::size_t>(result)};
  if (result < 0 && (errno == EAGAIN || errno == EINTR)) return {Io::kBlocked, 0};
  return {Io::kClosed, 0};
}

}  // namespace

void die(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

void Socket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Socket listen_on_loopback(long port) {
  Socket socket = new_socket();
  turn_on(socket.fd(), SOL_SOCKET, SO_REUSEADDR);
  turn_on(socket.fd(), IPPROTO_TCP, TCP_NODELAY);
  const sockaddr_in address = loopback(port);
  if (::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) die("bind");
  if (::listen(socket.fd(), kBacklog) != 0) die("listen");
  return socket;
}

Socket connect_to_loopback(long port) {
  Socket socket = new_socket();
  turn_on(socket.fd(), IPPROTO_TCP, TCP_NODELAY);
  const sockaddr_in address = loopback(port);
  const int result = ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (result != 0 && errno != EINPROGRESS) die("connect");
  return socket;
}

// TCP_NODELAY is inherited from the listener, which saves a system call a connection.
Socket accept_from(const Socket& listener) {
  Socket socket(::accept4(listener.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.fd() < 0 && errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) die("accept4");
  return socket;
}

Moved receive_some(int fd, std::span<char> into) { return moved(::recv(fd, into.data(), into.size(), 0)); }

Moved send_some(int fd, std::string_view bytes) {
  return moved(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

}  // namespace brink::bench
