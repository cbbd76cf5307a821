#include "control/api/json.h"

#include "control/api/answer.h"

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(ApiJson, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "nul", "[1,]", "{\"a\":}", "\"\xff\"", "1 2", "{'a':1}"}) {
    const auto value = parse_json(text);
    ASSERT_FALSE(value.has_value()) << text;
    EXPECT_EQ(value.error().code, codes::kInvalidJson.code);
  }
}

TEST(ApiJson, GoesAsDeepAsTheLimitAndNoDeeper) {
  EXPECT_TRUE(parse_json(nested(kMaxJsonDepth)).has_value());
  EXPECT_FALSE(parse_json(nested(kMaxJsonDepth + 1)).has_value());
  EXPECT_FALSE(parse_json(std::string(kMaxJsonBytes, '[')).has_value());
  // Brackets in strings are text.
  EXPECT_TRUE(parse_json("\"" + std::string(1000, '[') + "\\\"[\"").has_value());
}

TEST(ApiJson, RefusesMoreBytesThanTheLimit) {
  const auto value = parse_json("\"" + std::string(100, 'a') + "\"", 50);
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().status, 413);
}

TEST(ApiJson, WritesBytesThatAreNoTextAsReplacementCharacters) {
  EXPECT_EQ(json_text(Json("a\xff")), "\"a\xef\xbf\xbd\"");
}

TEST(ApiJson, MembersOfAnotherTypeAreRefusedWithThePlace) {
  const Json object = {{"name", 1}, {"flag", "x"}, {"number", "1"}, {"none", nullptr}, {"big", UINT64_MAX}};
  const auto name = text_member(object, "name", 10);
  ASSERT_FALSE(name.has_value());
  EXPECT_EQ(name.error().pointer, "/name");
  EXPECT_FALSE(flag_member(object, "flag").has_value());
  EXPECT_FALSE(number_member(object, "number", 0, 10).has_value());
  EXPECT_FALSE(number_member(object, "big", 0, INT64_MAX).has_value());
  EXPECT_EQ(text_member(object, "none", 10).value(), std::nullopt);
  EXPECT_EQ(text_member(object, "missing", 10).value(), std::nullopt);
  EXPECT_FALSE(required_text(object, "missing", 10).has_value());
  EXPECT_EQ(find_member(Json::array(), "name"), nullptr);
}

TEST(Answer, HasTheEnvelopeOfASuccess) {
  const Json envelope = Json::parse(Answer::of({{"id", "x"}}).content());
  EXPECT_EQ(envelope, Json::parse(R"({"success":true,"errors":[],"messages":[],"result":{"id":"x"}})"));
}

TEST(Answer, HasTheEnvelopeOfAnErrorWithItsChainAndPointer) {
  const Answer answer = Answer::failed(ApiError(codes::kDnsValidation).because(codes::kDnsA).at("/content"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(Json::parse(answer.content()),
            Json::parse(R"({"success":false,"messages":[],"result":null,"errors":[
    {"code":1004,"message":"DNS Validation Error","source":{"pointer":"/content"},
     "error_chain":[{"code":9005,"message":"Content for A record must be a valid IPv4 address."}]}]})"));
}

}  // namespace
}  // namespace brink::control::api
