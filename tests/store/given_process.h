// Another process that uses the store: a fork of the test, made before the test has threads or an environment
// of its own.
#pragma once

#include "base/assert.h"

#include <cerrno>
#include <csignal>
#include <functional>
#include <optional>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace brink::store {

class GivenProcess {
 public:
  // `body` runs in the process; it talks to the test by the two ends it is given.
  explicit GivenProcess(const std::function<void(int in, int out)>& body) {
    int to[2], from[2];
    BRINK_ASSERT(::pipe2(to, O_CLOEXEC) == 0 && ::pipe2(from, O_CLOEXEC) == 0);
    pid_ = ::fork();
    BRINK_ASSERT(pid_ >= 0);
    if (pid_ == 0) {
      ::close(to[1]);
      ::close(from[0]);
      body(to[0], from[1]);
      ::_exit(0);  // no destructors of what the test has
    }
    ::close(to[0]);
    ::close(from[1]);
    in_ = from[0];
    out_ = to[1];
  }
  GivenProcess(const GivenProcess&) = delete;
  GivenProcess& operator=(const GivenProcess&) = delete;
  ~GivenProcess() {
    kill();
    ::close(in_);
    ::close(out_);
  }

  [[nodiscard]] pid_t pid() const { return pid_; }

  void send(char what) { BRINK_ASSERT(::write(out_, &what, 1) == 1); }
  // The next bytes of the process; nothing when it has ended, or has said nothing for `patience`.
  template <class T>
  std::optional<T> receive(int patience_ms = 30'000) {
    pollfd descriptor{.fd = in_, .events = POLLIN};
    if (::poll(&descriptor, 1, patience_ms) <= 0) return std::nullopt;
    T value;
    // The process writes whole values, and a pipe keeps them whole.
    if (::read(in_, &value, sizeof value) != static_cast<ssize_t>(sizeof value)) return std::nullopt;
    return value;
  }
  void kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
};

// In the process: waits for a byte of the test.
inline char wait_for_byte(int in) {
  char byte = 0;
  return ::read(in, &byte, 1) == 1 ? byte : '\0';
}

}  // namespace brink::store
