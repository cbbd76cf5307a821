#include "http/date.h"

#include <string>

#include <gtest/gtest.h>

namespace brink::http {
namespace {

using namespace std::chrono;  // NOLINT: literals of dates

constexpr sys_seconds kExample = sys_days(1994y / November / 6) + 8h + 49min + 37s;
constexpr system_clock::time_point kNow = sys_days(2026y / November / 24);

std::string written(sys_seconds when) {
  std::string text(kHttpDateSize, '?');
  write_http_date(when, text.data());
  return text;
}

TEST(HttpDate, IsWrittenAsImfFixdate) {  // RFC 9110 5.6.7
  EXPECT_EQ(written(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(written(sys_seconds(0s)), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(written(sys_days(2024y / February / 29) + 23h + 59min + 59s), "Thu, 29 Feb 2024 23:59:59 GMT");
  EXPECT_EQ(written(sys_days(9999y / December / 31)), "Fri, 31 Dec 9999 00:00:00 GMT");
}

TEST(HttpDate, AllThreeFormsAreRead) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", kNow), kExample);
  EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994", kNow), kExample + days(10));
}

TEST(HttpDate, ATwoDigitYearIsNotMoreThanFiftyYearsAhead) {
  EXPECT_EQ(parse_http_date("Monday, 01-Jan-76 00:00:00 GMT", kNow), sys_days(2076y / January / 1));
  EXPECT_EQ(parse_http_date("Monday, 01-Jan-77 00:00:00 GMT", kNow), sys_days(1977y / January / 1));
}

TEST(HttpDate, ALeapSecondIsTheSecondAfterIt) {
  EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", kNow), sys_days(2017y / January / 1));
}

TEST(HttpDate, WhatIsNoDateIsNone) {
  for (std::string_view bad :
       {"", "0", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Xxx, 06 Nov 1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", ",", "Sunday,"}) {
    EXPECT_EQ(parse_http_date(bad, kNow), std::nullopt) << bad;
  }
}

TEST(HttpDate, WhatIsWrittenIsReadBack) {
  for (int day = 0; day < 40'000; day += 13) {
    const sys_seconds when = sys_seconds(days(day) + seconds(day * 7 % 86'400));
    EXPECT_EQ(parse_http_date(written(when), kNow), when);
  }
}

TEST(HttpDate, TheTextOfTheSecondIsKept) {
  HttpDate date;
  const auto first = date.text(kExample + 100ms);
  EXPECT_EQ(first, "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.text(kExample + 900ms).data(), first.data());
  EXPECT_EQ(date.text(kExample + 1s), "Sun, 06 Nov 1994 08:49:38 GMT");
}

}  // namespace
}  // namespace brink::http
