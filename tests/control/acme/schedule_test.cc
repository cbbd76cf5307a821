#include "control/acme/schedule.h"

#include <gtest/gtest.h>

namespace brink::control::acme {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using Names = std::vector<std::string>;

WallTime at(std::chrono::seconds since_epoch) { return WallTime(since_epoch); }
const WallTime kNow = at(days(20'000));

Names many(std::size_t count, const std::string& prefix) {
  Names names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(fmt::format("{}{:04}.example.com", prefix, i));
  return names;
}

TEST(RenewalTime, IsAroundTwoThirdsAndNotTheSameForAll) {
  FastRandom random(1);
  std::vector<WallTime> times;
  for (int i = 0; i < 200; ++i) {
    const WallTime time = renewal_time(kNow, kNow + days(90), random);
    EXPECT_GE(time, kNow + days(60) - hours(108));
    EXPECT_LE(time, kNow + days(60) + hours(108));
    times.push_back(time);
  }
  std::ranges::sort(times);
  EXPECT_GT(times.back() - times.front(), days(7));
  EXPECT_EQ(renewal_time(kNow, kNow, random), kNow);
  EXPECT_EQ(renewal_time(kNow, kNow - days(1), random), kNow);  // a certificate that ends before it begins
}

TEST(BackOff, GrowsFromMinutesToADay) {
  FastRandom random(1);
  const auto near = [&](std::uint32_t failures, std::chrono::seconds middle) {
    const auto pause = back_off(failures, random);
    return pause >= middle * 4 / 5 && pause <= middle * 6 / 5;
  };
  EXPECT_TRUE(near(1, minutes(5)));
  EXPECT_TRUE(near(2, minutes(10)));
  EXPECT_TRUE(near(5, minutes(80)));
  EXPECT_TRUE(near(20, days(1)));
  EXPECT_TRUE(near(4'000'000'000, days(1)));
}

TEST(Covers, TakesAWildcardForOneLabel) {
  const Names names = {"*.example.com", "example.org"};
  EXPECT_TRUE(covers(names, "a.example.com"));
  EXPECT_TRUE(covers(names, "*.example.com"));
  EXPECT_TRUE(covers(names, "example.org"));
  for (const char* name : {"example.com", "a.b.example.com", "*.example.org", "", ".example.com", "com"})
    EXPECT_FALSE(covers(names, name)) << name;
}

TEST(Plan, OrdersWhatHasNoCertificate) {
  const Plan plan = plan_for({.wanted = {"a.example.com", "b.example.com"}}, kNow);
  EXPECT_EQ(plan.order, (Names{"a.example.com", "b.example.com"}));
  EXPECT_TRUE(plan_for({}, kNow).order.empty());
  EXPECT_FALSE(plan_for({}, kNow).next.has_value());
}

TEST(Plan, WaitsForTheRenewalOfWhatThereIs) {
  Situation situation{.wanted = {"a.example.com"},
                      .certificates = {{.id = {}, .names = {"a.example.com"}, .renew = kNow + days(3)}}};
  EXPECT_TRUE(plan_for(situation, kNow).order.empty());
  EXPECT_EQ(plan_for(situation, kNow).next, kNow + days(3));
  EXPECT_EQ(plan_for(situation, kNow + days(3)).order, Names{"a.example.com"});
  situation.certificates.push_back({.id = {}, .names = {"*.example.com"}, .renew = kNow + days(5)});
  EXPECT_EQ(plan_for(situation, kNow + days(3)).next, kNow + days(5));
}

TEST(Plan, TakesInTheNamesOfSmallCertificatesSoThatThereIsOne) {
  const Situation situation{.wanted = {"a.example.com", "b.example.com", "new.example.com"},
                            .certificates = {{.id = {},
                                              .names = {"a.example.com", "b.example.com", "gone.example.com"},
                                              .renew = kNow + days(3)}}};
  EXPECT_EQ(plan_for(situation, kNow).order, (Names{"a.example.com", "b.example.com", "new.example.com"}));
}

TEST(Plan, LeavesNamesThatHaveFailedUntilTheirTime) {
  const Situation situation{
      .wanted = {"a.example.com", "lost.example.com"},
      .waiting = {
          {.name = "lost.example.com", .failures = 1, .until = kNow + minutes(5), .why = "no answer"}}};
  const Plan plan = plan_for(situation, kNow);
  EXPECT_EQ(plan.order, Names{"a.example.com"});
  EXPECT_EQ(plan.next, kNow + minutes(5));
  EXPECT_EQ(plan_for(situation, kNow + minutes(5)).order, (Names{"a.example.com", "lost.example.com"}));
}

TEST(Plan, PutsNoMoreNamesIntoACertificateThanAuthoritiesTake) {
  const Situation situation{.wanted = many(150, "h"),
                            .certificates = {{.id = {}, .names = many(60, "h"), .renew = kNow + days(1)}}};
  const Plan plan = plan_for(situation, kNow);
  EXPECT_EQ(plan.order.size(), 90U);  // the 60 would not fit beside them
  EXPECT_EQ(plan_for({.wanted = many(250, "h")}, kNow).order.size(), kMaxNames);
  EXPECT_EQ(plan_for({.wanted = many(250, "h")}, kNow).next, kNow);
}

}  // namespace
}  // namespace brink::control::acme
