#include "tests/runtime/run_task.h"

#include <optional>

#include <gtest/gtest.h>

namespace brink {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

Task<Result<>> waits(Event& event, Deadline deadline) { co_return co_await event.wait(deadline); }

TEST(Event, ANotificationWithoutAWaiterIsKeptForTheNextWaitAndForThatOnly) {
  Loop loop;
  Event event;
  event.notify();
  event.notify();
  EXPECT_TRUE(run_task(loop, waits(event, Deadline::never())));
  EXPECT_TRUE(run_task(loop, waits(event, loop.after(milliseconds(1)))).error().is(WaitError::kTimeout));
}

TEST(Event, ClearForgetsANotification) {
  Loop loop;
  Event event;
  event.notify();
  event.clear();
  EXPECT_TRUE(run_task(loop, waits(event, loop.after(milliseconds(1)))).error().is(WaitError::kTimeout));
}

TEST(Event, NotifyNeverResumesOnTheSpot) {
  Loop loop;
  TaskGroup group("test", loop);
  Event event;
  bool resumed = false;
  group.spawn([](Event& until, bool& flag) -> Task<void> {
    (void)co_await until.wait(Deadline::never());
    flag = true;
  }(event, resumed));
  EXPECT_TRUE(event.has_waiter());
  event.notify();
  EXPECT_FALSE(resumed);
  loop.run_once(Deadline::at(loop.now()));
  EXPECT_TRUE(resumed);
}

TEST(Event, ASecondNotificationBeforeTheWaiterRunsIsKept) {
  Loop loop;
  TaskGroup group("test", loop);
  Event event;
  int woken = 0;
  group.spawn([](Event& until, int& count) -> Task<void> {
    while (co_await until.wait(Deadline::never())) ++count;
  }(event, woken));
  event.notify();
  event.notify();
  for (int turn = 0; turn < 3; ++turn) loop.run_once(Deadline::at(loop.now()));
  EXPECT_EQ(woken, 2);
  run_task(loop, group.finish());
}

TEST(Event, AWaitWhoseDeadlineHasPassedAnswersTimeout) {
  Loop loop;
  Event event;
  EXPECT_TRUE(
      run_task(loop, waits(event, Deadline::at(loop.now() - hours(1)))).error().is(WaitError::kTimeout));
}

TEST(Event, ACoroutineDestroyedWhileItWaitsLeavesNothingBehind) {
  Loop loop;
  Event event;
  CancelScope scope(loop);
  {
    // A root that is destroyed by its handle while suspended, as when an owner drops a task.
    struct Root {
      struct promise_type {
        CancelScope* scope = nullptr;
        Root get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
      };
      std::coroutine_handle<promise_type> frame;
    };
    auto body = [](Event& until, Deadline deadline) -> Root { (void)co_await waits(until, deadline); };
    Root root = body(event, loop.after(milliseconds(1)));
    root.frame.promise().scope = &scope;
    root.frame.resume();
    ASSERT_TRUE(event.has_waiter());
    root.frame.destroy();
  }
  EXPECT_FALSE(event.has_waiter());
  scope.cancel();
  const Deadline past_the_timer = loop.after(milliseconds(3));
  run_until(loop, [&] { return past_the_timer.has_passed(loop.now()); });
}

}  // namespace
}  // namespace brink
