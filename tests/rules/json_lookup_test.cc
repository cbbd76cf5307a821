#include "rules/json_lookup.h"

#include "base/random.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace brink::rules {
namespace {

constexpr std::string_view kBody =
    R"({"a":{"b":[10,"x",3.0]},"id":9007199254740993,"big":9223372036854775808,"n":"7"})";

std::vector<Value> path(std::initializer_list<std::variant<const char*, int>> steps) {
  std::vector<Value> values;
  for (const auto& step : steps)
    values.push_back(step.index() == 0 ? Value::of_bytes(std::get<0>(step))
                                       : Value::of_int(std::get<1>(step)));
  return values;
}
std::string string_at(std::string_view text, const std::vector<Value>& path) {
  Arena arena;
  const auto found = find_json(text, path);
  const auto string = found ? json_string(*found, arena) : std::nullopt;
  return string ? std::string(*string) : "missing";
}
std::string integer_at(std::string_view text, const std::vector<Value>& path) {
  const auto found = find_json(text, path);
  const auto number = found ? json_integer(*found) : std::nullopt;
  return number ? std::to_string(*number) : "missing";
}

TEST(JsonLookup, FollowsAPathFromTheRootDown) {
  EXPECT_EQ(integer_at(kBody, path({"a", "b", 0})), "10");
  EXPECT_EQ(string_at(kBody, path({"a", "b", 1})), "x");
  EXPECT_EQ(integer_at(kBody, path({"id"})), "9007199254740993");
  EXPECT_EQ(integer_at("[[1,[2,3]],4]", path({0, 1, 1})), "3");
  EXPECT_EQ(string_at(kBody, path({"nope"})), "missing");
  EXPECT_EQ(string_at(kBody, path({"a", "b", 7})), "missing");
  EXPECT_EQ(string_at(R"([{"b":"no"},{"a":"yes"}])", path({1, "a"})), "yes");
}

TEST(JsonLookup, KeepsNamesAndPositionsApart) {
  EXPECT_EQ(integer_at(R"({"0":1})", path({0})), "missing");
  EXPECT_EQ(integer_at("[1]", path({"0"})), "missing");
  EXPECT_EQ(integer_at(R"({"x":{"id":1}})", path({"id"})), "missing");
  EXPECT_EQ(integer_at(R"({"a":1})", path({"a", "b"})), "missing");
}

TEST(JsonLookup, TakesPlainIntegersOnly) {
  EXPECT_EQ(integer_at(kBody, path({"a", "b", 2})), "missing");
  EXPECT_EQ(integer_at(kBody, path({"big"})), "missing");
  EXPECT_EQ(integer_at(kBody, path({"n"})), "missing");
  EXPECT_EQ(integer_at("[1e3]", path({0})), "missing");
  EXPECT_EQ(integer_at("[-9223372036854775808]", path({0})), "-9223372036854775808");
  EXPECT_EQ(integer_at("[true]", path({0})), "missing");
  EXPECT_EQ(string_at("[7]", path({0})), "missing");
}

TEST(JsonLookup, TakesTheLastOfEqualNames) {
  EXPECT_EQ(integer_at(R"({"a":1,"a":2})", path({"a"})), "2");
  EXPECT_EQ(integer_at(R"({"a":{"b":1},"a":{"c":2}})", path({"a", "b"})), "missing");
  EXPECT_EQ(integer_at(R"({"a":{"b":1},"a":{"b":3},"c":0})", path({"a", "b"})), "3");
  EXPECT_EQ(integer_at(R"({"a":1,"\u0061":2})", path({"a"})), "2");
}

TEST(JsonLookup, ReadsEscapesOfStrings) {
  EXPECT_EQ(string_at(R"(["a\"\\\/\b\f\n\r\tz"])", path({0})), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(string_at(R"(["\u00e9\ud83d\ude00"])", path({0})), "\xc3\xa9\xf0\x9f\x98\x80");
  EXPECT_EQ(string_at(R"(["\ud83dx\ude00"])", path({0})), "\xef\xbf\xbdx\xef\xbf\xbd");
  EXPECT_EQ(string_at("[\"\xff\"]", path({0})), "\xff");
  EXPECT_EQ(string_at(R"({"\u00e9\n":"yes"})", path({"\xc3\xa9\n"})), "yes");
  EXPECT_EQ(string_at(R"([""])", path({0})), "");
}

TEST(JsonLookup, FindsNothingInABrokenText) {
  for (const std::string_view text : {"",
                                      "{",
                                      "[1",
                                      R"({"a":1)",
                                      R"({"a":1}})",
                                      R"({"a":1} x)",
                                      R"({"a":1,})",
                                      R"({"a" 1})",
                                      R"({a:1})",
                                      R"({"a":01})",
                                      R"({"a":1,"b":tru})",
                                      R"({"a":1,"b":"\x"})",
                                      R"({"a":1,"b":"\u12g4"})",
                                      "{\"a\":1,\"b\":\"\n\"}",
                                      R"({"a":1,"b":[1,]})",
                                      R"({"a":1,"b":[,1]})",
                                      R"({"a":1,"b":-})",
                                      R"({"a":1,"b":1.})",
                                      R"({"a":1,"b":1e})",
                                      R"({"a":1,"b":"open)",
                                      R"({"a":+1})",
                                      R"({"a":1;"b":2})"})
    EXPECT_EQ(integer_at(text, path({"a"})), "missing") << text;
  EXPECT_EQ(integer_at(" { \"a\" :\t1 ,\r\n\"b\" : null } ", path({"a"})), "1");
}

