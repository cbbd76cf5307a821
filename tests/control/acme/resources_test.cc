#include "control/acme/resources.h"

#include "control/acme/https_sender.h"

#include <gtest/gtest.h>

namespace brink::control::acme {
namespace {

TEST(Problem, SaysWhoseFaultItIs) {  // RFC 8555 section 6.7.1
  const Failure failure = problem_of(403, R"({
    "type": "urn:ietf:params:acme:error:malformed", "detail": "Some of the identifiers were rejected",
    "subproblems": [
      {"type": "urn:ietf:params:acme:error:malformed", "detail": "Invalid underscore",
       "identifier": {"type": "dns", "value": "_example.org"}},
      {"type": "urn:ietf:params:acme:error:rejectedIdentifier", "detail": "Not for us",
       "identifier": {"type": "dns", "value": "example.net"}}]})");
  EXPECT_TRUE(failure.is(FailureKind::kRefused));
  EXPECT_EQ(failure.type, "malformed");
  EXPECT_EQ(failure.names, (std::vector<std::string>{"_example.org", "example.net"}));
  EXPECT_NE(failure.text.find("Not for us"), std::string::npos);
}

TEST(Problem, IsToldByTypeAndStatus) {
  EXPECT_TRUE(
      problem_of(400, R"({"type":"urn:ietf:params:acme:error:rateLimited"})").is(FailureKind::kRateLimited));
  EXPECT_TRUE(problem_of(429, "slow down").is(FailureKind::kRateLimited));
  EXPECT_TRUE(problem_of(503, "<html>").is(FailureKind::kServer));
  EXPECT_TRUE(problem_of(404, "").is(FailureKind::kRefused));
  EXPECT_TRUE(problem_of(400, R"([1,{"type":3}])").is(FailureKind::kRefused));
}

TEST(Problem, KeepsTheLogInOneLine) {
  const Failure failure = problem_of(400, R"({"detail":"a\nb)" + std::string(5000, 'x') + R"("})");
  EXPECT_EQ(failure.text.find('\n'), std::string::npos);
  EXPECT_LT(failure.text.size(), kMaxProblemText + 100);
}

constexpr char kOrder[] = R"({"status": "valid", "expires": "2016-01-20T14:09:07.99Z",
  "identifiers": [{"type": "dns", "value": "www.example.org"}],
  "authorizations": ["https://example.com/acme/authz/PAniVnsZcis"],
  "finalize": "https://example.com/acme/order/TOlocE8rfgo/finalize",
  "certificate": "https://example.com/acme/cert/mAt3xBGaobw"})";

TEST(Order, IsReadAsTheRfcShowsIt) {  // RFC 8555 section 7.1.3
  const auto order = read_order(kOrder);
  ASSERT_TRUE(order.has_value());
  EXPECT_EQ(order->status, Status::kValid);
  EXPECT_EQ(order->certificate, "https://example.com/acme/cert/mAt3xBGaobw");
}

TEST(Order, WithoutWhatItMustHaveIsRefused) {
  for (const auto& [from, to] : std::initializer_list<std::pair<std::string, std::string>>{
           {"\"valid\"", "\"fine\""},
           {"\"valid\"", "1"},
           {"https://example.com/acme/order", "http://example.com/o"},
           {"[\"https://example.com/acme/authz", "[1,\"https://example.com/acme/authz"},
           {"\"certificate\"", "\"other\""}}) {
    std::string text = kOrder;
    text.replace(text.find(from), from.size(), to);
    const auto order = read_order(text);
    ASSERT_FALSE(order.has_value()) << text;
    EXPECT_TRUE(order.error().is(FailureKind::kProtocol));
  }
  for (const char* text : {"", "[]", "null", "{}", "{\"status\":\"pending\"}"})
    EXPECT_FALSE(read_order(text)) << text;
}

TEST(Authorization, ShowsTheChallengesThatBrinkKnows) {
  const auto authorization = read_authorization(R"({"status": "pending", "wildcard": true,
    "identifier": {"type": "dns", "value": "WWW.example.org"},
    "challenges": [
      {"type": "http-01", "url": "https://ca/chall/1", "status": "pending", "token": "DGyRejmCefe7v4NfDGDKfA"},
      {"type": "device-attest-01", "url": 7},
      {"type": "dns-01", "url": "https://ca/chall/2", "status": "invalid", "token": "DGyRejmCefe7v4NfDGDKfA",
       "error": {"type": "urn:ietf:params:acme:error:dns", "detail": "NXDOMAIN"}}]})");
  ASSERT_TRUE(authorization.has_value()) << authorization.error().text;
  EXPECT_EQ(authorization->name, "www.example.org");
  EXPECT_TRUE(authorization->is_wildcard);
  ASSERT_EQ(authorization->challenges.size(), 2U);
  EXPECT_EQ(authorization->challenges[1].error->text, "dns: NXDOMAIN");
}

TEST(Authorization, WithATokenThatIsAPathIsRefused) {
  for (const char* token : {"", "../etc", "a b", "a/b", "a\\u0000"}) {
    EXPECT_FALSE(read_authorization(fmt::format(
        R"({{"status":"pending","identifier":{{"type":"dns","value":"a.example"}},"challenges":[{{"type":"http-01",)"
        R"("url":"https://ca/1","status":"pending","token":"{}"}}]}})",
        token)))
        << token;
  }
}

TEST(HttpsUrl, IsTakenApart) {
  const auto url = parse_https_url("https://acme.example:14000/dir?a=b");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->host, "acme.example");
  EXPECT_EQ(url->port, 14000);
  EXPECT_EQ(url->authority, "acme.example:14000");
  EXPECT_EQ(url->target, "/dir?a=b");
  EXPECT_EQ(parse_https_url("https://acme.example")->target, "/");
  EXPECT_EQ(parse_https_url("https://acme.example")->port, 443);
  EXPECT_EQ(parse_https_url("https://acme.example?q")->target, "/?q");
  EXPECT_EQ(parse_https_url("https://[::1]:99/")->host, "::1");
}

TEST(HttpsUrl, IsNothingElse) {
  for (const char* text :
       {"", "http://acme.example/", "https://", "https:///x", "https://user@acme.example/",
        "https://a.example:0/", "https://a.example:99999/", "https://a.example:x/", "https://a.example/ x",
        "https://a.example/\r\nHost: b", "https://a.example/#f", "https://a b.example/", "ftp://a.example"})
    EXPECT_FALSE(parse_https_url(text)) << text;
  EXPECT_FALSE(parse_https_url("https://a.example/" + std::string(kMaxUrl, 'a')));
}

}  // namespace
}  // namespace brink::control::acme
