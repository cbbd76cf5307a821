#include "control/api/node_keys.h"

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

const std::string kLong(27, 'x');

TEST(NodeKeys, AreTheFirstLinesOfTheirFiles) {
  EXPECT_EQ(check_global_key("abcde" + kLong + "\nmore\n"), "abcde" + kLong);
  EXPECT_EQ(check_global_key("  abcde" + kLong + " \r\n"), "abcde" + kLong);
  EXPECT_EQ(check_origin_ca_key("v1.0-" + kLong + "\n"), "v1.0-" + kLong);
}

TEST(NodeKeys, SayWhichIsWrong) {
  for (const std::string& wrong :
       {std::string(), std::string("short"), std::string(257, 'x'), "with a blank" + kLong,
        "\n" + kLong + kLong, "\xc3\xa4" + kLong + kLong}) {
    EXPECT_TRUE(check_global_key(wrong).error().starts_with("[control] global_key:")) << wrong;
    EXPECT_TRUE(check_origin_ca_key(wrong).error().starts_with("[control] origin_ca_key:")) << wrong;
  }
  EXPECT_FALSE(check_origin_ca_key("abcde" + kLong)) << "without its beginning";
  EXPECT_TRUE(check_global_key("v1.0-" + kLong));
}

}  // namespace
}  // namespace brink::control::api
