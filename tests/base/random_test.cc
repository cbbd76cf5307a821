#include "base/random.h"

#include <array>
#include <set>

#include <gtest/gtest.h>

namespace brink {
namespace {

TEST(FastRandom, GivesTheSameNumbersForTheSameSeed) {
  FastRandom a(1), b(1), c(2);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const auto number = a.next();
    EXPECT_EQ(number, b.next());
    differs |= number != c.next();
  }
  EXPECT_TRUE(differs);
}

TEST(FastRandom, StaysBelowItsBoundAndReachesAllOfIt) {
  FastRandom random(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(7));
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(*seen.rbegin(), 6U);
  EXPECT_EQ(random.below(1), 0U);
  EXPECT_LT(random.below(UINT64_MAX), UINT64_MAX);
}

TEST(FastRandom, UnseededOnesDiffer) { EXPECT_NE(FastRandom().next(), FastRandom().next()); }

TEST(FillSecret, FillsAllBytes) {
  std::array<unsigned char, 1000> bytes{};
  fill_secret(bytes);
  std::set<unsigned char> tail(bytes.end() - 100, bytes.end());
  EXPECT_GT(tail.size(), 10U);
  fill_secret({});
}

}  // namespace
}  // namespace brink
