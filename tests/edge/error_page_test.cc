#include "edge/error_page.h"

#include "http/client.h"
#include "http/server.h"
#include "origin/origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::edge {
namespace {

using testing::HasSubstr;
using testing::Not;

class ErrorPageTest : public testing::Test {
 protected:
  void make(std::string_view accept, http::Method method = http::Method::kGet) {
    request.method = method;
    if (!accept.empty()) request.fields.add(http::FieldName::kAccept, accept);
    exchange.request = &request;
    exchange.authority = "shop.example<script>";
    exchange.target = "/a\"b?c";
    std::ranges::copy(std::string_view("0123456789abcdef"), exchange.ray.begin());
  }
  static std::string content_of(http::Body* body) {
    if (body == nullptr) return "";
    return std::string(body->try_read().slice.bytes());
  }
  http::RequestHead request;
  http::Exchange exchange;
  http::ResponseHead response;
};

TEST_F(ErrorPageTest, PeopleGetAPageWithTheRayIdAndNothingOfTheRequestUnescaped) {
  make("text/html,application/xhtml+xml;q=0.9");
  const auto body = error_page(failure_of(origin::OriginError::kRefused), exchange, response);
  const std::string page = content_of(body.get());
  EXPECT_EQ(response.status, 521);
  EXPECT_EQ(response.fields.value(http::FieldName::kContentType), "text/html; charset=utf-8");
  EXPECT_THAT(page, HasSubstr("0123456789abcdef"));
  EXPECT_THAT(page, HasSubstr("shop.example&lt;script&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
}

TEST_F(ErrorPageTest, ProgramsGetProblemJson) {
  make("application/json");
  const auto body = error_page(failure_of(http::ClientError::kFirstByteTimeout), exchange, response);
  const std::string json = content_of(body.get());
  EXPECT_EQ(response.status, 504);
  EXPECT_EQ(response.fields.value(http::FieldName::kContentType), "application/problem+json");
  EXPECT_THAT(json, HasSubstr(R"("status":504)"));
  EXPECT_THAT(json, HasSubstr(R"("proxy_status":"http_response_timeout")"));
  EXPECT_THAT(json, HasSubstr(R"("instance":"/a\"b")"));
}

TEST_F(ErrorPageTest, HeadHasTheLengthAndNoContent) {
  make("", http::Method::kHead);
  EXPECT_EQ(error_page(kNoSuchZone, exchange, response), nullptr);
  EXPECT_GT(http::content_length(response.fields).value_or(0), 100u);
}

TEST(PrefersJson, GoesByTheWeightThenByWhichIsNamedFirst) {
  EXPECT_FALSE(prefers_json(""));
  EXPECT_FALSE(prefers_json("*/*"));
  EXPECT_FALSE(prefers_json("text/html, application/json"));
  EXPECT_TRUE(prefers_json("application/json, text/html"));
  EXPECT_TRUE(prefers_json("text/plain, application/problem+json;q=0.5"));
  EXPECT_TRUE(prefers_json("application/*"));
  EXPECT_TRUE(prefers_json("text/html;q=0.1, application/problem+json"));
  EXPECT_FALSE(prefers_json("application/json;q=0.5, text/html"));
}

TEST(FailureOf, TellsTheWaysToFailApart) {
  EXPECT_EQ(failure_of(origin::OriginError::kResolve).status, 523);
  EXPECT_EQ(failure_of(origin::OriginError::kConnectTimeout).status, 522);
  EXPECT_EQ(failure_of(origin::OriginError::kTlsHandshake).status, 525);
  EXPECT_EQ(failure_of(origin::OriginError::kCertificate).status, 526);
  EXPECT_EQ(failure_of(origin::OriginError::kQueueFull).status, 503);
  EXPECT_EQ(failure_of(http::ClientError::kConnectionClosed).status, 502);
  EXPECT_EQ(failure_of(http::ClientError::kMalformedResponse).proxy_status, "http_protocol_error");
  EXPECT_EQ(failure_of(http::ServerError::kBodyTooLarge).status, 413);
  EXPECT_EQ(failure_of(http::ServerError::kBodyTimeout).status, 408);
  EXPECT_EQ(failure_of(http::ServerError::kBodyMalformed).status, 400);
}

}  // namespace
}  // namespace brink::edge
