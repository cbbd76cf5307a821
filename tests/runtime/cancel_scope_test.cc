#include "tests/runtime/run_task.h"

#include <optional>

#include <gtest/gtest.h>

namespace brink {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

Task<void> records(Event& event, Deadline deadline, std::optional<Result<>>& outcome) {
  outcome = co_await event.wait(deadline);
}

TEST(CancelScope, CancelReachesChildrenAndGrandchildrenButNotSiblings) {
  Loop loop;
  TaskGroup parent("parent", loop);
  TaskGroup child("child", parent.scope());
  TaskGroup grandchild("grandchild", child.scope());
  TaskGroup sibling("sibling", parent.scope());
  Event events[4];
  std::optional<Result<>> outcomes[4];
  TaskGroup* groups[] = {&parent, &child, &grandchild, &sibling};
  for (int i = 0; i < 4; ++i) groups[i]->spawn(records(events[i], Deadline::never(), outcomes[i]));

  child.cancel();
  run_until(loop, [&] { return child.running() + grandchild.running() == 0; });
  EXPECT_TRUE(outcomes[1]->error().is(WaitError::kCancelled));
  EXPECT_TRUE(outcomes[2]->error().is(WaitError::kCancelled));
  EXPECT_FALSE(outcomes[0].has_value());
  EXPECT_FALSE(outcomes[3].has_value());

  events[0].notify();
  events[3].notify();
  run_until(loop, [&] { return parent.running() + sibling.running() == 0; });
  EXPECT_TRUE(outcomes[0]->has_value());
  EXPECT_TRUE(outcomes[3]->has_value());
}

TEST(CancelScope, AChildOfACancelledScopeIsBornCancelled) {
  Loop loop;
  CancelScope parent(loop);
  parent.cancel();
  CancelScope child(parent);
  EXPECT_TRUE(child.is_cancelled());
}

TEST(CancelScope, ADeadChildIsForgotten) {
  Loop loop;
  CancelScope parent(loop);
  {
    CancelScope child(parent);
  }
  parent.cancel();  // touches no dead child: the sanitizers watch
  EXPECT_TRUE(parent.is_cancelled());
}

TEST(CancelScope, CancelsAWaitWithADeadlineAndDisarmsItsTimer) {
  Loop loop;
  TaskGroup group("test", loop);
  Event event;
  std::optional<Result<>> outcome;
  group.spawn(records(event, loop.after(hours(1)), outcome));
  group.cancel();
  run_until(loop, [&] { return group.running() == 0; });
  EXPECT_TRUE(outcome->error().is(WaitError::kCancelled));
}

TEST(CancelScope, TheFirstWakeCounts) {
  Loop loop;
  Event event;
  std::optional<Result<>> outcome;
  TaskGroup group("test", loop);
  group.spawn(records(event, Deadline::never(), outcome));
  event.notify();
  group.cancel();  // comes too late for this wait
  run_until(loop, [&] { return group.running() == 0; });
  EXPECT_TRUE(outcome->has_value());
}

TEST(CancelScope, SleepAnswersCancelled) {
  Loop loop;
  TaskGroup group("test", loop);
  std::optional<Result<>> outcome;
  group.spawn([](std::optional<Result<>>& out) -> Task<void> {
    out = co_await sleep_until(Deadline::never());
  }(outcome));
  EXPECT_FALSE(outcome.has_value());
  group.cancel();
  run_until(loop, [&] { return group.running() == 0; });
  EXPECT_TRUE(outcome->error().is(WaitError::kCancelled));
}

TEST(CancelScope, EveryLaterWaitOfACancelledTaskIsRefusedAtOnce) {
  Loop loop;
  TaskGroup group("test", loop);
  int refused = 0;
  group.spawn([](int& count) -> Task<void> {
    Event never;
    for (int i = 0; i < 3; ++i) {
      auto waited = co_await never.wait(Deadline::never());
      if (!waited && waited.error().is(WaitError::kCancelled)) ++count;
    }
  }(refused));
  group.cancel();
  loop.run_once(Deadline::at(loop.now()));
  EXPECT_EQ(refused, 3);
  EXPECT_EQ(group.running(), 0U);
}

}  // namespace
}  // namespace brink
