#include "dns_wire/type.h"

#include "dns_wire/rdata_format.h"
#include "dns_wire/ttl.h"

#include <gtest/gtest.h>

namespace brink::dns_wire {
namespace {

TEST(Type, HasMnemonics) {
  EXPECT_EQ(type_name(1), "A");
  EXPECT_EQ(type_name(65), "HTTPS");
  EXPECT_EQ(type_name(257), "CAA");
  EXPECT_EQ(parse_type("aaaa"), type::kAaaa);
  EXPECT_EQ(parse_type("Svcb"), type::kSvcb);
  EXPECT_EQ(parse_type("NOPE"), std::nullopt);
  EXPECT_EQ(parse_type(""), std::nullopt);
}

TEST(Type, HasAFormForTheUnknown) {  // RFC 3597 section 5
  EXPECT_EQ(type_name(65280), "TYPE65280");
  EXPECT_EQ(type_name(0), "TYPE0");
  EXPECT_EQ(parse_type("TYPE65280"), 65280);
  EXPECT_EQ(parse_type("type1"), type::kA);
  EXPECT_EQ(parse_type("TYPE"), std::nullopt);
  EXPECT_EQ(parse_type("TYPE65536"), std::nullopt);
  EXPECT_EQ(parse_type("TYPE-1"), std::nullopt);
  EXPECT_EQ(parse_type("TYPE1x"), std::nullopt);
  EXPECT_EQ(class_name(1), "IN");
  EXPECT_EQ(class_name(32), "CLASS32");
  EXPECT_EQ(parse_class("in"), kClassIn);
  EXPECT_EQ(parse_class("CLASS1"), kClassIn);
  EXPECT_EQ(parse_class("TYPE1"), std::nullopt);
}

TEST(Type, EveryMnemonicIsReadAsItIsWritten) {
  for (std::uint32_t number = 0; number <= 0xffff; ++number) {
    const auto type = static_cast<std::uint16_t>(number);
    ASSERT_EQ(parse_type(type_name(type)), type);
  }
}

TEST(Ttl, IsSecondsOrUnits) {
  EXPECT_EQ(parse_ttl("0"), 0u);
  EXPECT_EQ(parse_ttl("3600"), 3600u);
  EXPECT_EQ(parse_ttl("1h30m"), 5400u);
  EXPECT_EQ(parse_ttl("2W"), 1'209'600u);
  EXPECT_EQ(parse_ttl("1w1d1h1m1s"), 694'861u);
  EXPECT_EQ(parse_ttl("2147483647"), 2'147'483'647u);
  for (std::string_view bad :
       {"", "h", "1h30", "1x", "-1", "2147483648", "3551w", "4294967296s", "1 h", "1.5h"})
    EXPECT_EQ(parse_ttl(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace brink::dns_wire
