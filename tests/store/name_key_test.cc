#include "store/name_key.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace brink::store {
namespace {

using namespace std::string_literals;

TEST(NameKey, TurnsLabelsAroundInLowerCase) {
  EXPECT_EQ(name_key("www.Example.COM"), "com\0example\0www\0"s);
  EXPECT_EQ(name_key("www.example.com."), "com\0example\0www\0"s);
  EXPECT_EQ(name_key("*.example.com"), "com\0example\0*\0"s);
  EXPECT_EQ(name_key("com"), "com\0"s);
  EXPECT_EQ(name_of_key("com\0example\0www\0"s), "www.example.com");
  EXPECT_EQ(name_of_key(""), "");
}

TEST(NameKey, KeepsTheBytesOfEscapes) {
  EXPECT_EQ(name_key(R"(a\.b.c)"), "c\0a.b\0"s);
  EXPECT_EQ(name_key(R"(\000\001\002.c)"), "c\0\1\1\1\2\2\0"s);
  EXPECT_EQ(name_of_key(*name_key(R"(\000\001\002\..c)")), R"(\000\001\002\..c)");
  EXPECT_EQ(name_of_key(*name_key(R"(\065\255\032.c)")), R"(a\255\032.c)");
}

TEST(NameKey, RefusesWhatIsNoName) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  EXPECT_TRUE(name_key(longest));
  EXPECT_TRUE(name_key(longest + "."));
  for (const std::string& name :
       {""s, "."s, ".."s, ".a"s, "a..b"s, "a.."s, std::string(64, 'a'), longest + "b", "b." + longest, "\\"s,
        "a\\"s, "\\25"s, "\\256"s, "\\2x5"s}) {
    EXPECT_FALSE(name_key(name)) << name;
  }
  std::string deepest;
  for (int i = 0; i < 127; ++i) deepest += "a.";
  EXPECT_TRUE(name_key(deepest));
  EXPECT_FALSE(name_key("a." + deepest));
}

TEST(NameKey, TheLongestFits) {
  std::string name;
  for (int label = 0; label < 4; ++label) {
    for (int i = 0; i < (label == 3 ? 61 : 63); ++i) name += R"(\000)";
    name += ".";
  }
  const auto key = name_key(name);
  ASSERT_TRUE(key);
  EXPECT_LE(key->size(), kMaxNameKeyBytes);
  EXPECT_EQ(name_of_key(*key) + ".", name);
}

// RFC 4034 section 6.1, with its example; there the zone's names come in this order.
TEST(NameKey, SortsAsTheCanonicalOrderOfDnssec) {
  const std::vector<std::string> names = {"example",           "a.example",      "yljkjljk.a.example",
                                          "Z.a.example",       "zABC.a.EXAMPLE", "z.example",
                                          R"(\001.z.example)", "*.z.example",    R"(\200.z.example)"};
  std::vector<std::string> keys;
  for (const auto& name : names) keys.push_back(name_key(name).value());
  EXPECT_TRUE(std::ranges::is_sorted(keys));
  EXPECT_LT(name_key(R"(\000.z)"), name_key(R"(\001.z)"));
  EXPECT_LT(name_key(R"(\000.z)"), name_key(R"(\000\000.z)"));
  EXPECT_LT(name_key(R"(\001\255.z)"), name_key(R"(\002.z)"));
}

TEST(NameKey, TheParentIsTheKeyWithoutItsLastLabel) {
  EXPECT_EQ(parent_key("com\0example\0www\0"s), "com\0example\0"s);
  EXPECT_EQ(parent_key("com\0"s), "");
  EXPECT_EQ(parent_key(""), "");
}

}  // namespace
}  // namespace brink::store
