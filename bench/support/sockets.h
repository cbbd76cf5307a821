// Loopback TCP sockets, all non-blocking and without Nagle's delay.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <netinet/in.h>

namespace brink::bench {

// Ends the process: says what failed and errno's words. For what cannot fail on a sane machine.
[[noreturn]] void die(const char* what);

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  [[nodiscard]] int fd() const { return fd_; }
  void close();

 private:
  int fd_ = -1;
};

[[nodiscard]] Socket listen_on_loopback(long port);

// Starts to connect; the socket turns writable when it is connected or has failed.
[[nodiscard]] Socket connect_to_loopback(long port);

// The next waiting connection, or a socket with fd -1 when none waits.
[[nodiscard]] Socket accept_from(const Socket& listener);

enum class Io { kDone, kBlocked, kClosed };

// One recv or send. `count` is what was moved; zero unless `state` is kDone.
struct Moved {
  Io state;
  std::size_t count;
};
[[nodiscard]] Moved receive_some(int fd, std::span<char> into);
[[nodiscard]] Moved send_some(int fd, std::string_view bytes);

}  // namespace brink::bench
