// Addresses and places that tests of sockets use.
#pragma once

#include "base/assert.h"
#include "net/address.h"
#include "net/socket.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <poll.h>

namespace brink::net {

// A free port of the machine itself.
inline SocketAddress loopback_v4() { return {IpAddress::v4(0x7f000001), 0}; }
inline SocketAddress loopback_v6() { return {IpAddress::parse("::1").value(), 0}; }

class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_((std::filesystem::temp_directory_path() / "brink-test-XXXXXX").string()) {
    BRINK_ASSERT(::mkdtemp(path_.data()) != nullptr);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// An address whose port was free a moment ago: connections to it are refused.
inline SocketAddress refusing_address(const SocketAddress& where = loopback_v4()) {
  const auto socket = listen_on(where).value();
  return local_address(socket.get()).value();
}

// An address that does not answer at all: a listener that accepts nobody, with its queue full, so that the
// kernel drops whatever else comes.
class SilentAddress {
 public:
  explicit SilentAddress(const SocketAddress& where = loopback_v4())
      : listening_(listen_on(where, {.backlog = 0}).value()) {
    for (bool full = false; !full;) {
      queued_.push_back(start_connect(address()).value());
      pollfd poll{.fd = queued_.back().get(), .events = POLLOUT, .revents = 0};
      full = ::poll(&poll, 1, 200) == 0;
    }
  }
  [[nodiscard]] SocketAddress address() const { return local_address(listening_.get()).value(); }

 private:
  Fd listening_;
  std::vector<Fd> queued_;
};

}  // namespace brink::net