TEST(JsonLookup, LimitsNesting) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":1,"b":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(integer_at(nested(kMaxJsonNesting - 1), path({"a"})), "1");
  EXPECT_EQ(integer_at(nested(kMaxJsonNesting), path({"a"})), "missing");
  EXPECT_EQ(integer_at(std::string(1'000'000, '['), path({0})), "missing");
}

// Texts made and broken at random, against a parser that builds documents.
TEST(JsonLookup, AgreesWithAParserThatBuildsDocuments) {
  FastRandom random(7);
  const std::function<nlohmann::json(int)> make = [&](int depth) -> nlohmann::json {
    switch (depth == 0 ? 4 + random.below(2) : random.below(depth > 3 ? 4 : 6)) {
      case 0: return static_cast<std::int64_t>(random.below(100)) - 50;
      case 1: return "s\n\"" + std::to_string(random.below(10));
      case 2: return random.below(2) == 0;
      case 3: return 1.5;
      case 4: {
        auto array = nlohmann::json::array();
        for (auto left = random.below(5); left > 0; --left) array.push_back(make(depth + 1));
        return array;
      }
      default: {
        auto object = nlohmann::json::object();
        for (auto left = random.below(5); left > 0; --left)
          object[std::string(1, static_cast<char>('a' + random.below(3)))] = make(depth + 1);
        return object;
      }
    }
  };
  int found = 0;
  for (int round = 0; round < 5'000; ++round) {
    std::string text = make(0).dump();
    if (random.below(3) == 0) text[random.below(text.size())] = "{}[],:\"\\1a"[random.below(10)];
    std::vector<Value> steps;
    for (auto left = 1 + random.below(3); left > 0; --left)
      steps.push_back(random.below(2) == 0
                          ? Value::of_int(static_cast<std::int64_t>(random.below(3)))
                          : Value::of_bytes(std::string_view("abc").substr(random.below(3), 1)));

    auto document = nlohmann::json::parse(text, nullptr, false);
    const nlohmann::json* at = document.is_discarded() ? nullptr : &document;
    for (const Value& step : steps) {
      if (at == nullptr) break;
      const nlohmann::json* next = nullptr;
      if (step.kind() == Value::Kind::kInt && at->is_array() &&
          static_cast<std::size_t>(step.integer()) < at->size())
        next = &(*at)[static_cast<std::size_t>(step.integer())];
      if (step.kind() == Value::Kind::kBytes && at->is_object() && at->contains(std::string(step.bytes())))
        next = &(*at)[std::string(step.bytes())];
      at = next;
    }
    const bool is_integer = at != nullptr && at->is_number_integer();
    const bool is_string = at != nullptr && at->is_string();
    ASSERT_EQ(integer_at(text, steps), is_integer ? at->dump() : "missing") << text;
    ASSERT_EQ(string_at(text, steps), is_string ? at->get<std::string>() : "missing") << text;
    found += is_integer || is_string ? 1 : 0;
  }
  EXPECT_GT(found, 80);
}

}  // namespace
}  // namespace brink::rules
