#include "telemetry/log.h"

#include "telemetry/message_limiter.h"
#include "telemetry/metrics.h"
#include "telemetry/prometheus.h"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::telemetry {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    set_log_role("edge");
    set_log_level(LogLevel::kInfo);
    testing::internal::CaptureStderr();
  }
  void TearDown() override {
    set_log_metrics(nullptr);
    if (capturing_) (void)said();
  }
  std::string said() {
    capturing_ = false;
    return testing::internal::GetCapturedStderr();
  }
  bool capturing_ = true;
};

TEST_F(LogTest, AMessageIsOneLineOfLogfmt) {
  log_error("cannot accept connections", {{"address", "127.0.0.1:80"}, {"why", "Too many open files"}});
  EXPECT_THAT(
      said(),
      MatchesRegex(
          "time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z level=error role=edge "
          "msg=\"cannot accept connections\" address=127.0.0.1:80 why=\"Too many open files\"\n"));
}

TEST_F(LogTest, ValuesOfStrangersCannotForgeALine) {
  log_warn("odd", {{"host", "a\nlevel=error msg=\"b\""}, {"empty", ""}, {"bytes", "\xff\x1b[31m"}});
  const std::string text = said();
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_THAT(text, HasSubstr(R"(host="a\nlevel=error msg=\"b\"" empty="" bytes=")"
                              "\xef\xbf\xbd"
                              R"(\u001b[31m")"));
}

TEST_F(LogTest, WhatIsBelowTheLevelIsNotSaid) {
  log_debug("not said");
  set_log_level(LogLevel::kWarn);
  log_info("nor this");
  log_warn("this is");
  const std::string text = said();
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_THAT(text, HasSubstr("msg=\"this is\""));
}

TEST_F(LogTest, ALongMessageIsCutAndStillALine) {
  log_info("long",
           {{"value", std::string(100'000, 'x')}, {"spaces", std::string(100'000, ' ')}, {"later", "y"}});
  const std::string text = said();
  EXPECT_LE(text.size(), limits::kMaxMessageBytes);
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_EQ(text.back(), '\n');
}

TEST_F(LogTest, AFloodFromOnePlaceIsHeldBackAndCounted) {
  auto registry = Registry::open(*Segment::create("edge"));
  ASSERT_TRUE(registry);
  set_log_metrics(registry->get());
  for (int i = 0; i < 10'000; ++i) log_warn("flood");
  log_error("elsewhere");
  set_log_metrics(nullptr);
  const std::string text = said();
  const auto lines = std::ranges::count(text, '\n');
  EXPECT_GE(lines, 128);
  EXPECT_LT(lines, 1000);
  EXPECT_THAT(text, HasSubstr("msg=elsewhere"));
  Exposition exposition;
  exposition.add((*registry)->segment(), true);
  EXPECT_THAT(exposition.text(), HasSubstr("level=\"error\"} 1\n"));
  EXPECT_THAT(exposition.text(), HasSubstr("brink_log_messages_suppressed_total"));
}

TEST_F(LogTest, LinesOfThreadsAreWhole) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 20; ++i) log_info("a message of some length", {{"key", "a value with spaces"}});
    });
  }
  for (auto& thread : threads) thread.join();
  const std::string text = said();
  std::size_t start = 0, lines = 0;
  while (start < text.size()) {
    const std::size_t end = text.find('\n', start);
    ASSERT_NE(end, std::string::npos);
    EXPECT_THAT(text.substr(start, end - start), MatchesRegex("time=.* key=\"a value with spaces\""));
    ++lines;
    start = end + 1;
  }
  EXPECT_EQ(lines, 80U);
}

TEST(MessageLimiter, AllowsABurstAndThenAFewPerSecond) {
  MessageLimiter limiter(3, 1);
  const char* file = __FILE__;
  TimePoint now{};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.ask(file, 1, now).may_speak);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limiter.ask(file, 1, now).may_speak);
  EXPECT_TRUE(limiter.ask(file, 2, now).may_speak) << "another place";
  now += 1s;
  const auto verdict = limiter.ask(file, 1, now);
  EXPECT_TRUE(verdict.may_speak);
  EXPECT_EQ(verdict.suppressed, 5U);
  EXPECT_FALSE(limiter.ask(file, 1, now).may_speak);
  now += 1h;
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(limiter.ask(file, 1, now).may_speak) << "the bucket holds no more than a burst";
  EXPECT_FALSE(limiter.ask(file, 1, now).may_speak);
}

}  // namespace
}  // namespace brink::telemetry
