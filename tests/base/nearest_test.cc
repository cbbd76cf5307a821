#include "base/nearest.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace brink {
namespace {

constexpr std::string_view kNames[] = {"http", "https", "listen", "threads", "data_dir"};

TEST(NearestName, FindsWhatWasMeant) {
  EXPECT_EQ(nearest_name("htps", kNames), "https");
  EXPECT_EQ(nearest_name("lisetn", kNames), "listen") << "neighbours swapped";
  EXPECT_EQ(nearest_name("datadir", kNames), "data_dir");
  EXPECT_EQ(nearest_name("thread", kNames), "threads");
  EXPECT_EQ(nearest_name("http", kNames), "http");
}

TEST(NearestName, IsSilentWhereNothingIsNear) {
  EXPECT_EQ(nearest_name("certificate", kNames), "");
  EXPECT_EQ(nearest_name("xyz", kNames), "");
  EXPECT_EQ(nearest_name("", kNames), "");
  EXPECT_EQ(nearest_name("http", {}), "");
  EXPECT_EQ(nearest_name(std::string(1000, 'a'), kNames), "");
}

TEST(NearestName, TakesTheNearestOfSeveral) {
  constexpr std::string_view kClose[] = {"first_byte", "first_bytes", "first_bits"};
  EXPECT_EQ(nearest_name("first_bytez", kClose), "first_byte");
  EXPECT_EQ(nearest_name("first_bytess", kClose), "first_bytes");
}

}  // namespace
}  // namespace brink
