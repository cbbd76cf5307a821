#include "store/writer.h"

#include "store/acme_state.h"
#include "store/reader.h"
#include "tests/store/given_store.h"

#include <thread>

namespace brink::store {
namespace {

Writer::Change putting(std::string name, std::string value = "x") {
  return [name = std::move(name), value = std::move(value)](WriteTransaction& transaction) {
    return acme_state::put(transaction, name, value);
  };
}

TEST(Writer, AnswersOnTheLoopWithTheNumberOfTheChange) {
  GivenStore store;
  const auto first = run_task(store.loop, store.writer->apply(putting("a")));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->sequence, 1U);
  EXPECT_EQ(run_task(store.loop, store.writer->apply(putting("b")))->sequence, 2U);
  EXPECT_EQ(store.environment->sequence(), 2U);
  EXPECT_EQ(store.read()->sequence(), 2U);
}

TEST(Writer, AChangeThatDoesNothingTakesNoNumber) {
  GivenStore store;
  EXPECT_EQ(store.change(putting("a", "1")), 1U);
  EXPECT_EQ(store.change(putting("a", "1")), 1U);
  EXPECT_EQ(store.change([](WriteTransaction&) -> Result<> { return {}; }), 1U);
  EXPECT_EQ(store.change(putting("a", "2")), 2U);
}

TEST(Writer, CommitsWhatWaitsTogetherAndAFailedChangeTakesBackOnlyItsOwnPart) {
  GivenStore store;
  std::vector<std::uint64_t> commits;
  store.writer->on_commit([&](std::uint64_t sequence) { commits.push_back(sequence); });
  // The first change holds the writer until all others wait.
  std::binary_semaphore started(0), go(0);
  std::vector<std::optional<Result<Committed>>> answers(101);
  TaskGroup group("test", store.loop);
  const auto spawn = [&](std::size_t index, Writer::Change change) {
    group.spawn([](Task<Result<Committed>> task, std::optional<Result<Committed>>& answer) -> Task<void> {
      answer.emplace(co_await task);
    }(store.writer->apply(std::move(change)), answers[index]));
  };
  spawn(0, [&](WriteTransaction& transaction) -> Result<> {
    started.release();
    go.acquire();
    return acme_state::put(transaction, "first", "x");
  });
  started.acquire();
  for (std::size_t i = 1; i <= 100; ++i) {
    spawn(i, [i](WriteTransaction& transaction) -> Result<> {
      BRINK_TRY(acme_state::put(transaction, std::to_string(i), "x"));
      if (i % 10 == 0) return fail(StoreError::kInvalid);
      if (i > 1 && (i - 1) % 10 != 0) EXPECT_TRUE(acme_state::get(transaction, std::to_string(i - 1)));
      return {};
    });
  }
  go.release();
  run_until(store.loop, [&] { return group.running() == 0; });
  EXPECT_EQ(commits, (std::vector<std::uint64_t>{1, 91}));
  std::uint64_t last = 1;
  for (std::size_t i = 1; i <= 100; ++i) {
    const auto& answer = *answers[i];
    const bool kept = i % 10 != 0;
    ASSERT_EQ(answer.has_value(), kept) << i;
    if (kept) EXPECT_EQ(answer->sequence, ++last);
    EXPECT_EQ(acme_state::get(*store.read(), std::to_string(i)).has_value(), kept) << i;
  }
}

TEST(Writer, ATaskMayDieBeforeItsAnswerComes) {
  GivenStore store;
  std::binary_semaphore started(0), go(0);
  {
    TaskGroup group("test", store.loop);
    std::optional<Result<Committed>> answer;
    group.spawn([](Writer& writer, std::optional<Result<Committed>>& out, auto change) -> Task<void> {
      out.emplace(co_await writer.apply(std::move(change)));
    }(*store.writer, answer, [&](WriteTransaction& transaction) -> Result<> {
                  started.release();
                  go.acquire();
                  return acme_state::put(transaction, "a", "x");
                }));
    started.acquire();
    run_task(store.loop, group.finish());
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->error().is(WaitError::kCancelled));
  }
  go.release();
  EXPECT_EQ(store.change(putting("b")), 2U);  // the change that nobody waited for was made
  store.loop.run_once(Deadline::at(store.loop.now()));
}

