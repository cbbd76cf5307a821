#include "control/api/list_item.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

using store::ListKind;
using testing::ElementsAre;
using testing::IsEmpty;

struct GivenItems {
  std::vector<std::string> values(std::string_view body, ListKind kind = ListKind::kIp) {
    problems.clear();
    std::vector<std::string> values;
    for (const SentItem& item : read_items(body, kind, problems)) values.push_back(item.value);
    return values;
  }
  std::vector<std::string> pointers() const {
    std::vector<std::string> pointers;
    for (const auto& problem : problems) pointers.push_back(problem.pointer);
    return pointers;
  }
  rules::Problems problems;
};

TEST(ListItems, AreKeptInTheirShortestForm) {
  GivenItems given;
  EXPECT_THAT(given.values(R"([{"ip":"192.0.2.7/24"},{"ip":"2001:DB8:0::1"}])"),
              ElementsAre("192.0.2.0/24", "2001:db8::1"));
  EXPECT_THAT(given.values(R"([{"asn":64500}])", ListKind::kAsn), ElementsAre("64500"));
  EXPECT_THAT(given.values(R"([{"hostname":{"url_hostname":"*.Example.COM"}}])", ListKind::kHostname),
              ElementsAre("*.example.com"));
  EXPECT_THAT(given.problems, IsEmpty());
}

TEST(ListItems, OfTheSameValueTheLastHolds) {
  GivenItems given;
  rules::Problems problems;
  const auto items = read_items(R"([{"ip":"192.0.2.1","comment":"a"},{"ip":"192.0.2.2"},
                                    {"ip":"192.0.2.1/32","comment":"b"}])",
                                ListKind::kIp, problems);
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].comment, "b");
}

TEST(ListItems, TellWhatIsWrongWithEach) {
  GivenItems given;
  given.values(R"([{"ip":"x"},7,[],{"ip":"192.0.2.1","extra":1},{}])");
  EXPECT_THAT(given.pointers(), ElementsAre("/0/ip", "/1", "/2", "/3/extra", "/4/ip"));
  given.values(R"([{"asn":4294967296},{"asn":1.5}])", ListKind::kAsn);
  EXPECT_THAT(given.pointers(), ElementsAre("/0/asn", "/1/asn"));
}

TEST(ListItems, BodiesThatAreNoArraysAreRefused) {
  GivenItems given;
  for (const char* body : {"", "{", "{}", "7", "null", R"({"ip":"192.0.2.1"})", R"([{"ip":"192.0.2.1"})"}) {
    EXPECT_THAT(given.values(body), testing::AnyOf(IsEmpty(), ElementsAre("192.0.2.1"))) << body;
    EXPECT_THAT(given.pointers(), ElementsAre("")) << body;
  }
}

TEST(ListItems, NestingHowDeepEverIsHarmless) {
  GivenItems given;
  const std::string deep = "[" + std::string(200'000, '[') + std::string(200'000, ']') + "]";
  EXPECT_THAT(given.values(deep), IsEmpty());
  EXPECT_FALSE(given.problems.empty());
}

TEST(ListItems, ReadingEndsAfterAHundredProblems) {
  GivenItems given;
  std::string body = "[7";
  for (int i = 0; i < 1000; ++i) body += ",7";
  given.values(body + "]");
  EXPECT_EQ(given.problems.size(), kMaxItemProblems);
}

TEST(ListItems, ComeBackAsTheyWereSent) {
  rules::Problems problems;
  const auto items = read_items(
      R"([{"redirect":{"source_url":"a.test/x","target_url":"https://b.test/","include_subdomains":true,
           "preserve_path_suffix":false},"comment":"c"}])",
      ListKind::kRedirect, problems);
  ASSERT_EQ(items.size(), 1U);
  store::Id id;
  id.bytes.back() = 1;
  Json json = item_json(items[0].stored(id, {}, {}), ListKind::kRedirect);
  EXPECT_EQ(json["redirect"],
            Json::parse(R"({"source_url":"a.test/x","target_url":"https://b.test/","include_subdomains":true,
                            "preserve_path_suffix":false})"));
  EXPECT_EQ(json["comment"], "c");
}

TEST(ListItems, AreSearchedByKind) {
  const store::ListItem item{.value = "192.0.2.1"};
  EXPECT_TRUE(is_found_by(item, ListKind::kIp, "192.0"));
  EXPECT_FALSE(is_found_by(item, ListKind::kIp, "0.2"));
  EXPECT_TRUE(is_found_by(item, ListKind::kHostname, "0.2"));
  EXPECT_FALSE(is_found_by(item, ListKind::kAsn, "192"));
}

}  // namespace
}  // namespace brink::control::api
