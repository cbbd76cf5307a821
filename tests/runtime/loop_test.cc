#include "runtime/loop.h"

#include "tests/runtime/run_task.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace brink {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Loop, RunsPostsInTheirOrder) {
  Loop loop;
  std::vector<int> order;
  for (int i = 0; i < 10; ++i) loop.post([&order, i] { order.push_back(i); });
  loop.run_once(Deadline::never());
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(Loop, APostFromAPostRunsInALaterTurn) {
  Loop loop;
  int ran = 0;
  loop.post([&] {
    ++ran;
    loop.post([&] { ++ran; });
  });
  loop.run_once(Deadline::never());
  EXPECT_EQ(ran, 1);
  loop.run_once(Deadline::never());
  EXPECT_EQ(ran, 2);
}

TEST(Loop, APostFromAnotherThreadWakesASleepingLoop) {
  Loop loop;
  std::thread other;
  bool ran = false;
  std::atomic<bool> sleeping = false;
  other = std::thread([&] {
    while (!sleeping.load()) std::this_thread::yield();
    loop.post([&] {
      ran = true;
      EXPECT_TRUE(loop.is_in_loop_thread());
    });
    EXPECT_FALSE(loop.is_in_loop_thread());
  });
  sleeping = true;
  while (!ran) loop.run_once(loop.after(kPatience));  // one turn, unless the post came between two
  other.join();
}

TEST(Loop, TakesPostsFromManyThreadsAndKeepsTheOrderOfEach) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 5000;
  Loop loop;
  std::vector<int> last(kThreads, -1);
  int done = 0;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kPosts; ++i) {
        loop.post([&, t, i] {
          EXPECT_EQ(last[static_cast<std::size_t>(t)], i - 1);
          last[static_cast<std::size_t>(t)] = i;
          if (i == kPosts - 1) ++done;
        });
      }
    });
  }
  run_until(loop, [&] { return done == kThreads; });
  for (auto& thread : threads) thread.join();
}

TEST(Loop, StopFromAnotherThreadEndsRunAndRunMayBeginAgain) {
  Loop loop;
  for (int round = 0; round < 2; ++round) {
    std::thread other([&] { loop.stop(); });
    loop.run();
    other.join();
  }
}

TEST(Loop, AStopBeforeRunIsNotLost) {
  Loop loop;
  loop.stop();
  loop.run();
}

TEST(Loop, DestroysWorkThatNeverRan) {
  auto alive = std::make_shared<int>(1);
  {
    Loop loop;
    loop.post([alive] { FAIL() << "ran in a dead loop"; });
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(Loop, ATurnEndsAtItsDeadlineWhereNothingHappens) {
  Loop loop;
  const TimePoint before = Clock::now();
  loop.run_once(Deadline::at(before + milliseconds(5)));
  EXPECT_GE(Clock::now(), before + milliseconds(5));
}

TEST(Loop, SleepsInTheOrderOfTheDeadlines) {
  Loop loop;
  TaskGroup group("test", loop);
  std::vector<int> order;
  for (int ms : {9, 3, 6}) {
    group.spawn([](std::vector<int>& out, Deadline deadline, int id) -> Task<void> {
      EXPECT_TRUE(co_await sleep_until(deadline));
      out.push_back(id);
    }(order, loop.after(milliseconds(ms)), ms));
  }
  EXPECT_TRUE(run_task(loop, group.join(Deadline::never())));
  EXPECT_EQ(order, (std::vector<int>{3, 6, 9}));
}

TEST(Loop, TwoTasksThatWakeEachOtherDoNotStarveTimersAndPosts) {
  Loop loop;
  TaskGroup group("test", loop);
  Event ping, pong;
  group.spawn([](Event& in, Event& out) -> Task<void> {
    for (;;) {
      out.notify();
      if (!co_await in.wait(Deadline::never())) co_return;
    }
  }(ping, pong));
  group.spawn([](Event& in, Event& out) -> Task<void> {
    for (;;) {
      if (!co_await in.wait(Deadline::never())) co_return;
      out.notify();
    }
  }(pong, ping));
  bool posted = false;
  loop.post([&] { posted = true; });
  const Deadline soon = loop.after(milliseconds(2));
  run_until(loop, [&] { return posted && soon.has_passed(loop.now()); });
  run_task(loop, group.finish());
}

TEST(Loop, WhoLeavesTheRestOfItsTurnSeesWhatHappensInTheNext) {
  Loop loop;
  TaskGroup group("test", loop);
  int turns = 0;
  group.spawn([](int& count) -> Task<void> {
    while (co_await next_turn()) ++count;
  }(turns));
  for (int i = 1; i <= 3; ++i) {
    loop.run_once(loop.after(kPatience));  // does not sleep while somebody is ready
    EXPECT_EQ(turns, i);
  }
  group.cancel();
  loop.run_once(Deadline::at(loop.now()));
  EXPECT_EQ(turns, 3);
  EXPECT_EQ(group.running(), 0U);
}

TEST(Loop, CallsTurnEndHooksAfterTheTurnsCoroutines) {
  struct Hook final : TurnEndHook {
    std::vector<const char*>& story;
    explicit Hook(std::vector<const char*>& s) : story(s) {}
    ~Hook() = default;
    void on_turn_end() override { story.push_back("hook"); }
  };
  Loop loop;
  std::vector<const char*> story;
  Hook hook(story);
  loop.add_turn_end_hook(hook);
  Event event;
  TaskGroup group("test", loop);
  group.spawn([](Event& until, std::vector<const char*>& out) -> Task<void> {
    (void)co_await until.wait(Deadline::never());
    out.push_back("task");
  }(event, story));
  event.notify();
  loop.run_once(Deadline::at(loop.now()));
  ASSERT_EQ(story.size(), 2U);
  EXPECT_STREQ(story[0], "task");
  EXPECT_STREQ(story[1], "hook");
  hook.unlink();
  loop.run_once(Deadline::at(loop.now()));
  EXPECT_EQ(story.size(), 2U);
}

TEST(Loop, ADurationWithoutEndIsADeadlineThatNeverComes) {
  Loop loop;
  EXPECT_TRUE(loop.after(Duration::max()).is_never());
}

}  // namespace
}  // namespace brink
