#include "net/tcp_transport.h"

#include "tests/net/loopback.h"
#include "tests/runtime/run_task.h"

#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include <poll.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

namespace brink::net {
namespace {

using Status = Io::Status;

// Two transports that are connected over TCP.
struct Connection {
  Connection() {
    const Fd listening = listen_on(loopback_v4()).value();
    Fd client = start_connect(local_address(listening.get()).value()).value();
    pollfd poll{.fd = listening.get(), .events = POLLIN, .revents = 0};
    BRINK_ASSERT(::poll(&poll, 1, 10'000) == 1);
    near.emplace(Fd(::accept4(listening.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)));
    far.emplace(std::move(client));
    BRINK_ASSERT(near->attach(loop) && far->attach(loop));
    loop.run_once(Deadline::at(loop.now()));
  }
  void turn() { loop.run_once(loop.after(std::chrono::milliseconds(1))); }

  Loop loop;
  std::optional<TcpTransport> near, far;
};

Io write(Transport& transport, std::string_view first, std::string_view second = {}) {
  const std::array<iovec, 2> pieces{iovec{const_cast<char*>(first.data()), first.size()},
                                    iovec{const_cast<char*>(second.data()), second.size()}};
  return transport.try_write(pieces);
}

// Reads as protocol code does: tries first, waits where there is nothing.
Task<std::string> read_until_end(Transport& transport, std::optional<Io>& last) {
  std::string text;
  for (;;) {
    std::array<char, 4096> bytes{};
    const Io io = transport.try_read(bytes);
    if (io.status == Status::kDone) {
      text.append(bytes.data(), io.bytes);
    } else if (io.status != Status::kWouldBlock) {
      last = io;
      co_return text;
    } else if (!co_await transport.watch().readable(Deadline::never())) {
      co_return text;
    }
  }
}

TEST(TcpTransport, WritesPiecesInOneCallAndReadsThem) {
  Connection connection;
  const Io written = write(*connection.near, "hello ", "world");
  EXPECT_EQ(written.status, Status::kDone);
  EXPECT_EQ(written.bytes, 11U);
  connection.near->shutdown_write();
  std::optional<Io> last;
  EXPECT_EQ(run_task(connection.loop, read_until_end(*connection.far, last)), "hello world");
  EXPECT_EQ(last->status, Status::kEnd);
}

TEST(TcpTransport, AsksTheKernelNothingWhereItHasSaidThatNothingIsThere) {
  Connection connection;
  std::array<char, 100> bytes{};
  EXPECT_EQ(connection.far->try_read(bytes).status, Status::kWouldBlock);
  EXPECT_EQ(write(*connection.near, "x").status, Status::kDone);
  run_until(connection.loop, [&] { return connection.far->watch().may_read(); });
  EXPECT_EQ(connection.far->try_read(bytes).bytes, 1U);
  EXPECT_FALSE(connection.far->watch().may_read()) << "fewer bytes than asked for: there are no more";
}

TEST(TcpTransport, APartialWriteSaysThatTheBufferIsFullAndRoomIsSeenLater) {
  Connection connection;
  const std::string block(8'000'000, 'x');
  std::size_t sent = 0;
  Io io = write(*connection.near, block);
  for (; io.status == Status::kDone; io = write(*connection.near, block)) sent += io.bytes;
  EXPECT_EQ(io.status, Status::kWouldBlock);
  EXPECT_FALSE(connection.near->watch().may_write());

  std::size_t received = 0;
  std::string into(1'000'000, '\0');
  run_until(connection.loop, [&] {
    for (Io got = connection.far->try_read(into); got.status == Status::kDone;
         got = connection.far->try_read(into))
      received += got.bytes;
    return received == sent;
  });
  run_until(connection.loop, [&] { return connection.near->watch().may_write(); });
  EXPECT_EQ(write(*connection.near, "more").bytes, 4U);
}

TEST(TcpTransport, OneSideMayEndWhileTheOtherGoesOn) {
  Connection connection;
  connection.near->shutdown_write();
  std::optional<Io> last;
  EXPECT_EQ(run_task(connection.loop, read_until_end(*connection.far, last)), "");
  EXPECT_EQ(last->status, Status::kEnd);
  EXPECT_EQ(write(*connection.far, "still here").status, Status::kDone);
  connection.far->shutdown_write();
  EXPECT_EQ(run_task(connection.loop, read_until_end(*connection.near, last)), "still here");
}

TEST(TcpTransport, CanMakeItsPeerSeeThatTheEndWasNotOrderly) {
  Connection connection;
  connection.near->reset_on_close();
  connection.near.reset();
  std::optional<Io> last;
  EXPECT_EQ(run_task(connection.loop, read_until_end(*connection.far, last)), "");
  EXPECT_EQ(last->status, Status::kFailed);
  EXPECT_EQ(last->error_number, ECONNRESET);
}

TEST(TcpTransport, WritingToAPeerThatHasGoneFailsWithoutASignal) {
  Connection connection;
  connection.near->reset_on_close();
  connection.near.reset();
  run_until(connection.loop, [&] { return connection.far->watch().saw_hangup(); });
  Io io = write(*connection.far, "x");
  if (io.status == Status::kDone) io = write(*connection.far, "x");
  EXPECT_EQ(io.status, Status::kFailed);
}

TEST(TcpTransport, MovesToAnotherLoopWithWhatIsUnread) {
  Connection connection;
  ASSERT_EQ(write(*connection.near, "for the other loop").status, Status::kDone);
  connection.near->shutdown_write();
  connection.turn();
  connection.far->detach();
  Loop other;
  ASSERT_TRUE(connection.far->attach(other));
  std::optional<Io> last;
  EXPECT_EQ(run_task(other, read_until_end(*connection.far, last)), "for the other loop");
  connection.far->detach();
}

}  // namespace
}  // namespace brink::net
