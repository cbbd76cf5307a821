#include "runtime/message_channel.h"

#include "tests/runtime/run_task.h"

#include <array>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace brink {
namespace {

using std::chrono::milliseconds;

struct Ends {
  explicit Ends(Loop& loop) : Ends(loop, MessageChannel::make_pair().value()) {}
  Ends(Loop& loop, std::pair<Fd, Fd> pair)
      : near(loop, std::move(pair.first)), far(loop, std::move(pair.second)) {}
  MessageChannel near, far;
};

bool is_same_file(int a, int b) {
  struct stat first{}, second{};
  return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

std::size_t count_open_fds() {
  std::size_t count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

TEST(MessageChannel, KeepsMessagesApartAndInOrder) {
  Loop loop;
  Ends ends(loop);
  for (const char* text : {"first", "second", "third"}) {
    ASSERT_TRUE(run_task(loop, ends.near.send(text, {}, Deadline::never())));
  }
  for (const char* text : {"first", "second", "third"}) {
    auto message = run_task(loop, ends.far.receive(Deadline::never()));
    ASSERT_TRUE(message);
    EXPECT_EQ(message->bytes, text);
    EXPECT_TRUE(message->fds.empty());
  }
}

TEST(MessageChannel, CarriesTheLargestMessageWithTheMostDescriptors) {
  Loop loop;
  Ends ends(loop);
  std::string bytes(MessageChannel::kMaxBytes, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  const std::vector<int> fds(MessageChannel::kMaxFds, ends.near.fd());
  ASSERT_TRUE(run_task(loop, ends.near.send(bytes, fds, Deadline::never())));
  auto message = run_task(loop, ends.far.receive(Deadline::never()));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->bytes, bytes);
  ASSERT_EQ(message->fds.size(), MessageChannel::kMaxFds);
  for (const Fd& fd : message->fds) {
    EXPECT_TRUE(is_same_file(fd.get(), ends.near.fd()));
    EXPECT_EQ(::fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
  }
}

TEST(MessageChannel, ClosesDescriptorsThatNobodyTakes) {
  Loop loop;
  Ends ends(loop);
  const std::size_t before = count_open_fds();
  ASSERT_TRUE(
      run_task(loop, ends.near.send("x", std::array{ends.near.fd(), ends.far.fd()}, Deadline::never())));
  {
    ASSERT_TRUE(run_task(loop, ends.far.receive(Deadline::never())));
  }
  EXPECT_EQ(count_open_fds(), before);
}

TEST(MessageChannel, RefusesWhatDoesNotFit) {
  Loop loop;
  Ends ends(loop);
  auto outcome = [&](const std::string& bytes, std::size_t fds) {
    return run_task(loop, ends.near.send(bytes, std::vector<int>(fds, ends.near.fd()), Deadline::never()));
  };
  EXPECT_TRUE(outcome("", 0).error().is(MessageError::kEmpty));
  EXPECT_TRUE(
      outcome(std::string(MessageChannel::kMaxBytes + 1, 'x'), 0).error().is(MessageError::kTooLarge));
  EXPECT_TRUE(outcome("x", MessageChannel::kMaxFds + 1).error().is(MessageError::kTooLarge));
  EXPECT_TRUE(run_task(loop, ends.far.receive(loop.after(milliseconds(1)))).error().is(WaitError::kTimeout));
}

TEST(MessageChannel, RefusesATooLargeMessageOfTheOtherSideAndGoesOn) {
  Loop loop;
  auto [near, far] = MessageChannel::make_pair().value();
  MessageChannel channel(loop, std::move(near));
  const std::string large(MessageChannel::kMaxBytes + 1, 'x');
  ASSERT_EQ(::send(far.get(), large.data(), large.size(), 0), static_cast<ssize_t>(large.size()));
  ASSERT_EQ(::send(far.get(), "fits", 4, 0), 4);
  EXPECT_TRUE(run_task(loop, channel.receive(Deadline::never())).error().is(MessageError::kTooLarge));
  EXPECT_EQ(run_task(loop, channel.receive(Deadline::never()))->bytes, "fits");
}

TEST(MessageChannel, SaysThatDescriptorsWereLostAndLeaksNone) {
  Loop loop;
  Ends ends(loop);
  const std::size_t before = count_open_fds();
  ASSERT_TRUE(run_task(loop, ends.near.send("x", std::vector<int>(8, ends.near.fd()), Deadline::never())));
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const int highest = ::dup(ends.near.fd());
  ::close(highest);
  const rlimit tight{.rlim_cur = static_cast<rlim_t>(highest) + 3, .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  auto received = run_task(loop, ends.far.receive(Deadline::never()));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_FALSE(received);
  EXPECT_TRUE(received.error().is(MessageError::kLostFds));
  EXPECT_EQ(count_open_fds(), before);
}

TEST(MessageChannel, SendWaitsForAReceiverThatIsSlow) {
  Loop loop;
  Ends ends(loop);
  constexpr int kMessages = 200;
  const std::string bytes(10'000, 'x');
  int sent = 0;
  TaskGroup group("test", loop);
  group.spawn([](MessageChannel& channel, const std::string& text, int& count) -> Task<void> {
    for (int i = 0; i < kMessages; ++i) {
      if (!co_await channel.send(text, {}, Deadline::never())) co_return;
      ++count;
    }
  }(ends.near, bytes, sent));
  ASSERT_LT(sent, kMessages) << "the kernel took all: nothing to wait for";
  ASSERT_GT(sent, 0);
  for (int i = 0; i < kMessages; ++i) {
    auto message = run_task(loop, ends.far.receive(Deadline::never()));
    ASSERT_TRUE(message);
    ASSERT_EQ(message->bytes.size(), bytes.size());
  }
  run_until(loop, [&] { return group.running() == 0; });
  EXPECT_EQ(sent, kMessages);
}

TEST(MessageChannel, SendGivesUpAtItsDeadline) {
  Loop loop;
  Ends ends(loop);
  const std::string bytes(60'000, 'x');
  Result<> outcome;
  for (int i = 0; i < 1000 && outcome; ++i)
    outcome = run_task(loop, ends.near.send(bytes, {}, loop.after(milliseconds(1))));
  EXPECT_TRUE(outcome.error().is(WaitError::kTimeout));
}

TEST(MessageChannel, GivesWhatWasSentBeforeTheOtherSideClosed) {
  Loop loop;
  auto [near, far] = MessageChannel::make_pair().value();
  MessageChannel channel(loop, std::move(near));
  ASSERT_EQ(::send(far.get(), "last", 4, 0), 4);
  far.reset();
  EXPECT_EQ(run_task(loop, channel.receive(Deadline::never()))->bytes, "last");
  EXPECT_TRUE(run_task(loop, channel.receive(Deadline::never())).error().is(MessageError::kClosed));
  EXPECT_TRUE(run_task(loop, channel.receive(Deadline::never())).error().is(MessageError::kClosed));
  loop.run_once(Deadline::at(loop.now()));
  EXPECT_TRUE(channel.saw_hangup());
  EXPECT_TRUE(run_task(loop, channel.send("x", {}, Deadline::never())).error().is(MessageError::kClosed));
}

TEST(MessageChannel, AWaitingReceiverSeesTheOtherSideClose) {
  Loop loop;
  auto [near, far] = MessageChannel::make_pair().value();
  MessageChannel channel(loop, std::move(near));
  loop.post([&end = far] { end.reset(); });
  EXPECT_TRUE(run_task(loop, channel.receive(Deadline::never())).error().is(MessageError::kClosed));
}

TEST(MessageChannel, AnswersClosedForAnEndThatIsNone) {
  Loop loop;
  MessageChannel channel(loop, Fd());
  EXPECT_TRUE(run_task(loop, channel.send("x", {}, Deadline::never())).error().is(MessageError::kClosed));
  EXPECT_TRUE(run_task(loop, channel.receive(Deadline::never())).error().is(MessageError::kClosed));
}

TEST(MessageChannel, GivesItsEndToAnother) {
  Loop loop;
  Ends ends(loop);
  MessageChannel successor(loop, ends.near.release());
  ASSERT_TRUE(run_task(loop, successor.send("x", {}, Deadline::never())));
  EXPECT_EQ(run_task(loop, ends.far.receive(Deadline::never()))->bytes, "x");
}

}  // namespace
}  // namespace brink
