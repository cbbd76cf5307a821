#include "runtime/fd_watch.h"

#include "tests/runtime/run_task.h"

#include <array>
#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace brink {
namespace {

using std::chrono::milliseconds;

struct Pair {
  Pair() {
    BRINK_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) == 0);
  }
  ~Pair() {
    for (int fd : fds) {
      if (fd >= 0) ::close(fd);
    }
  }
  void close_far() {
    ::close(fds[1]);
    fds[1] = -1;
  }
  void far_writes(std::string_view text) const {
    EXPECT_EQ(::write(fds[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  int near() const { return fds[0]; }
  int far() const { return fds[1]; }
  std::array<int, 2> fds{-1, -1};
};

Task<Result<>> becomes_readable(FdWatch& watch, Deadline deadline) {
  co_return co_await watch.readable(deadline);
}
Task<Result<>> becomes_writable(FdWatch& watch, Deadline deadline) {
  co_return co_await watch.writable(deadline);
}

TEST(FdWatch, SaysAtOnceThatADescriptorWasReadableBefore) {
  Loop loop;
  Pair pair;
  pair.far_writes("early");
  FdWatch watch;
  ASSERT_TRUE(watch.attach(loop, pair.near()));
  EXPECT_TRUE(run_task(loop, becomes_readable(watch, Deadline::never())));
  EXPECT_TRUE(watch.may_read());
  EXPECT_FALSE(watch.saw_hangup());
}

TEST(FdWatch, WaitsForInputAndForTheNextAfterClear) {
  Loop loop;
  Pair pair;
  FdWatch watch;
  ASSERT_TRUE(watch.attach(loop, pair.near()));
  EXPECT_TRUE(
      run_task(loop, becomes_readable(watch, loop.after(milliseconds(1)))).error().is(WaitError::kTimeout));
  for (int i = 0; i < 3; ++i) {
    pair.far_writes("x");
    EXPECT_TRUE(run_task(loop, becomes_readable(watch, Deadline::never())));
    char byte = 0;
    EXPECT_EQ(::read(pair.near(), &byte, 1), 1);
    watch.clear_readable();
    EXPECT_FALSE(watch.may_read());
  }
}

TEST(FdWatch, WaitsForRoomToWrite) {
  Loop loop;
  Pair pair;
  FdWatch watch;
  ASSERT_TRUE(watch.attach(loop, pair.near()));
  EXPECT_TRUE(watch.may_write());
  loop.run_once(Deadline::at(loop.now()));  // takes the edge of the attach
  std::string block(65536, 'x');
  while (::write(pair.near(), block.data(), block.size()) > 0) {
  }
  watch.clear_writable();
  EXPECT_TRUE(
      run_task(loop, becomes_writable(watch, loop.after(milliseconds(1)))).error().is(WaitError::kTimeout));
  while (::read(pair.far(), block.data(), block.size()) > 0) {
  }
  EXPECT_TRUE(run_task(loop, becomes_writable(watch, Deadline::never())));
}

TEST(FdWatch, SeesTheOtherSideCloseAndStaysReadable) {
  Loop loop;
  Pair pair;
  FdWatch watch;
  ASSERT_TRUE(watch.attach(loop, pair.near()));
  pair.far_writes("last words");
  pair.close_far();
  EXPECT_TRUE(run_task(loop, becomes_readable(watch, Deadline::never())));
  EXPECT_TRUE(watch.saw_hangup());
  watch.clear_readable();
  EXPECT_TRUE(watch.may_read()) << "no further edge comes after the end";
}

TEST(FdWatch, SeesAHalfClose) {
  Loop loop;
  Pair pair;
  FdWatch watch;
  ASSERT_TRUE(watch.attach(loop, pair.near()));
  ::shutdown(pair.far(), SHUT_WR);
  EXPECT_TRUE(run_task(loop, becomes_readable(watch, Deadline::never())));
  EXPECT_TRUE(watch.saw_hangup());
}

TEST(FdWatch, ReadsAndWritesMayBeWaitedForAtTheSameTime) {
  Loop loop;
  Pair pair;
  FdWatch watch;
  ASSERT_TRUE(watch.attach(loop, pair.near()));
  loop.run_once(Deadline::at(loop.now()));
  std::string block(65536, 'x');
  while (::write(pair.near(), block.data(), block.size()) > 0) {
  }
  watch.clear_writable();
  int readable = 0, writable = 0;
  TaskGroup group("test", loop);
  group.spawn([](FdWatch& w, int& count) -> Task<void> {
    if (co_await w.readable(Deadline::never())) ++count;
  }(watch, readable));
  group.spawn([](FdWatch& w, int& count) -> Task<void> {
    if (co_await w.writable(Deadline::never())) ++count;
  }(watch, writable));
  pair.far_writes("x");
  while (::read(pair.far(), block.data(), block.size()) > 0) {
  }
  run_until(loop, [&] { return group.running() == 0; });
  EXPECT_EQ(readable, 1);
  EXPECT_EQ(writable, 1);
}

TEST(FdWatch, MovesFromOneLoopToAnother) {
  Loop first, second;
  Pair pair;
  FdWatch watch;
  ASSERT_TRUE(watch.attach(first, pair.near()));
  watch.detach();
  EXPECT_FALSE(watch.is_attached());
  pair.far_writes("x");
  ASSERT_TRUE(watch.attach(second, pair.near()));
  EXPECT_TRUE(run_task(second, becomes_readable(watch, Deadline::never())));
  first.run_once(Deadline::at(first.now()));  // nothing of it is left here
}

TEST(FdWatch, CancelsAWait) {
  Loop loop;
  Pair pair;
  FdWatch watch;
  ASSERT_TRUE(watch.attach(loop, pair.near()));
  TaskGroup group("test", loop);
  Result<> outcome;
  group.spawn([](FdWatch& w, Result<>& out) -> Task<void> { out = co_await w.readable(Deadline::never()); }(
                                                watch, outcome));
  run_task(loop, group.finish());
  EXPECT_TRUE(outcome.error().is(WaitError::kCancelled));
}

TEST(FdWatch, AnswersAnErrorForADescriptorThatCannotBeWatched) {
  Loop loop;
  FdWatch watch;
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  auto attached = watch.attach(loop, file);
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().detail(), EPERM);
  EXPECT_FALSE(watch.is_attached());
  ::close(file);
}

TEST(FdWatch, OneTurnServesManyDescriptors) {
  constexpr int kPairs = 300;  // more than one batch of events
  Loop loop;
  std::array<Pair, kPairs> pairs;
  std::array<FdWatch, kPairs> watches;
  int woken = 0;
  TaskGroup group("test", loop);
  for (int i = 0; i < kPairs; ++i) {
    const auto at = static_cast<std::size_t>(i);
    ASSERT_TRUE(watches[at].attach(loop, pairs[at].near()));
    group.spawn([](FdWatch& w, int& count) -> Task<void> {
      if (co_await w.readable(Deadline::never())) ++count;
    }(watches[at], woken));
  }
  for (auto& pair : pairs) pair.far_writes("x");
  run_until(loop, [&] { return group.running() == 0; });
  EXPECT_EQ(woken, kPairs);
}

}  // namespace
}  // namespace brink
