#include "tls/ticket_keys.h"

#include "tests/tls/given.h"
#include "tls/file.h"

#include <set>
#include <thread>

#include <sys/stat.h>

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

using namespace std::chrono_literals;

bool knows(const TicketKeys& keys, const TicketKeys::Key& key) { return keys.find(key.name).has_value(); }

TEST(TicketKeys, OfTheSameSecretAreTheSameEverywhere) {
  HandClock clock;
  const TicketKeys one(secret_of(1), clock.clock());
  const TicketKeys other(secret_of(1), clock.clock());
  EXPECT_EQ(one.current().name, other.current().name);
  EXPECT_EQ(one.current().cipher, other.current().cipher);
  EXPECT_EQ(one.current().mac, other.current().mac);
}

TEST(TicketKeys, OfAnotherSecretAreOthers) {
  HandClock clock;
  const TicketKeys one(secret_of(1), clock.clock());
  const TicketKeys other(secret_of(2), clock.clock());
  EXPECT_NE(one.current().name, other.current().name);
  EXPECT_NE(one.current().cipher, other.current().cipher);
  EXPECT_FALSE(knows(other, one.current()));
}

TEST(TicketKeys, ChangeEachPeriodAndAreGoodForOneMore) {
  HandClock clock;
  *clock.time = WallTime(std::chrono::hours(12 * 40'000));  // a period's first moment
  const TicketKeys keys(secret_of(1), clock.clock(), 12h);
  const auto first = keys.current();
  clock.advance(12h - 1s);
  EXPECT_EQ(keys.current().name, first.name);
  EXPECT_TRUE(keys.find(first.name)->is_current);
  clock.advance(1s);
  EXPECT_NE(keys.current().name, first.name);
  ASSERT_TRUE(knows(keys, first));
  EXPECT_FALSE(keys.find(first.name)->is_current);
  EXPECT_EQ(keys.find(first.name)->key.cipher, first.cipher);
  clock.advance(12h);
  EXPECT_FALSE(knows(keys, first));
}

TEST(TicketKeys, OfANodeWhoseClockIsAheadAreKnown) {
  HandClock clock;
  HandClock ahead;
  *ahead.time = *clock.time + 12h;
  const TicketKeys keys(secret_of(1), clock.clock(), 12h);
  const TicketKeys keys_ahead(secret_of(1), ahead.clock(), 12h);
  EXPECT_TRUE(knows(keys, keys_ahead.current()));
  ahead.advance(12h);
  EXPECT_FALSE(knows(keys, keys_ahead.current()));
}

TEST(TicketKeys, NeverRepeatAndDependOnThePeriodsLength) {
  HandClock clock;
  *clock.time = WallTime(std::chrono::hours(1'000'000));
  const TicketKeys hourly(secret_of(1), clock.clock(), 1h);
  std::set<std::array<unsigned char, 16>> names;
  for (int i = 0; i < 100; ++i, clock.advance(1h)) names.insert(hourly.current().name);
  EXPECT_EQ(names.size(), 100u);
  *clock.time = WallTime(std::chrono::seconds(0));
  const TicketKeys daily(secret_of(1), clock.clock(), 24h);
  EXPECT_NE(hourly.current().name, daily.current().name);  // both of epoch 0
}

TEST(TicketKeys, MayBeAskedByAllThreadsWhileTheyChange) {
  auto ticks = std::make_shared<std::atomic<int>>(0);
  const TicketKeys keys(
      secret_of(1),
      [ticks] { return WallTime(std::chrono::hours(ticks->fetch_add(1, std::memory_order_relaxed))); }, 24h);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&keys] {
      for (int turn = 0; turn < 500; ++turn) (void)keys.find(keys.current().name);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ticks->load(), 4 * 500 * 2);
}

TEST(TicketSecret, IsMadeOnceAndKept) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/tickets.key";
  const auto made = load_or_make_ticket_secret(path);
  ASSERT_TRUE(made.has_value()) << made.error().text();
  EXPECT_EQ(*load_or_make_ticket_secret(path), *made);
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(status.st_size, 32);
  EXPECT_NE(*made, TicketSecret{});
}

TEST(TicketSecret, ThatIsNoneIsAnError) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/tickets.key";
  ASSERT_TRUE(replace_file(path, "short", 0600).has_value());
  const auto loaded = load_or_make_ticket_secret(path);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().detail(), EINVAL);
  EXPECT_EQ(load_or_make_ticket_secret("/nonexistent/tickets.key").error().detail(), ENOENT);
}

}  // namespace
}  // namespace brink::tls
