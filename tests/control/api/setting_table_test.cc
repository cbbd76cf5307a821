#include "control/api/setting_table.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

Outcome<Json> parsed(std::string_view id, std::string_view body) {
  return parse_setting(*find_setting(id).value(), Json::parse(body));
}

TEST(Settings, HaveDefaultsThatTheyThemselvesWouldTake) {
  for (const SettingRow& row : setting_rows()) {
    if (row.effect == SettingEffect::kRefused || !row.editable) continue;
    const Json body = {{"value", Json::parse(row.default_json)}};
    const auto value = parse_setting(row, body);
    ASSERT_TRUE(value.has_value()) << row.id << ": " << value.error().message;
    EXPECT_EQ(*value, body["value"]) << row.id;
  }
}

TEST(Settings, StandInTheOrderOfTheirNames) {
  EXPECT_TRUE(std::ranges::is_sorted(setting_rows(), {}, &SettingRow::id));
}

TEST(Settings, ThatAreUnknownOrRefusedAre1006) {
  for (const char* id : {"nosuch", "", "aegis", "sha1_support", "tls_1_2_only"}) {
    const auto row = find_setting(id);
    ASSERT_FALSE(row.has_value()) << id;
    EXPECT_EQ(row.error().code, 1006);
    EXPECT_EQ(row.error().status, 400);
  }
}

TEST(Settings, TakeOnlyTheirOwnValues) {
  EXPECT_TRUE(parsed("ssl", R"({"value":"strict"})").has_value());
  EXPECT_TRUE(parsed("browser_cache_ttl", R"({"value":1200})").has_value());
  EXPECT_TRUE(parsed("max_upload", R"({"value":5000})").has_value());
  EXPECT_TRUE(parsed("ciphers", R"({"value":["ECDHE-RSA-AES128-GCM-SHA256"]})").has_value());
  EXPECT_TRUE(parsed("nel", R"({"value":{"enabled":true}})").has_value());
  EXPECT_TRUE(parsed("nel", R"({"enabled":true})").has_value());
  const struct {
    const char* id;
    const char* body;
  } kWrong[] = {
      {"ssl", R"({"value":"Strict"})"},
      {"ssl", R"({"value":true})"},
      {"ssl", R"({})"},
      {"ssl", R"([])"},
      {"ssl", R"({"value":null})"},
      {"browser_cache_ttl", R"({"value":1})"},
      {"browser_cache_ttl", R"({"value":"0"})"},
      {"browser_cache_ttl", R"({"value":1200.0})"},
      {"proxy_read_timeout", R"({"value":0})"},
      {"proxy_read_timeout", R"({"value":6001})"},
      {"proxy_read_timeout", R"({"value":18446744073709551615})"},
      {"max_upload", R"({"value":101})"},
      {"ciphers", R"({"value":["a b"]})"},
      {"ciphers", R"({"value":[1]})"},
      {"nel", R"({"value":"on"})"},
      {"security_header", R"({"value":{}})"},
      {"advanced_ddos", R"({"value":"off"})"},
      {"security_header", R"({"value":{"strict_transport_security":{"max_age":-1}}})"},
  };
  for (const auto& wrong : kWrong) {
    const auto value = parsed(wrong.id, wrong.body);
    ASSERT_FALSE(value.has_value()) << wrong.id << " " << wrong.body;
    EXPECT_EQ(value.error().code, 1006) << wrong.id;
  }
}

TEST(Settings, SecurityHeaderIsAnsweredWhole) {
  const auto value =
      parsed("security_header", R"({"value":{"strict_transport_security":{"enabled":true,"max_age":60}}})");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(
      *value,
      Json::parse(R"({"strict_transport_security":{"enabled":true,"max_age":60,"include_subdomains":false,
                                    "preload":false,"nosniff":false}})"));
}

}  // namespace
}  // namespace brink::control::api
