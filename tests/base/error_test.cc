#include "base/error.h"

#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace brink {
namespace {

enum class Weather { kRain = 1, kSnow };

class WeatherDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "weather"; }
  std::string message(int code, std::int64_t detail) const override {
    return (code == static_cast<int>(Weather::kRain) ? "rain " : "snow ") + std::to_string(detail);
  }
};
constexpr WeatherDomain kWeatherDomain;
const ErrorDomain& error_domain(Weather) { return kWeatherDomain; }

static_assert(std::is_trivially_copyable_v<Error>);
static_assert(sizeof(Error) == 24);

TEST(Error, KnowsItsCodeItsDomainAndItsText) {
  const Error error(Weather::kSnow, 7);
  EXPECT_TRUE(error.is(Weather::kSnow));
  EXPECT_FALSE(error.is(Weather::kRain));
  EXPECT_FALSE(error.is(WaitError::kCancelled)) << "the same number in another domain";
  EXPECT_TRUE(error.in<Weather>());
  EXPECT_FALSE(error.in<WaitError>());
  EXPECT_EQ(error.domain().name(), "weather");
  EXPECT_EQ(error.text(), "snow 7");
}

TEST(Error, SystemErrorsSayWhatTheErrnoMeans) {
  const Result<> failed = fail_errno(ECONNREFUSED);
  EXPECT_TRUE(failed.error().is(SystemError::kSystem));
  EXPECT_EQ(failed.error().detail(), ECONNREFUSED);
  EXPECT_EQ(failed.error().text(), "Connection refused");
  EXPECT_EQ(Error(SystemError::kSystem, 99999).text(), "error 99999");
}

TEST(Error, TextsAreMadeFromAnyThread) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 1; n < 200; ++n)
        EXPECT_EQ(Error(SystemError::kSystem, ENOENT).text(), "No such file or directory");
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(Error, WaitsSayWhichOfTheTwo) {
  EXPECT_EQ(Error(WaitError::kTimeout).text(), "timed out");
  EXPECT_EQ(Error(WaitError::kCancelled).text(), "cancelled");
}

Result<std::unique_ptr<int>> halve(int number) {
  if (number % 2 != 0) return fail(Weather::kRain, number);
  return std::make_unique<int>(number / 2);
}

Result<int> quarter(int number) {
  auto half = BRINK_TRY(halve(number));
  return *BRINK_TRY(halve(*half));
}

TEST(Try, MovesTheValueOut) { EXPECT_EQ(quarter(12).value(), 3); }

TEST(Try, HandsTheErrorOn) {
  EXPECT_EQ(quarter(5).error().detail(), 5);
  EXPECT_EQ(quarter(6).error().detail(), 3);
}

TEST(Try, HandsItOnFromWithinAnExpressionAndThroughAnotherResultType) {
  auto joined = [](int number) -> Result<std::string> {
    return std::string("half of it is ") + std::to_string(*BRINK_TRY(halve(number)));
  };
  EXPECT_EQ(joined(4).value(), "half of it is 2");
  EXPECT_TRUE(joined(3).error().is(Weather::kRain));
}

TEST(Try, TakesResultsWithoutAValue) {
  auto checks = [](bool good) -> Result<int> {
    BRINK_TRY(good ? Result<>{} : Result<>(fail(Weather::kRain)));
    return 1;
  };
  EXPECT_EQ(checks(true).value(), 1);
  EXPECT_TRUE(checks(false).error().is(Weather::kRain));
}

TEST(Try, EvaluatesItsExpressionOnce) {
  int calls = 0;
  auto counts = [&]() -> Result<int> { return ++calls; };
  auto uses = [&]() -> Result<int> { return BRINK_TRY(counts()); };
  EXPECT_EQ(uses().value(), 1);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace brink
