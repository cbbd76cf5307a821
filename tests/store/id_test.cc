#include "store/id.h"

#include "base/random.h"

#include <gtest/gtest.h>

namespace brink::store {
namespace {

TEST(Id, IsReadAndWrittenAsHexadecimalDigits) {
  const auto id = Id::parse("0123456789abcdef00ff10203040506f");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->bytes[0], 0x01);
  EXPECT_EQ(id->bytes[15], 0x6f);
  EXPECT_EQ(id->text(), "0123456789abcdef00ff10203040506f");
  EXPECT_EQ(id->uuid(), "01234567-89ab-cdef-00ff-10203040506f");
  EXPECT_EQ(Id::parse_uuid(id->uuid()), id);
}

TEST(Id, RefusesAllElse) {
  for (const char* text : {"", "0", "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcdeg",
                           "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0",
                           "01234567-89ab-cdef-00ff-10203040506f", " 123456789abcdef0123456789abcdef"}) {
    EXPECT_FALSE(Id::parse(text)) << text;
  }
  for (const char* text : {"", "0123456789abcdef00ff10203040506f", "01234567-89ab-cdef-00ff-10203040506",
                           "0123456-789ab-cdef-00ff-10203040506f", "01234567-89ab-cdef-00ff-10203040506g",
                           "01234567x89ab-cdef-00ff-10203040506f"}) {
    EXPECT_FALSE(Id::parse_uuid(text)) << text;
  }
}

TEST(Id, RandomOnesDifferAndAreNotNil) {
  FastRandom random(1);
  const Id a = Id::random(random), b = Id::random(random);
  EXPECT_NE(a, b);
  EXPECT_FALSE(a.is_nil());
  EXPECT_TRUE(Id{}.is_nil());
  EXPECT_NE(std::string_view(a.text()).substr(0, 16), std::string_view(a.text()).substr(16));
}

}  // namespace
}  // namespace brink::store
