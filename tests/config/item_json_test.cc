#include "config/item_json.h"

#include <gtest/gtest.h>

namespace brink::config {
namespace {

Item given(std::string_view text) {
  auto item = parse_document(text);
  if (!item) ADD_FAILURE() << item.error().text();
  return item ? *std::move(item) : Item();
}

TEST(ItemJson, WritesWhatTheTextSays) {
  EXPECT_EQ(json_text(given("a = 'x\"\\'\nb = [1, true, 1.5]\n[c]\n\"d/e\" = \"\\u0001\"\n")),
            R"({"a":"x\"\\","b":[1,true,1.5],"c":{"d/e":"\u0001"}})");
}

TEST(ItemJson, HasNoTimesAndNoEndlessNumbers) {
  EXPECT_FALSE(json_text(given("a = 2026-01-01")));
  EXPECT_FALSE(json_text(given("a = [inf]")));
  EXPECT_FALSE(json_text(given("a = { b = nan }")));
}

TEST(ItemJson, FindsThePlacesOfPointers) {
  const Item item = given("a = 1\n[b]\n\"c/d\" = [\n  { e = 1 },\n  { e = 2 },\n]\n");
  EXPECT_EQ(place_at(item, "/a").line, 1U);
  EXPECT_EQ(place_at(item, "/b/c~1d").line, 3U);
  EXPECT_EQ(place_at(item, "/b/c~1d/1/e").line, 5U);
  EXPECT_EQ(place_at(item, "/b/nothing").line, 2U);
  EXPECT_EQ(place_at(item, "/b/c~1d/9").line, place_at(item, "/b/c~1d/x").line);
}

}  // namespace
}  // namespace brink::config
