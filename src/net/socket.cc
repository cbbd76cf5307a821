#include "net/socket.h"

#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brink::net {
namespace {

struct Native {
  explicit Native(const SocketAddress& address) : size(address.to_native(storage)) {}
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr_storage storage;
  socklen_t size;
};

Result<Fd> make_stream(int family) {
  Fd socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno(errno);
  return socket;
}

// For options that the kernel cannot refuse, or whose absence does no harm.
void set_option(int fd, int level, int option, int value) {
  (void)::setsockopt(fd, level, option, &value, sizeof value);
}

Result<> require_option(int fd, int level, int option, int value) {
  if (::setsockopt(fd, level, option, &value, sizeof value) != 0) return fail_errno(errno);
  return {};
}

Result<> bind_to(int fd, const SocketAddress& address) {
  const Native native(address);
  if (::bind(fd, native.get(), native.size) != 0) return fail_errno(errno);
  return {};
}

// Whether `path` is the socket of a process that no longer listens.
bool is_stale(const SocketAddress& address) {
  struct stat status{};
  if (::lstat(address.path().c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const auto probe = make_stream(AF_UNIX);
  if (!probe) return false;
  const Native native(address);
  return ::connect(probe->get(), native.get(), native.size) != 0 && errno == ECONNREFUSED;
}

Result<> bind_unix(int fd, const SocketAddress& address, mode_t mode) {
  auto bound = bind_to(fd, address);
  if (!bound && bound.error().detail() == EADDRINUSE && is_stale(address)) {
    if (::unlink(address.path().c_str()) != 0) return fail_errno(errno);
    bound = bind_to(fd, address);
  }
  BRINK_TRY(std::move(bound));
  // Nobody can connect before listen(), so it does not matter that the file had another mode for a moment.
  if (::chmod(address.path().c_str(), mode) != 0) return fail_errno(errno);
  return {};
}

Result<> bind_ip(int fd, const SocketAddress& address, const ListenOptions& options) {
  BRINK_TRY(require_option(fd, SOL_SOCKET, SO_REUSEADDR, 1));
  if (options.reuse_port) BRINK_TRY(require_option(fd, SOL_SOCKET, SO_REUSEPORT, 1));
  if (address.family() == AF_INET6)
    BRINK_TRY(require_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, options.ipv6_only ? 1 : 0));
  set_no_delay(fd);  // accepted sockets inherit it (Linux), which saves a call for each
  if (options.keep_alive) set_keep_alive(fd, *options.keep_alive);
  return bind_to(fd, address);
}

Result<SocketAddress> address_of(int fd, int (*ask)(int, sockaddr*, socklen_t*)) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (ask(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return fail_errno(errno);
  const auto address = SocketAddress::from_native(reinterpret_cast<const sockaddr*>(&storage), size);
  if (!address) return fail_errno(EAFNOSUPPORT);
  return *address;
}

}  // namespace

Result<Fd> listen_on(const SocketAddress& address, const ListenOptions& options) {
  Fd socket = BRINK_TRY(make_stream(address.family()));
  if (address.is_unix()) {
    BRINK_TRY(bind_unix(socket.get(), address, options.unix_mode));
  } else {
    BRINK_TRY(bind_ip(socket.get(), address, options));
  }
  if (::listen(socket.get(), options.backlog) != 0) return fail_errno(errno);
  return socket;
}

Result<Fd> start_connect(const SocketAddress& address, const ConnectOptions& options) {
  Fd socket = BRINK_TRY(make_stream(address.family()));
  if (!address.is_unix()) {
    if (options.no_delay) set_no_delay(socket.get());
    if (options.keep_alive) set_keep_alive(socket.get(), *options.keep_alive);
    if (options.source && options.source->is_v4() == address.ip().is_v4()) {
      // The port is chosen at connect, when the destination is known: more connections than ports from one
      // address.
      set_option(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
      BRINK_TRY(bind_to(socket.get(), SocketAddress(*options.source, 0)));
    }
  }
  const Native native(address);
  if (::connect(socket.get(), native.get(), native.size) != 0 && errno != EINPROGRESS && errno != EINTR) {
    return fail_errno(errno);
  }
  return socket;
}

int connect_error(int fd) {
  int error_number = 0;
  socklen_t size = sizeof error_number;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error_number, &size) != 0) return errno;
  return error_number;
}

Result<SocketAddress> local_address(int fd) { return address_of(fd, ::getsockname); }
Result<SocketAddress> peer_address(int fd) { return address_of(fd, ::getpeername); }

void set_no_delay(int fd) { set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1); }

void set_keep_alive(int fd, const KeepAlive& keep_alive) {
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(keep_alive.idle.count()));
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(keep_alive.interval.count()));
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, keep_alive.probes);
}

}  // namespace brink::net
