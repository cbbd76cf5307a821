#include "runtime/task_group.h"

#include "tests/runtime/run_task.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace brink {
namespace {

using std::chrono::milliseconds;

Task<void> waits_for(Event& event, std::vector<Result<>>& outcomes) {
  outcomes.push_back(co_await event.wait(Deadline::never()));
}

TEST(TaskGroup, StartsATaskOnTheSpot) {
  Loop loop;
  TaskGroup group("test", loop);
  bool ran = false;
  group.spawn([](bool& flag) -> Task<void> {
    flag = true;
    co_return;
  }(ran));
  EXPECT_TRUE(ran);
  EXPECT_EQ(group.running(), 0U);
}

TEST(TaskGroup, JoinWaitsForTheLastTask) {
  Loop loop;
  TaskGroup group("test", loop);
  Event first, second;
  std::vector<Result<>> outcomes;
  group.spawn(waits_for(first, outcomes));
  group.spawn(waits_for(second, outcomes));
  EXPECT_EQ(group.running(), 2U);
  first.notify();
  EXPECT_TRUE(run_task(loop, group.join(loop.after(milliseconds(1)))).error().is(WaitError::kTimeout));
  second.notify();
  EXPECT_TRUE(run_task(loop, group.join(Deadline::never())));
  EXPECT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(group.running(), 0U);
}

TEST(TaskGroup, FinishCancelsWhatRunsAndWaitsForIt) {
  Loop loop;
  TaskGroup group("test", loop);
  Event never;
  std::vector<Result<>> outcomes;
  group.spawn(waits_for(never, outcomes));
  run_task(loop, group.finish());
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_TRUE(outcomes[0].error().is(WaitError::kCancelled));
}

// What a cancelled task does on its way out: waits that cancellation does not touch.
Task<void> ends_in_its_own_time(Event& cancelled_wait, CancelScope& outside, Event& last, bool& ended) {
  (void)co_await cancelled_wait.wait(Deadline::never());
  struct Outside {
    PlaceWait wait;
    CancelScope& scope;
    bool await_ready() { return wait.await_ready(); }
    bool await_suspend(std::coroutine_handle<> coroutine) { return wait.suspend_in(coroutine, scope); }
    Result<> await_resume() { return wait.await_resume(); }
  };
  (void)co_await Outside{last.wait(Deadline::never()), outside};
  ended = true;
}

TEST(TaskGroup, FinishWaitsAlsoWhereItsOwnCallerIsCancelled) {
  Loop loop;
  CancelScope outside(loop);
  Event never, last;
  bool ended = false;
  bool finished = false;
  TaskGroup outer("outer", loop);
  outer.spawn(
      [](CancelScope& scope, Event& cancelled_wait, Event& end, bool& inner_ended, bool& done) -> Task<void> {
        TaskGroup inner("inner", co_await current_scope());
        inner.spawn(ends_in_its_own_time(cancelled_wait, scope, end, inner_ended));
        co_await inner.finish();
        EXPECT_TRUE(inner_ended);
        done = true;
      }(outside, never, last, ended, finished));
  outer.cancel();
  for (int turn = 0; turn < 3; ++turn) loop.run_once(Deadline::at(loop.now()));
  EXPECT_FALSE(finished);
  last.notify();
  run_until(loop, [&] { return finished; });
  EXPECT_TRUE(ended);
}

TEST(TaskGroup, ATaskSpawnedAfterCancelSeesItAtItsFirstWait) {
  Loop loop;
  TaskGroup group("test", loop);
  group.cancel();
  Event never;
  std::vector<Result<>> outcomes;
  group.spawn(waits_for(never, outcomes));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_TRUE(outcomes[0].error().is(WaitError::kCancelled));
}

TEST(TaskGroup, CancellingTheParentReachesTheGroup) {
  Loop loop;
  CancelScope parent(loop);
  TaskGroup group("test", parent);
  Event never;
  std::vector<Result<>> outcomes;
  group.spawn(waits_for(never, outcomes));
  parent.cancel();
  run_until(loop, [&] { return group.running() == 0; });
  EXPECT_TRUE(outcomes.at(0).error().is(WaitError::kCancelled));
}

TEST(TaskGroup, ATaskMaySpawnItsSiblings) {
  Loop loop;
  TaskGroup group("test", loop);
  int ran = 0;
  struct Spawner {
    static Task<void> run(TaskGroup& siblings, int& count, int left) {
      ++count;
      if (left > 0) siblings.spawn(run(siblings, count, left - 1));
      (void)co_await sleep_until(siblings.scope().loop().now() < TimePoint::max()
                                     ? siblings.scope().loop().after(milliseconds(1))
                                     : Deadline::never());
    }
  };
  group.spawn(Spawner::run(group, ran, 99));
  EXPECT_EQ(group.running(), 100U);
  EXPECT_TRUE(run_task(loop, group.join(Deadline::never())));
  EXPECT_EQ(ran, 100);
}

TEST(TaskGroup, FreesTheFramesOfEndedTasks) {
  Loop loop;
  TaskGroup group("test", loop);
  auto alive = std::make_shared<int>(1);
  Event event;
  group.spawn([](std::shared_ptr<int>, Event& until) -> Task<void> {
    (void)co_await until.wait(Deadline::never());
  }(alive, event));
  EXPECT_EQ(alive.use_count(), 2);
  event.notify();
  run_until(loop, [&] { return group.running() == 0; });
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(TaskGroupDeathTest, MayNotDieBeforeItsTasks) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Loop loop;
        Event never;
        std::vector<Result<>> outcomes;
        TaskGroup group("test", loop);
        group.spawn(waits_for(never, outcomes));
      },
      "broken invariant: running_ == 0");
}

}  // namespace
}  // namespace brink
