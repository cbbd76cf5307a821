#include "control/local_socket.h"

#include "net/address.h"
#include "net/socket.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace brink::control {
namespace {

constexpr const char* kName = "control.sock";

}  // namespace

std::string local_socket_path(const std::string& data_dir) { return data_dir + "/" + kName; }

Result<net::Fd> listen_locally(const std::string& data_dir) {
  // By way of the open directory: the path of a Unix socket may have 107 bytes only.
  const net::Fd directory(::open(data_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return fail_errno(errno);
  if (::unlinkat(directory.get(), kName, 0) != 0 && errno != ENOENT) return fail_errno(errno);
  return net::listen_on(
      net::SocketAddress::unix_path(fmt::format("/proc/self/fd/{}/{}", directory.get(), kName)),
      {.unix_mode = 0600});
}

bool is_owner(int connection, const std::string& data_dir) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  struct stat directory{};
  return peer.uid == 0 || (::stat(data_dir.c_str(), &directory) == 0 && directory.st_uid == peer.uid);
}

}  // namespace brink::control
