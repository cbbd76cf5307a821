#include "net/connect.h"

#include "tests/net/loopback.h"
#include "tests/runtime/run_task.h"

#include <optional>
#include <vector>

#include <fcntl.h>

#include <gtest/gtest.h>

namespace brink::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

using Outcome = std::optional<Result<ConnectedSocket>>;

// A call that runs on a loop whose time stands still.
struct Attempt {
  explicit Attempt(std::vector<SocketAddress> to, Duration patience = hours(1))
      : addresses(std::move(to)), group("test", loop) {
    group.spawn([](std::span<const SocketAddress> a, Deadline deadline, Outcome& out) -> Task<void> {
      out.emplace(co_await connect_any(a, deadline));
    }(addresses, loop.after(patience), outcome));
  }
  ~Attempt() { run_task(loop, group.finish()); }

  void turns(int count = 5) {
    for (int i = 0; i < count; ++i) loop.run_once(Deadline::at(loop.now()));
  }
  void advance(Duration duration) {
    time.advance(duration);
    turns();
  }
  Result<ConnectedSocket>& result() {
    run_until(loop, [&] { return outcome.has_value(); });
    return *outcome;
  }

  ManualTime time;
  Loop loop{time};
  std::vector<SocketAddress> addresses;
  Outcome outcome;
  TaskGroup group;
};

struct Server {
  explicit Server(const SocketAddress& where = loopback_v4()) : listening(listen_on(where).value()) {}
  [[nodiscard]] SocketAddress address() const { return local_address(listening.get()).value(); }
  // Whether a connection is there and not closed by its client.
  [[nodiscard]] bool has_live_connection() const {
    const Fd accepted(::accept4(listening.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted) return false;
    char byte = 0;
    return ::recv(accepted.get(), &byte, 1, 0) < 0 && errno == EAGAIN;
  }
  Fd listening;
};

std::size_t count_open_fds() {
  std::size_t count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

TEST(Connect, ConnectsToTheOnlyAddress) {
  TemporaryDirectory directory;
  for (const auto& where :
       {loopback_v4(), loopback_v6(), SocketAddress::unix_path(directory.path() + "/socket")}) {
    Server server(where);
    Attempt attempt({server.address()});
    ASSERT_TRUE(attempt.result()) << attempt.result().error().text();
    EXPECT_EQ(attempt.result()->peer, server.address());
    EXPECT_TRUE(server.has_live_connection());
  }
}

TEST(Connect, TellsItsFailuresApart) {
  EXPECT_TRUE(Attempt({}).result().error().is(ConnectError::kNoAddress));
  EXPECT_TRUE(Attempt({refusing_address()}).result().error().is(ConnectError::kRefused));
  EXPECT_TRUE(
      Attempt({SocketAddress::unix_path("/nowhere/at/all")}).result().error().is(ConnectError::kRefused));
  SilentAddress silent;
  Attempt late({silent.address()}, seconds(3));
  late.advance(seconds(2));
  EXPECT_FALSE(late.outcome);
  late.advance(seconds(2));
  EXPECT_TRUE(late.result().error().is(ConnectError::kTimeout));
}

TEST(Connect, NamesWhatAnErrnoMeans) {
  EXPECT_TRUE(connect_failure(EHOSTUNREACH).is(ConnectError::kUnreachable));
  EXPECT_TRUE(connect_failure(ENETUNREACH).is(ConnectError::kUnreachable));
  EXPECT_TRUE(connect_failure(ETIMEDOUT).is(ConnectError::kTimeout));
  EXPECT_TRUE(connect_failure(EADDRNOTAVAIL).is(ConnectError::kFailed));
  EXPECT_EQ(connect_failure(EMFILE).text(), "cannot connect: Too many open files");
}

TEST(Connect, TakesTheNextAddressAtOnceWhereOneRefuses) {
  Server server;
  Attempt attempt({refusing_address(), refusing_address(loopback_v6()), server.address()});
  ASSERT_TRUE(attempt.result()) << "without the clock having moved";
  EXPECT_EQ(attempt.result()->peer, server.address());
}

TEST(Connect, TriesTheNextAddressBesideASilentOneAfterTheDelay) {
  SilentAddress silent;
  Server server;
  Attempt attempt({silent.address(), server.address()});
  attempt.turns();
  attempt.advance(kConnectionAttemptDelay - milliseconds(1));
  EXPECT_FALSE(server.has_live_connection());
  attempt.advance(milliseconds(2));
  ASSERT_TRUE(attempt.result());
  EXPECT_EQ(attempt.result()->peer, server.address());
}

TEST(Connect, GoesOnWaitingForTheEarlierWhenTheLaterFails) {
  SilentAddress silent;
  Attempt attempt({silent.address(), refusing_address()}, seconds(2));
  attempt.advance(milliseconds(300));
  EXPECT_FALSE(attempt.outcome);
  attempt.advance(seconds(2));
  EXPECT_TRUE(attempt.result().error().is(ConnectError::kRefused)) << "an answer says more than silence";
}

TEST(Connect, LetsTheFamiliesTakeTurns) {
  SilentAddress silent;
  Server v6(loopback_v6());
  const SocketAddress never = silent.address();
  Attempt attempt({never, never, never, v6.address()});
  attempt.advance(milliseconds(251));
  ASSERT_TRUE(attempt.result());
  EXPECT_EQ(attempt.result()->peer, v6.address());
}

TEST(Connect, ClosesTheAttemptsThatDidNotWin) {
  SilentAddress silent;
  Server server;
  const std::size_t before = count_open_fds();
  {
    Attempt attempt({silent.address(), silent.address(), server.address()});
    const std::size_t idle = count_open_fds() - 1;  // the first attempt has begun
    attempt.advance(milliseconds(251));
    attempt.advance(milliseconds(251));
    ASSERT_TRUE(attempt.result());
    EXPECT_EQ(count_open_fds(), idle + 1) << "the winner and nothing else";
  }
  EXPECT_EQ(count_open_fds(), before);
}

TEST(Connect, BeginsNoAttemptAfterTheDeadline) {
  SilentAddress silent;
  Server server;
  Attempt attempt({silent.address(), server.address()}, milliseconds(100));
  attempt.turns();
  attempt.advance(seconds(10));
  EXPECT_TRUE(attempt.result().error().is(ConnectError::kTimeout));
  EXPECT_FALSE(server.has_live_connection());
}

TEST(Connect, IsCancelledWithAllItsAttempts) {
  SilentAddress silent;
  const std::size_t before = count_open_fds();
  {
    Attempt attempt({silent.address(), silent.address(), silent.address()});
    attempt.advance(milliseconds(251));
    attempt.group.cancel();
    EXPECT_TRUE(attempt.result().error().is(WaitError::kCancelled));
  }
  EXPECT_EQ(count_open_fds(), before);
}

TEST(Connect, TriesABoundedNumberOfAddresses) {
  std::vector<SocketAddress> addresses(kMaxConnectAddresses, refusing_address());
  Server server;
  addresses.push_back(server.address());
  Attempt attempt(addresses);
  EXPECT_TRUE(attempt.result().error().is(ConnectError::kRefused));
}

}  // namespace
}  // namespace brink::net
