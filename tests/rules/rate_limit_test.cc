#include "rules/rate_limit.h"

#include "base/random.h"

#include <map>
#include <thread>

#include <gtest/gtest.h>

namespace brink::rules {
namespace {

using namespace std::chrono_literals;
using Instant = RateLimitTable::Instant;

constexpr RateKey kKey{.high = 0x1234'5678'9abc'def0, .low = 1};

RateKey key_of(std::uint64_t number) {
  const Value value = Value::of_int(static_cast<std::int64_t>(number));
  return rate_key(0, "rule", {&value, 1});
}

TEST(RateLimit, StopsWhatIsAboveTheLimit) {
  RateLimitTable table(100);
  const RateTerms limit{.period = 10s, .limit = 1};
  EXPECT_FALSE(table.count(kKey, limit, 0ms).exceeded);
  EXPECT_TRUE(table.count(kKey, limit, 1ms).exceeded);
  EXPECT_FALSE(table.count(key_of(2), limit, 1ms).exceeded);  // another key
}

TEST(RateLimit, EstimatesASlidingWindow) {
  RateLimitTable table(100);
  const RateTerms limit{.period = 10s, .limit = 1000};
  const auto remaining = [&](Instant now) { return table.compare(kKey, limit, now).remaining; };
  table.add(kKey, limit, 5s, 100);
  EXPECT_EQ(remaining(5s), 900U);
  EXPECT_EQ(remaining(15s), 900U);
  EXPECT_EQ(remaining(20s), 950U);   // half a period after a full bucket: half of it
  EXPECT_EQ(remaining(25s), 1000U);  // two periods after the first event: nothing
}

TEST(RateLimit, ComparesWithoutRounding) {
  RateLimitTable table(100);
  const RateTerms limit{.period = 10s, .limit = 10};
  table.add(kKey, limit, 0ms, 10);
  table.add(kKey, limit, 10s, 9);  // 9 + 10 * (10000 - elapsed) / 10000 is above 10 until 9 s have gone
  EXPECT_TRUE(table.compare(kKey, limit, 18'999ms).exceeded);
  EXPECT_FALSE(table.compare(kKey, limit, 19s).exceeded);
}

TEST(RateLimit, LetsTheLimitsWorthPassInEveryPeriod) {
  RateLimitTable table(100);
  const RateTerms throttle{.period = 10s, .limit = 10};
  const RateTerms log{.period = 10s, .limit = 10, .stops = false};
  int passed = 0;
  int unlogged = 0;
  for (Instant now{0}; now < 100s; now += 100ms) {
    passed += table.count(key_of(1), throttle, now).exceeded ? 0 : 1;
    unlogged += table.count(key_of(2), log, now).exceeded ? 0 : 1;
  }
  EXPECT_NEAR(passed, 100, 11);
  EXPECT_EQ(unlogged, 10);  // what is only logged counts on
}

TEST(RateLimit, MitigatesForItsTimeAndThenCountsAnew) {
  RateLimitTable table(100);
  const RateTerms limit{.period = 10s, .limit = 2, .mitigation = 60s};
  EXPECT_FALSE(table.count(kKey, limit, 0s).exceeded);
  EXPECT_FALSE(table.count(kKey, limit, 0s).exceeded);
  const auto third = table.count(kKey, limit, 1s);
  EXPECT_TRUE(third.exceeded);
  EXPECT_FALSE(third.mitigated);
  EXPECT_EQ(third.reset, 60s);
  const auto later = table.count(kKey, limit, 50s);
  EXPECT_TRUE(later.exceeded);
  EXPECT_TRUE(later.mitigated);
  EXPECT_EQ(later.reset, 11s);
  table.add(kKey, limit, 51s, 100);  // not counted
  EXPECT_TRUE(table.compare(kKey, limit, 60'999ms).exceeded);
  EXPECT_EQ(table.compare(kKey, limit, 61s).remaining, 2U);
  EXPECT_FALSE(table.count(kKey, limit, 61s).exceeded);
  EXPECT_FALSE(table.count(kKey, limit, 61s).exceeded);
  EXPECT_TRUE(table.count(kKey, limit, 61s).exceeded);
}

TEST(RateLimit, StopsTheNextRequestAfterCountingResponses) {
  RateLimitTable table(100);
  const RateTerms limit{.period = 10s, .limit = 100, .mitigation = 60s};
  EXPECT_FALSE(table.compare(kKey, limit, 0s).exceeded);
  table.add(kKey, limit, 0s, 100);
  EXPECT_FALSE(table.compare(kKey, limit, 1s).exceeded);
  table.add(kKey, limit, 1s, 1);  // the time begins now, though nobody asks before the window is over
  EXPECT_TRUE(table.compare(kKey, limit, 40s).mitigated);
  EXPECT_FALSE(table.compare(kKey, limit, 61s).exceeded);
}

TEST(RateLimit, ForgivesWhoPassesAChallenge) {
  RateLimitTable table(100);
  const RateTerms limit{.period = 10s, .limit = 5};
  table.add(kKey, limit, 0s, 9);
  EXPECT_TRUE(table.compare(kKey, limit, 0s).exceeded);
  table.forgive(kKey);
  EXPECT_EQ(table.compare(kKey, limit, 0s).remaining, 5U);
  table.forgive(key_of(77));
}

TEST(RateLimit, TellsWhenTheBucketEnds) {
  RateLimitTable table(100);
  const RateTerms limit{.period = 10s, .limit = 5};
  EXPECT_EQ(table.compare(kKey, limit, 3s).reset, 10s);
  const auto first = table.count(kKey, limit, 3s);
  EXPECT_EQ(first.remaining, 4U);
  EXPECT_EQ(first.reset, 10s);
  EXPECT_EQ(table.count(kKey, limit, 7s).reset, 6s);
}

TEST(RateLimit, EndsCountsAtTheirTypesEnd) {
  RateLimitTable table(100);
  const RateTerms limit{.period = 3600s, .limit = 0xFFFF'FFFF};
  table.add(kKey, limit, 0s, ~std::uint64_t{0});
  table.add(kKey, limit, 0s, ~std::uint64_t{0});
  EXPECT_EQ(table.compare(kKey, limit, 0s).remaining, 0U);
  EXPECT_FALSE(table.compare(kKey, limit, 0s).exceeded);
}

TEST(RateLimit, ToleratesClocksThatDisagree) {
  RateLimitTable table(100);
  const RateTerms limit{.period = 10s, .limit = 5};
  (void)table.count(kKey, limit, 100s);
  EXPECT_EQ(table.count(kKey, limit, 99s).remaining, 3U);
}

TEST(RateLimit, ForgetsTheKeyUsedLeastLately) {
  RateLimitTable table(1);  // one set
  const RateTerms limit{.period = 3600s, .limit = 5};
  for (std::uint64_t n = 0; n < 16; ++n) table.add(key_of(n), limit, Instant(std::chrono::seconds(n)));
  table.add(key_of(0), limit, 100s);  // so that 1 is the oldest
  EXPECT_EQ(table.forgotten(), 0U);
  table.add(key_of(16), limit, 101s);
  EXPECT_EQ(table.forgotten(), 1U);
  EXPECT_EQ(table.compare(key_of(1), limit, 102s).remaining, 5U);
  EXPECT_EQ(table.compare(key_of(0), limit, 102s).remaining, 3U);
  EXPECT_EQ(table.compare(key_of(2), limit, 102s).remaining, 4U);
}

TEST(RateLimit, ReusesPlacesThatCountNoMore) {
  RateLimitTable table(1);
  const RateTerms limit{.period = 10s, .limit = 5};
  for (std::uint64_t n = 0; n < 10'000; ++n)
    table.add(key_of(n), limit, Instant(std::chrono::seconds(2 * n)));
  EXPECT_EQ(table.forgotten(), 0U);
}

TEST(RateLimit, HoldsAsManyKeysAsItWasMadeFor) {
  constexpr std::uint64_t kKeys = 100'000;
  RateLimitTable table(kKeys);
  const RateTerms limit{.period = 3600s, .limit = 5};
  for (std::uint64_t n = 0; n < kKeys; ++n) table.add(key_of(n), limit, 1s);
  EXPECT_LT(table.forgotten(), kKeys / 100);
  EXPECT_LT(table.memory(), kKeys * 72);
}

TEST(RateKeys, DifferInRuleValuesAndTheirKinds) {
  const auto key = [](std::string_view rule, std::vector<Value> values, std::uint64_t seed = 1) {
    const RateKey made = rate_key(seed, rule, values);
    return std::pair(made.high, made.low);
  };
  const Value text = Value::of_bytes("a");
  const Value texts[] = {text, Value::of_bytes("b")};
  EXPECT_EQ(key("r", {text}), key("r", {text}));
  EXPECT_EQ(key("r", {Value::of_array(texts)}), key("r", {text}));
  EXPECT_EQ(key("r", {Value::of_array({})}), key("r", {Value()}));
  EXPECT_NE(key("r", {text}), key("s", {text}));
  EXPECT_NE(key("r", {text}), key("r", {text}, 2));
  EXPECT_NE(key("r", {Value()}), key("r", {Value::of_bytes("")}));
  EXPECT_NE(key("r", {Value()}), key("r", {}));
  EXPECT_NE(key("r", {Value::of_int(1)}), key("r", {Value::of_bool(true)}));
  EXPECT_NE(key("r", {Value::of_bytes("ab"), Value::of_bytes("c")}),
            key("r", {Value::of_bytes("a"), Value::of_bytes("bc")}));
  const auto v4 = net::IpAddress::v4(1);
  const auto other = net::IpAddress::v4(2);
  EXPECT_NE(key("r", {Value::of_ip(v4)}), key("r", {Value::of_ip(other)}));
}

// What one key does, as plainly as section 6 of the language's specification says it.
struct Model {
  std::int64_t start = 0;
  std::uint64_t current = 0, previous = 0;
  std::int64_t until = 0;

  void move_on(const RateTerms& limit, std::int64_t now) {
    const std::int64_t period = limit.period.count();
    while (current + previous > 0 && now - start >= period) {
      previous = current;
      current = 0;
      start += period;
    }
  }
  [[nodiscard]] bool exceeded(const RateTerms& limit, std::int64_t now) const {
    const std::int64_t period = limit.period.count();
    const std::int64_t left = period - (now - start);
    return static_cast<std::int64_t>(current) * period + static_cast<std::int64_t>(previous) * left >
           static_cast<std::int64_t>(limit.limit) * period;
  }
  void add(std::uint64_t amount, std::int64_t now) {
    if (current + previous == 0) start = now;
    current += amount;
  }
  bool count(const RateTerms& limit, std::int64_t now) {
    if (now < until) return true;
    move_on(limit, now);
    const Model before = *this;
    add(1, now);
    if (!exceeded(limit, now)) return false;
    if (limit.mitigation.count() == 0) {
      *this = before;
    } else {
      *this = {.until = now + limit.mitigation.count()};
    }
    return true;
  }
  void add_later(const RateTerms& limit, std::int64_t now, std::uint64_t amount) {
    if (now < until) return;
    move_on(limit, now);
    add(amount, now);
    if (exceeded(limit, now) && limit.mitigation.count() > 0)
      *this = {.until = now + limit.mitigation.count()};
  }
  bool compare(const RateTerms& limit, std::int64_t now) {
    if (now < until) return true;
    move_on(limit, now);
    if (current + previous == 0 || !exceeded(limit, now)) return false;
    if (limit.mitigation.count() > 0) *this = {.until = now + limit.mitigation.count()};
    return true;
  }
};

TEST(RateLimit, DoesAsAPlainModelDoes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    FastRandom random(seed);
    RateLimitTable table(1000);
    std::map<std::uint64_t, Model> models;
    const RateTerms limits[] = {{.period = 10s, .limit = 3},
                                {.period = 60s, .limit = 5, .mitigation = 30s},
                                {.period = 1s, .limit = 1, .mitigation = 10s}};
    std::int64_t now = 0;
    int exceeded = 0;
    for (int step = 0; step < 5000; ++step) {
      now += static_cast<std::int64_t>(random.below(10) == 0 ? random.below(20'000) : random.below(200));
      const std::uint64_t number = random.below(30);
      const RateTerms& limit = limits[number % std::size(limits)];
      const RateKey key = key_of(number);
      Model& model = models[number];
      switch (random.below(4)) {
        case 0: {
          const std::uint64_t amount = 1 + random.below(4);
          table.add(key, limit, Instant(now), amount);
          model.add_later(limit, now, amount);
          break;
        }
        case 1:
          ASSERT_EQ(table.compare(key, limit, Instant(now)).exceeded, model.compare(limit, now)) << step;
          break;
        default: {
          const bool expected = model.count(limit, now);
          ASSERT_EQ(table.count(key, limit, Instant(now)).exceeded, expected) << step;
          exceeded += expected ? 1 : 0;
        }
      }
    }
    EXPECT_GT(exceeded, 100);
    EXPECT_EQ(table.forgotten(), 0U);
  }
}

TEST(RateLimit, LosesNoCountAmongThreads) {
  RateLimitTable table(100);
  const RateTerms limit{.period = 3600s, .limit = 1'000'000};
  constexpr int kThreads = 4;
  constexpr std::uint64_t kCounts = 20'000;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&table, &limit, thread] {
      for (std::uint64_t n = 0; n < kCounts; ++n) {
        (void)table.count(kKey, limit, 1s);
        table.add(key_of(n % 50), limit, 1s);
        if (thread == 0 && n % 100 == 0) table.forgive(key_of(60));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(table.compare(kKey, limit, 1s).remaining, 1'000'000 - kThreads * kCounts);
  EXPECT_EQ(table.compare(key_of(7), limit, 1s).remaining, 1'000'000 - kThreads * kCounts / 50);
}

}  // namespace
}  // namespace brink::rules
