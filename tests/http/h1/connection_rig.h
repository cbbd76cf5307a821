// A connection over real TCP on a loop whose time the test owns: one end is Brink's transport, the other is
// the test's.
#pragma once

#include "net/fd.h"
#include "net/tcp_transport.h"
#include "runtime/loop.h"
#include "runtime/task_group.h"

#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

namespace brink::http::h1 {

inline std::pair<net::Fd, net::Fd> tcp_pair(int receive_buffer = 0) {
  net::Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  BRINK_ASSERT(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  BRINK_ASSERT(::listen(listener.get(), 1) == 0);
  BRINK_ASSERT(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  net::Fd far(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (receive_buffer > 0)
    ::setsockopt(far.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  BRINK_ASSERT(::connect(far.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  net::Fd near(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  for (int fd : {near.get(), far.get()}) {
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  return {std::move(near), std::move(far)};
}

// Passes everything on to TCP and counts the calls, for there is a price on each.
class CountingTransport final : public net::Transport {
 public:
  struct Counts {
    int reads = 0;
    int empty_reads = 0;  // system calls that found nothing
    int writes = 0;
  };

  CountingTransport(net::Fd socket, Counts& counts) : inner_(std::move(socket)), counts_(counts) {}

  net::Io try_read(std::span<char> into) override {
    const bool reaches_the_kernel = inner_.watch().may_read();
    const net::Io io = inner_.try_read(into);
    if (reaches_the_kernel)
      ++(io.status == net::Io::Status::kWouldBlock ? counts_.empty_reads : counts_.reads);
    return io;
  }
  net::Io try_write(std::span<const iovec> pieces) override {
    if (inner_.watch().may_write()) ++counts_.writes;
    return inner_.try_write(pieces);
  }
  [[nodiscard]] bool has_unsent() const override { return inner_.has_unsent(); }
  net::Io try_flush() override { return inner_.try_flush(); }
  void shutdown_write() override { inner_.shutdown_write(); }
  [[nodiscard]] bool has_buffered_input() const override { return inner_.has_buffered_input(); }
  [[nodiscard]] FdWatch& watch() override { return inner_.watch(); }
  [[nodiscard]] int fd() const override { return inner_.fd(); }
  void detach() override { inner_.detach(); }
  Result<> attach(Loop& loop) override { return inner_.attach(loop); }
  void reset_on_close() override { inner_.reset_on_close(); }

 private:
  net::TcpTransport inner_;
  Counts& counts_;
};

class Rig {
 public:
  explicit Rig(int receive_buffer = 0) {
    auto [near, far] = tcp_pair(receive_buffer);
    near_ = std::move(near);
    far_ = std::move(far);
  }

  [[nodiscard]] std::unique_ptr<net::Transport> transport() {
    auto transport = std::make_unique<CountingTransport>(std::move(near_), counts);
    EXPECT_TRUE(transport->attach(loop).has_value());
    return transport;
  }

  // One turn that does not wait.
  void turn() { loop.run_once(Deadline::at(loop.now())); }
  // Turns until `happens`; the deadline is in real time, and only there for tests that fail.
  bool turn_until(const std::function<bool()>& happens) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!happens()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      receive();
      turn();
    }
    return true;
  }
  // Turns for as long as bytes move: for what must not happen.
  void settle() {
    for (int quiet = 0; quiet < 20;) {
      const std::size_t before = received.size();
      turn();
      receive();
      quiet = received.size() == before ? quiet + 1 : 0;
    }
  }
  void advance(Duration duration) {
    time.advance(duration);
    turn();
    settle();
  }

  // --- the test's end ---
  void send(std::string_view bytes) {
    const bool all = turn_until([&] {
      const ssize_t sent = ::send(far_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      return bytes.empty() || (sent < 0 && errno != EAGAIN);
    });
    ASSERT_TRUE(all);
    turn();
  }
  void half_close() {
    ::shutdown(far_.get(), SHUT_WR);
    settle();
  }
  void reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(far_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    far_.reset();
    settle();
  }
  void close() { far_.reset(); }
  // Takes what has come; at most so much that a test can leave the rest.
  void receive() {
    if (holds_back || !far_) return;
    char bytes[65536];
    for (;;) {
      const ssize_t got = ::recv(far_.get(), bytes, sizeof bytes, 0);
      if (got > 0) {
        received.append(bytes, static_cast<std::size_t>(got));
        continue;
      }
      if (got == 0) ended = true;
      if (got < 0 && errno == ECONNRESET) was_reset = true;
      return;
    }
  }
  // Whether just that comes, and then nothing.
  testing::AssertionResult receives(std::string_view expected) {
    turn_until([&] { return received.size() >= expected.size() || ended || was_reset; });
    settle();
    if (received != expected) {
      return testing::AssertionFailure() << "received\n" << received << "\ninstead of\n" << expected;
    }
    received.clear();
    return testing::AssertionSuccess();
  }
  testing::AssertionResult receives_something_with(std::string_view part) {
    if (turn_until([&] { return received.contains(part) || ended || was_reset; }) &&
        received.contains(part)) {
      return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << "received\n" << received << "\nwithout\n" << part;
  }
  bool sees_end() {
    return turn_until([&] { return ended || was_reset; }) && !was_reset;
  }
  bool sees_reset() {
    return turn_until([&] { return ended || was_reset; }) && was_reset;
  }

  ManualTime time;
  Loop loop{time};
  CountingTransport::Counts counts;
  std::string received;
  bool ended = false;
  bool was_reset = false;
  bool holds_back = false;  // does not read

 private:
  net::Fd near_;
  net::Fd far_;
};

}  // namespace brink::http::h1
