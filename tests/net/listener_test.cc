#include "net/listener.h"

#include "tests/net/loopback.h"
#include "tests/runtime/run_task.h"

#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

namespace brink::net {
namespace {

using std::chrono::milliseconds;

struct Fixture {
  explicit Fixture(const ListenerLimits& limits = {}, const SocketAddress& where = loopback_v4())
      : listener(
            loop, listen_on(where).value(),
            [this](Fd socket, const SocketAddress& peer) {
              accepted.push_back(std::move(socket));
              peers.push_back(peer);
            },
            limits) {}
  ~Fixture() { run_task(loop, listener.stop()); }

  void connect(int count = 1) {
    for (int i = 0; i < count; ++i)
      clients.push_back(start_connect(local_address(listener.fd()).value()).value());
  }
  void turn() { loop.run_once(Deadline::at(loop.now())); }

  ManualTime time;
  Loop loop{time};
  std::vector<Fd> accepted, clients;
  std::vector<SocketAddress> peers;
  Listener listener;
};

TEST(Listener, HandsOverConnectionsWithTheirPeers) {
  Fixture fixture;
  ASSERT_TRUE(fixture.listener.start());
  fixture.connect(3);
  run_until(fixture.loop, [&] { return fixture.accepted.size() == 3; });
  EXPECT_EQ(fixture.listener.counts().accepted, 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(fixture.peers[i], local_address(fixture.clients[i].get()).value());
    EXPECT_NE(::fcntl(fixture.accepted[i].get(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(fixture.accepted[i].get(), F_GETFD) & FD_CLOEXEC, 0);
  }
}

TEST(Listener, AcceptsOverUnixSockets) {
  TemporaryDirectory directory;
  Fixture fixture({}, SocketAddress::unix_path(directory.path() + "/socket"));
  ASSERT_TRUE(fixture.listener.start());
  fixture.connect();
  run_until(fixture.loop, [&] { return fixture.accepted.size() == 1; });
  EXPECT_FALSE(fixture.peers[0].is_unix()) << "the client's socket has no name";
}

TEST(Listener, AcceptsAFewPerTurnAndTheRestInTheNext) {
  Fixture fixture({.accepts_per_turn = 2});
  fixture.connect(5);
  ASSERT_TRUE(fixture.listener.start());
  std::vector<std::size_t> after_turn;
  for (int i = 0; i < 4; ++i) {
    fixture.turn();
    after_turn.push_back(fixture.accepted.size());
  }
  EXPECT_EQ(after_turn, (std::vector<std::size_t>{2, 4, 5, 5}));
}

TEST(Listener, AcceptsNothingWhilePaused) {
  Fixture fixture;
  ASSERT_TRUE(fixture.listener.start());
  fixture.listener.pause();
  fixture.connect(2);
  for (int i = 0; i < 5; ++i) fixture.turn();
  EXPECT_TRUE(fixture.accepted.empty());
  fixture.listener.resume();
  run_until(fixture.loop, [&] { return fixture.accepted.size() == 2; });
}

TEST(Listener, MayBePausedFromItsOwnCallback) {
  ManualTime time;
  Loop loop(time);
  int accepted = 0;
  Listener* self = nullptr;
  Listener listener(loop, listen_on(loopback_v4()).value(), [&](Fd, const SocketAddress&) {
    ++accepted;
    self->pause();
  });
  self = &listener;
  std::vector<Fd> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(start_connect(local_address(listener.fd()).value()).value());
  ASSERT_TRUE(listener.start());
  for (int i = 0; i < 5; ++i) loop.run_once(Deadline::at(loop.now()));
  EXPECT_EQ(accepted, 1);
  listener.resume();
  run_until(loop, [&] { return accepted == 2; });
  run_task(loop, listener.stop());
}

TEST(Listener, StopClosesTheSocket) {
  Fixture fixture;
  ASSERT_TRUE(fixture.listener.start());
  const SocketAddress address = local_address(fixture.listener.fd()).value();
  run_task(fixture.loop, fixture.listener.stop());
  EXPECT_TRUE(listen_on(address));
}

TEST(Listener, SurvivesRunningOutOfDescriptors) {
  Fixture fixture({.exhausted_pause = milliseconds(100)});
  ASSERT_TRUE(fixture.listener.start());
  fixture.turn();
  fixture.connect(3);

  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const int next_free = ::dup(fixture.listener.fd());
  ::close(next_free);
  const rlimit room_for_one{.rlim_cur = static_cast<rlim_t>(next_free) + 1, .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &room_for_one), 0);
  for (int i = 0; i < 5; ++i) fixture.turn();
  const auto accepted_at_the_limit = fixture.accepted.size();
  const auto exhausted_before_the_pause_ended = fixture.listener.counts().exhausted;
  fixture.time.advance(milliseconds(101));
  for (int i = 0; i < 5; ++i) fixture.turn();
  const auto exhausted_after = fixture.listener.counts().exhausted;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);

  EXPECT_EQ(accepted_at_the_limit, 1U);
  EXPECT_EQ(exhausted_before_the_pause_ended, 1U) << "it does not spin";
  EXPECT_EQ(exhausted_after, 2U);
  fixture.time.advance(milliseconds(101));
  run_until(fixture.loop, [&] { return fixture.accepted.size() == 3; });
}

TEST(Listener, AConnectionThatIsGoneBeforeItIsAcceptedDisturbsNobody) {
  Fixture fixture;
  fixture.connect(2);
  const linger now{.l_onoff = 1, .l_linger = 0};
  ASSERT_EQ(::setsockopt(fixture.clients[0].get(), SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
  fixture.clients[0].reset();  // RST
  ASSERT_TRUE(fixture.listener.start());
  const SocketAddress second = local_address(fixture.clients[1].get()).value();
  run_until(fixture.loop, [&] { return !fixture.peers.empty() && fixture.peers.back() == second; });
}

}  // namespace
}  // namespace brink::net
