#include "config/quantity.h"

#include <gtest/gtest.h>

namespace brink::config {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsAWholeNumberAndAUnit) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("7d"), 168h);
  EXPECT_EQ(parse_duration("0s"), 0ms);
}

TEST(Duration, IsNothingElse) {
  for (const char* text : {"", "10", "s", "1.5s", "-1s", "+1s", "1 s", " 1s", "1s ", "1h30m", "1S", "1sec",
                           "1e3s", "99999999999999999999s", "18446744073709551615d", "36601d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, IsWrittenInTheLargestUnitThatKeepsItWhole) {
  EXPECT_EQ(duration_text(500ms), "500ms");
  EXPECT_EQ(duration_text(75s), "75s");
  EXPECT_EQ(duration_text(10min), "10m");
  EXPECT_EQ(duration_text(24h), "1d");
  EXPECT_EQ(duration_text(0ms), "0s");
}

TEST(Size, IsANumberOfBytesOrOneWithAUnit) {
  EXPECT_EQ(parse_size("65536"), 65536U);
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("64KiB"), 65536U);
  EXPECT_EQ(parse_size("100MiB"), 104857600U);
  EXPECT_EQ(parse_size("1GB"), 1000000000U);
  EXPECT_EQ(parse_size("1kB"), 1000U);
  EXPECT_EQ(parse_size("1KB"), 1000U);
  EXPECT_EQ(parse_size("12B"), 12U);
  EXPECT_EQ(parse_size("2TiB"), 2199023255552U);
}

TEST(Size, IsNothingElse) {
  for (const char* text :
       {"", "KiB", "1 KiB", "1kib", "1K", "1.5MiB", "-1", "0x10", "18446744073709551616", "16777216TiB"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(Size, IsWrittenInTheLargestUnitThatKeepsItWhole) {
  EXPECT_EQ(size_text(0), "0");
  EXPECT_EQ(size_text(1000), "1000");
  EXPECT_EQ(size_text(65536), "64KiB");
  EXPECT_EQ(size_text(100 * 1024 * 1024), "100MiB");
}

}  // namespace
}  // namespace brink::config