TEST(Writer, CommitsWhatWaitsWhenItEnds) {
  GivenStore store;
  TaskGroup group("test", store.loop);
  std::vector<std::optional<Result<Committed>>> answers(50);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    group.spawn([](Task<Result<Committed>> task, std::optional<Result<Committed>>& answer) -> Task<void> {
      answer.emplace(co_await task);
    }(store.writer->apply(putting(std::to_string(i))), answers[i]));
  }
  store.writer.reset();
  EXPECT_EQ(store.environment->sequence(), 50U);
  run_until(store.loop, [&] { return group.running() == 0; });
  for (const auto& answer : answers) EXPECT_TRUE(answer->has_value());
}

TEST(Writer, RefusesMoreThanMayWait) {
  GivenStore store;
  std::binary_semaphore started(0), go(0);
  TaskGroup group("test", store.loop);
  std::size_t busy = 0, done = 0;
  const auto spawn = [&](Writer::Change change) {
    group.spawn([](Task<Result<Committed>> task, std::size_t& busy, std::size_t& done) -> Task<void> {
      const auto answer = co_await task;
      if (answer) {
        ++done;
      } else {
        EXPECT_TRUE(answer.error().is(StoreError::kBusy));
        ++busy;
      }
    }(store.writer->apply(std::move(change)), busy, done));
  };
  spawn([&](WriteTransaction&) -> Result<> {
    started.release();
    go.acquire();
    return {};
  });
  started.acquire();
  for (std::size_t i = 0; i < kMaxWaitingChanges + 3; ++i) spawn(putting("a"));
  EXPECT_EQ(busy, 3U);
  go.release();
  store.writer.reset();  // makes all that wait, however long that takes with a sanitizer
  run_until(store.loop, [&] { return group.running() == 0; });
  EXPECT_EQ(done, kMaxWaitingChanges + 1);
}

TEST(Writer, TakesChangesFromManyThreads) {
  GivenStore store;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 50; ++i) store.change(putting(fmt::format("{} {}", thread, i)));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store.environment->sequence(), 200U);
}

TEST(Writer, AChangeThatForgetsAFailedPutFailsAllTheSame) {
  GivenStore store;
  const auto answer = store.writer->apply_now([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(acme_state::put(transaction, "a", "x"));
    (void)acme_state::put(transaction, std::string(600, 'n'), "x");
    return {};
  });
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().is(StoreError::kTooLarge));
  EXPECT_FALSE(acme_state::get(*store.read(), "a"));
}

TEST(Writer, TellsChangesTheTimeOfItsClock) {
  ManualTime time;
  GivenStore store({.time = &time});
  time.advance(std::chrono::microseconds(1'500'000));
  store.change([&](WriteTransaction& transaction) -> Result<> {
    EXPECT_EQ(transaction.now(), std::chrono::floor<std::chrono::microseconds>(time.wall_now()));
    return {};
  });
}

TEST(Reader, SeesOneStateForATurn) {
  GivenStore store;
  store.change(putting("a", "1"));
  Reader reader(*store.environment, store.loop);
  EXPECT_TRUE(reader.has_changed());
  EXPECT_FALSE(reader.has_changed());
  const ReadTransaction* snapshot = reader.snapshot().value();
  EXPECT_EQ(acme_state::get(*snapshot, "a"), "1");
  store.change(putting("a", "2"));
  EXPECT_EQ(reader.snapshot().value(), snapshot);
  EXPECT_EQ(acme_state::get(*snapshot, "a"), "1");
  EXPECT_FALSE(reader.has_changed());  // this turn cannot see it, and the next must not miss it
  store.loop.run_once(Deadline::at(store.loop.now()));
  EXPECT_TRUE(reader.has_changed());
  EXPECT_EQ(acme_state::get(**reader.snapshot(), "a"), "2");
}

TEST(Reader, LetsGoOfItsSnapshotWhenTheTurnEnds) {
  GivenStore store({.kept_changes = 1});  // the log would keep the old values
  store.change(putting("a", std::string(1 << 20, 'a')));
  Reader reader(*store.environment, store.loop);
  const auto turn = [&] { store.loop.run_once(Deadline::at(store.loop.now())); };
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(reader.snapshot());
    turn();
    store.change(putting("a", std::string(1 << 20, static_cast<char>('b' + i))));
  }
  // Were the old pages kept, there would be 20 MiB of them.
  EXPECT_LT(store.environment->usage()->bytes, 12U << 20);
}

}  // namespace
}  // namespace brink::store
