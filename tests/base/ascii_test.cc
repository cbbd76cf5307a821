#include "base/ascii.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace brink {
namespace {

TEST(Ascii, LowersOnlyAsciiLetters) { EXPECT_EQ(to_lower("AbZ@[`{ 09 \xc4\xd6"), "abz@[`{ 09 \xc4\xd6"); }

TEST(Ascii, ComparesIgnoringCase) {
  EXPECT_TRUE(equals_ignoring_case("Content-Length", "cONTENT-lENGTH"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
  EXPECT_FALSE(equals_ignoring_case("@", "`"))
      << "they differ in the bit that makes letters small, but are none";
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
}

TEST(Ascii, TrimsSpacesAndTabsOnly) {
  EXPECT_EQ(trim_ows(" \t a b\t "), "a b");
  EXPECT_EQ(trim_ows(" \t"), "");
  EXPECT_EQ(trim_ows("\r\na\n"), "\r\na\n");
}

TEST(Ascii, ParsesWholeDecimalNumbersOnly) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("007"), 7U);
  EXPECT_EQ(parse_decimal("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_decimal<std::uint8_t>("255"), 255);
  EXPECT_EQ(parse_decimal<std::int32_t>("2147483647"), 2147483647);
  for (const char* text : {"", " 1", "1 ", "+1", "-1", "0x1", "1e3", "1.0", "18446744073709551616", "1a"}) {
    EXPECT_FALSE(parse_decimal(text)) << text;
  }
  EXPECT_FALSE(parse_decimal<std::uint8_t>("256"));
  EXPECT_FALSE(parse_decimal<std::int32_t>("-1"));
}

std::vector<std::string> elements(std::string_view list) {
  std::vector<std::string> out;
  for_each_list_element(list, [&](std::string_view element) {
    out.emplace_back(element);
    return true;
  });
  return out;
}

TEST(ListElements, AreTrimmedAndEmptyOnesLeftOut) {  // RFC 9110 section 5.6.1.2
  using List = std::vector<std::string>;
  EXPECT_EQ(elements("foo , ,bar,charlie"), (List{"foo", "bar", "charlie"}));
  EXPECT_EQ(elements(""), List{});
  EXPECT_EQ(elements(",, ,\t,"), List{});
  EXPECT_EQ(elements("a"), List{"a"});
  EXPECT_EQ(elements(" a b , c"), (List{"a b", "c"}));
}

TEST(ListElements, KeepCommasInQuotedStrings) {
  using List = std::vector<std::string>;
  EXPECT_EQ(elements(R"(a="x,y", b)"), (List{R"(a="x,y")", "b"}));
  EXPECT_EQ(elements(R"("a\",b", c)"), (List{R"("a\",b")", "c"}));
  EXPECT_EQ(elements(R"("a\\",b)"), (List{R"("a\\")", "b"}));
}

TEST(ListElements, AnUnfinishedQuotedStringIsTheLastElement) {
  using List = std::vector<std::string>;
  EXPECT_EQ(elements(R"(a, "b, c)"), (List{"a", R"("b, c)"}));
  EXPECT_EQ(elements(R"(a, "b\)"), (List{"a", R"("b\)"}));
  EXPECT_EQ(elements(R"(")"), List{R"(")"});
}

TEST(ListElements, StopWhereTheyAreToldTo) {
  int seen = 0;
  for_each_list_element("a,b,c", [&](std::string_view element) {
    ++seen;
    return element != "b";
  });
  EXPECT_EQ(seen, 2);
}

TEST(ListHasToken, FindsWholeElementsIgnoringCase) {
  EXPECT_TRUE(list_has_token("keep-alive, Upgrade", "upgrade"));
  EXPECT_TRUE(list_has_token("close", "close"));
  EXPECT_FALSE(list_has_token("closed, not-close", "close"));
  EXPECT_FALSE(list_has_token("", "close"));
  EXPECT_FALSE(list_has_token("\"a, close\"", "close"));
}

}  // namespace
}  // namespace brink
