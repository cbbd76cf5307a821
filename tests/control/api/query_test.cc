#include "control/api/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Query given_query(std::string_view text) {
  auto query = Query::parse(text);
  EXPECT_TRUE(query.has_value()) << text;
  return query ? *std::move(query) : Query();
}

TEST(Query, DecodesNamesAndValues) {
  const Query query = given_query("account.id=abc&name.exact=a%2Eb+c&x");
  EXPECT_EQ(query.find("account.id"), "abc");
  EXPECT_EQ(query.find("name.exact"), "a.b c");
  EXPECT_EQ(query.find("x"), "");
  EXPECT_EQ(query.find("y"), std::nullopt);
}

TEST(Query, TakesListsRepeatedAndWithCommas) {
  EXPECT_THAT(given_query("type=A&type=AAAA,TXT&type[]=MX").all("type"),
              ElementsAre("A", "AAAA", "TXT", "MX"));
  EXPECT_THAT(given_query("type=").all("type"), IsEmpty());
}

TEST(Query, RefusesBrokenEscapes) {
  for (const char* text : {"a=%", "a=%1", "a=%zz", "%=1", "a=%2"}) EXPECT_FALSE(Query::parse(text)) << text;
}

TEST(Query, RefusesMoreMembersThanALimit) {
  std::string text;
  for (std::size_t i = 0; i < kMaxQueryMembers; ++i) text += "a=1&";
  EXPECT_TRUE(Query::parse(text).has_value());
  EXPECT_FALSE(Query::parse(text + "a=1").has_value());
}

TEST(Query, ReadsBooleansInFourForms) {
  const Query query = given_query("a=true&b=1&c=false&d=0&e=yes");
  EXPECT_EQ(query.flag("a")->value(), true);
  EXPECT_EQ(query.flag("b")->value(), true);
  EXPECT_EQ(query.flag("c")->value(), false);
  EXPECT_EQ(query.flag("d")->value(), false);
  EXPECT_FALSE(query.flag("e").has_value());
  EXPECT_EQ(query.flag("f").value(), std::nullopt);
}

TEST(Query, HasThePageThatWasAskedForOrTheUsualOne) {
  constexpr PageRule kRule{.least = 5, .most = 50, .usual = 20};
  EXPECT_EQ(given_query("").paging(kRule)->per_page, 20u);
  EXPECT_EQ(given_query("page=3&per_page=5").paging(kRule)->skip(), 10u);
  for (const char* text :
       {"page=0", "page=-1", "page=x", "per_page=4", "per_page=51", "per_page=", "page=99999999999999999999"})
    EXPECT_FALSE(given_query(text).paging(kRule).has_value()) << text;
}

TEST(Query, KnowsTwoDirectionsAndTwoMatches) {
  EXPECT_EQ(given_query("direction=desc").direction(Direction::kAscending).value(), Direction::kDescending);
  EXPECT_EQ(given_query("").direction(Direction::kDescending).value(), Direction::kDescending);
  EXPECT_FALSE(given_query("direction=up").direction(Direction::kAscending).has_value());
  EXPECT_EQ(given_query("match=any").matches_any().value(), true);
  EXPECT_FALSE(given_query("match=some").matches_any().has_value());
}

}  // namespace
}  // namespace brink::control::api
