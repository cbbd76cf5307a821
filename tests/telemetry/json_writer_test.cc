#include "telemetry/json_writer.h"

#include "telemetry/json_text.h"
#include "telemetry/rfc3339.h"
#include "telemetry/utf8.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace brink::telemetry {
namespace {

std::string written(std::string_view text) {
  std::string room(text.size() * 6 + 8, '\0');
  const JsonText result = write_json_text(text, room);
  EXPECT_EQ(result.taken, text.size());
  return room.substr(0, result.written);
}

TEST(JsonText, EscapesWhatMustBe) {
  EXPECT_EQ(written("plain text, longer than eight bytes"), "plain text, longer than eight bytes");
  EXPECT_EQ(written("a\"b\\c"), "a\\\"b\\\\c");
  EXPECT_EQ(written("\n\r\t"), "\\n\\r\\t");
  EXPECT_EQ(written(std::string_view("\0\x01\x1f\x7f", 4)), "\\u0000\\u0001\\u001f\x7f");
  EXPECT_EQ(written("/"), "/");
}

TEST(JsonText, KeepsUtf8AndRepairsWhatIsNone) {
  EXPECT_EQ(written("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  const std::string bad(kReplacementCharacter);
  EXPECT_EQ(written("a\xff"
                    "b"),
            "a" + bad + "b");
  EXPECT_EQ(written("\xc3"), bad);
  EXPECT_EQ(written("\xc3x"), bad + "x");
  EXPECT_EQ(written("\xc0\xaf"), bad + bad);                      // overlong
  EXPECT_EQ(written("\xe0\x80\xaf"), bad + bad + bad);            // overlong
  EXPECT_EQ(written("\xed\xa0\x80"), bad + bad + bad);            // a surrogate
  EXPECT_EQ(written("\xf4\x90\x80\x80"), bad + bad + bad + bad);  // beyond U+10FFFF
  EXPECT_EQ(written("\xe2\x82"
                    "a"),
            bad + "a");  // one for the longest start of a letter
  EXPECT_EQ(written("\x80"), bad);
}

TEST(JsonText, FindsEverySpecialByteAtEveryPlace) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 17; ++place) {
      std::string text(17, 'x');
      text[place] = static_cast<char>(byte);
      const auto parsed = nlohmann::json::parse("\"" + written(text) + "\"").get<std::string>();
      std::string expected = text;
      if (byte >= 0x80) expected.replace(place, 1, kReplacementCharacter);
      ASSERT_EQ(parsed, expected) << byte << " at " << place;
    }
  }
}

TEST(JsonText, TakesWholeLettersOnly) {
  char room[8];
  EXPECT_EQ(write_json_text("abcdefghij", room).taken, 8U);
  EXPECT_EQ(write_json_text("abcdefg\xc3\xa9", room).taken, 7U);
  EXPECT_EQ(write_json_text("abcdefg\n", room).taken, 7U);
  EXPECT_EQ(write_json_text("abcdef\n", room).taken, 7U);
  EXPECT_EQ(write_json_text("abc", std::span<char>()).taken, 0U);
}

TEST(JsonWriter, WritesEveryTypeOfValue) {
  char memory[1024];
  JsonWriter json(memory);
  json.member("text", "a\"b");
  json.member("view", std::string_view("v"));
  json.member("yes", true);
  json.member("no", false);
  json.member("negative", std::int64_t{-5});
  json.member("least", std::numeric_limits<std::int64_t>::min());
  json.member("most", std::numeric_limits<std::uint64_t>::max());
  json.member("status", std::uint16_t{200});
  json.member("share", 0.25);
  json.member("nan", std::nan(""));
  json.member("at", std::chrono::system_clock::time_point(std::chrono::milliseconds(1'795'498'200'123)));
  EXPECT_EQ(
      json.finish(),
      R"({"text":"a\"b","view":"v","yes":true,"no":false,"negative":-5,"least":-9223372036854775808,)"
      R"("most":18446744073709551615,"status":200,"share":0.25,"nan":null,"at":"2026-11-24T05:30:00.123Z"})");
  EXPECT_FALSE(json.was_cut());
}

TEST(JsonWriter, AnEmptyObjectIsOne) {
  char memory[2];
  JsonWriter json(memory);
  json.member("a", 1);
  EXPECT_EQ(json.finish(), "{}");
  EXPECT_TRUE(json.was_cut());
}

TEST(JsonWriter, ALongStringLeavesRoomForTheOthers) {
  char memory[1000];
  JsonWriter json(memory);
  json.member("uri", std::string(5000, 'u'));
  json.member("agent", std::string(5000, 'a'));
  json.member("status", 200);
  const auto object = nlohmann::json::parse(json.finish());
  EXPECT_TRUE(json.was_cut());
  EXPECT_EQ(object["status"], 200);
  const auto uri = object["uri"].get<std::string>();
  EXPECT_GT(uri.size(), 400U);
  EXPECT_TRUE(uri.ends_with("u\xe2\x80\xa6"));
  EXPECT_GT(object["agent"].get<std::string>().size(), 200U);
}

TEST(JsonWriter, IsWholeInEveryRoomWithEveryBytes) {
  std::mt19937 random(1);
  for (std::size_t size = 2; size < 300; ++size) {
    std::string memory(size, '#');
    JsonWriter json(memory);
    for (int i = 0; i < 8; ++i) {
      std::string value(random() % 60, '\0');
      for (char& c : value) c = static_cast<char>(random());
      json.member(std::string(1 + random() % 10, static_cast<char>('a' + i)), value);
      json.member(std::string(1 + random() % 10, static_cast<char>('A' + i)), random());
    }
    const auto object = nlohmann::json::parse(json.finish());
    EXPECT_TRUE(object.is_object());
  }
}

TEST(Rfc3339, WritesPointsInTime) {
  const auto text = [](std::int64_t ms) {
    char out[kRfc3339Size];
    write_rfc3339(std::chrono::system_clock::time_point(std::chrono::milliseconds(ms)), out);
    return std::string(out, sizeof out);
  };
  EXPECT_EQ(text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(text(951'782'399'999), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(text(951'782'400'000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(text(-1), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace brink::telemetry
