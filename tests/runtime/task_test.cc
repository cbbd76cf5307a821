#include "runtime/task.h"

#include "tests/runtime/run_task.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace brink {
namespace {

using std::chrono::milliseconds;

Task<int> answers(int value) { co_return value; }

Task<int> adds_after_a_turn(int a, int b) {
  CancelScope& scope = co_await current_scope();
  (void)co_await sleep_until(scope.loop().after(milliseconds(1)));
  co_return co_await answers(a) + co_await answers(b);
}

TEST(Task, GivesItsResultToWhoAwaitsIt) {
  Loop loop;
  EXPECT_EQ(run_task(loop, answers(42)), 42);
}

TEST(Task, AwaitsTasksThatSuspend) {
  Loop loop;
  EXPECT_EQ(run_task(loop, adds_after_a_turn(40, 2)), 42);
}

TEST(Task, CarriesResultsThatOnlyMove) {
  Loop loop;
  auto make = []() -> Task<std::unique_ptr<std::string>> {
    co_return std::make_unique<std::string>("moved");
  };
  EXPECT_EQ(*run_task(loop, make()), "moved");
}

TEST(Task, StartsOnlyWhenItIsAwaited) {
  Loop loop;
  bool started = false;
  auto lazy = [&]() -> Task<void> {
    started = true;
    co_return;
  };
  Task<void> task = lazy();
  EXPECT_FALSE(started);
  run_task(loop, std::move(task));
  EXPECT_TRUE(started);
}

TEST(Task, ThatNobodyAwaitedFreesItsArguments) {
  auto alive = std::make_shared<int>(1);
  {
    auto keeps = [](std::shared_ptr<int> value) -> Task<int> { co_return *value; };
    Task<int> never_started = keeps(alive);
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(Task, FreesItsLocalsBeforeItsCallerGoesOnAfterTheFullExpression) {
  Loop loop;
  auto alive = std::make_shared<int>(1);
  auto keeps = [](std::shared_ptr<int> value) -> Task<int> { co_return *value; };
  auto caller = [&]() -> Task<long> {
    (void)co_await keeps(alive);
    co_return alive.use_count();
  };
  EXPECT_EQ(run_task(loop, caller()), 1);
}

TEST(Task, DoesNotGrowTheStackOverAMillionAwaits) {  // symmetric transfer
  Loop loop;
  auto counts = []() -> Task<int> {
    int sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += co_await answers(1);
    co_return sum;
  };
  EXPECT_EQ(run_task(loop, counts()), 1'000'000);
}

TEST(Task, RunsInTheScopeOfWhoAwaitsIt) {
  Loop loop;
  TaskGroup group("test", loop);
  CancelScope* seen = nullptr;
  auto inner = [&]() -> Task<void> { seen = &co_await current_scope(); };
  auto outer = [&]() -> Task<void> { co_await inner(); };
  group.spawn(outer());
  EXPECT_EQ(seen, &group.scope());
}

// --- BRINK_CO_TRY ---

enum class Broken { kPlainly = 1 };

class BrokenDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "broken"; }
  std::string message(int, std::int64_t) const override { return "plainly broken"; }
};
constexpr BrokenDomain kBrokenDomain;
const ErrorDomain& error_domain(Broken) { return kBrokenDomain; }

Task<Result<std::unique_ptr<int>>> halves(int number) {
  CancelScope& scope = co_await current_scope();
  (void)co_await sleep_until(scope.loop().after(milliseconds(1)));
  if (number % 2 != 0) co_return fail(Broken::kPlainly, number);
  co_return std::make_unique<int>(number / 2);
}

Task<Result<int>> quarters(int number) {
  auto half = BRINK_CO_TRY(co_await halves(number));
  co_return *BRINK_CO_TRY(co_await halves(*half));
}

TEST(CoTry, MovesTheValueOutOfWhatWasAwaited) {
  Loop loop;
  EXPECT_EQ(run_task(loop, quarters(12)).value(), 3);
}

TEST(CoTry, HandsTheErrorOnFromTheFirstAndFromALaterAwait) {
  Loop loop;
  auto first = run_task(loop, quarters(3));
  ASSERT_FALSE(first);
  EXPECT_TRUE(first.error().is(Broken::kPlainly));
  EXPECT_EQ(first.error().detail(), 3);
  auto second = run_task(loop, quarters(6));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().detail(), 3);
}

TEST(CoTry, WorksOnResultsWithoutAValueAndOnWaits) {
  Loop loop;
  auto waits = [](Event& event, Deadline deadline) -> Task<Result<>> {
    BRINK_CO_TRY(co_await event.wait(deadline));
    co_return {};
  };
  Event event;
  event.notify();
  EXPECT_TRUE(run_task(loop, waits(event, Deadline::never())));
  EXPECT_TRUE(run_task(loop, waits(event, loop.after(milliseconds(1)))).error().is(WaitError::kTimeout));
}

TEST(CoTry, DestroysTheLocalsOfTheCoroutineThatItEnds) {
  Loop loop;
  auto alive = std::make_shared<int>(1);
  auto ends_early = [](std::shared_ptr<int> argument) -> Task<Result<int>> {
    auto local = argument;
    auto value = BRINK_CO_TRY(co_await halves(1));
    co_return *value;
  };
  EXPECT_FALSE(run_task(loop, ends_early(alive)));
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(CoTry, ServesAsAnArgument) {
  Loop loop;
  auto sums = []() -> Task<Result<int>> {
    std::vector<int> numbers{*BRINK_CO_TRY(co_await halves(2)), *BRINK_CO_TRY(co_await halves(4))};
    co_return numbers[0] + numbers[1];
  };
  EXPECT_EQ(run_task(loop, sums()).value(), 3);
}

}  // namespace
}  // namespace brink
