#include "tests/http/h1/given_head.h"

#include <gtest/gtest.h>

namespace brink::http::h1 {
namespace {

// A request with these lines after its request line.
std::string with_fields(std::string_view fields, std::string_view line = "GET / HTTP/1.1") {
  return std::string(line) + "\r\n" + std::string(fields) + "\r\n";
}

TEST(RequestParser, ReadsTheExampleOfRfc9112Section2_1) {
  auto parsed = parse_request(
      "GET /hello.txt HTTP/1.1\r\nUser-Agent: curl/7.64.1\r\nHost: www.example.com\r\nAccept-Language: en, "
      "mi\r\n\r\nrest");
  ASSERT_TRUE(parsed.done());
  const RequestHead& head = *parsed.head;
  EXPECT_EQ(head.method, Method::kGet);
  EXPECT_EQ(head.method_name, "GET");
  EXPECT_EQ(head.target, "/hello.txt");
  EXPECT_EQ(head.version, Version::kHttp11);
  EXPECT_EQ(head.authority, "www.example.com");
  EXPECT_EQ(head.scheme, "http");
  EXPECT_EQ(text_of(head.fields), "User-Agent: curl/7.64.1\nAccept-Language: en, mi\n");
  EXPECT_EQ(parsed.parser->framing(), Framing::none());
  EXPECT_TRUE(parsed.parser->keeps_alive());
  EXPECT_EQ(parsed.step.consumed, 100U);
}

TEST(RequestParser, WhiteSpaceAroundAValueIsNotPartOfIt) {  // RFC 9112 5.1
  auto parsed =
      parse_request(with_fields("Host:example.com\r\nA: \t b \tc \t \r\nEmpty:\r\nEmpty2:  \t\r\n"));
  ASSERT_TRUE(parsed.done());
  EXPECT_EQ(text_of(parsed.head->fields), "A: b \tc\nEmpty: \nEmpty2: \n");
}

TEST(RequestParser, AbsoluteTargetsAreTakenApart) {  // RFC 9112 3.2.2
  struct {
    std::string_view line, host, authority, target;
  } const cases[] = {
      {"GET http://www.example.org/pub/WWW/TheProject.html HTTP/1.1", "www.example.org", "www.example.org",
       "/pub/WWW/TheProject.html"},
      {"GET http://example.com HTTP/1.1", "example.com", "example.com", "/"},
      {"GET HTTP://Example.com:80?a=b HTTP/1.1", "example.com", "Example.com:80", "/?a=b"},
      {"OPTIONS http://www.example.org:8001 HTTP/1.1", "www.example.org:8001", "www.example.org:8001",
       "*"},  // 3.2.4
      {"GET http://[::1]:8080/ HTTP/1.1", "[::1]:8080", "[::1]:8080", "/"},
      {"GET http://example.com:/x HTTP/1.1", "example.com", "example.com", "/x"},
  };
  for (const auto& one : cases) {
    auto parsed = parse_request(with_fields("Host: " + std::string(one.host) + "\r\n", one.line));
    ASSERT_TRUE(parsed.done()) << one.line << ": " << summary(parsed);
    EXPECT_EQ(parsed.head->authority, one.authority);
    EXPECT_EQ(parsed.head->target, one.target);
  }
}

TEST(RequestParser, TheSchemeOfAnAbsoluteTargetIsThatOfTheConnection) {  // RFC 9110 7.4
  const std::string secure = "GET https://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n";
  const std::string plain = "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n";
  EXPECT_EQ(parse_request(secure, {}, {}, true).head->scheme, "https");
  EXPECT_TRUE(parse_request(secure, {}, {}, false).failed_with(ParseError::kSchemeUnlikeConnection));
  EXPECT_TRUE(parse_request(plain, {}, {}, true).failed_with(ParseError::kSchemeUnlikeConnection));
}

TEST(RequestParser, AnyTokenIsAMethod) {
  for (std::string_view method : {"GET", "PROPFIND", "get", "M-SEARCH", "!#$%&'*+-.^_`|~09"}) {
    auto parsed = parse_request(with_fields("Host: a\r\n", std::string(method) + " / HTTP/1.1"));
    ASSERT_TRUE(parsed.done()) << method;
    EXPECT_EQ(parsed.head->method_name, method);
  }
  EXPECT_EQ(parse_request("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").head->target, "*");
}

TEST(RequestParser, OneEmptyLineBeforeTheRequestIsForgiven) {  // RFC 9112 2.2
  const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  auto parsed = parse_request("\r\n" + request);
  ASSERT_TRUE(parsed.done());
  EXPECT_EQ(parsed.step.consumed, request.size() + 2);
  EXPECT_TRUE(parse_request("\r\n\r\n" + request).failed_with(ParseError::kBadMethod));
  EXPECT_TRUE(parse_request("\n" + request).failed_with(ParseError::kBareLf));
}

TEST(RequestParser, WhatBelongsToTheConnectionIsTakenOut) {  // RFC 9110 7.6.1
  auto parsed = parse_request(
      with_fields("Connection: X-Mine, close\r\nHost: a\r\nX-Mine: 1\r\nKeep-Alive: 5\r\nTE: trailers, "
                  "gzip;q=0.5\r\nA: b\r\n"
                  "Proxy-Connection: x\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nUpgrade: h2c\r\n"
                  "Connection: content-length, \"via\r\nContent-Length: 3\r\n"));
  ASSERT_TRUE(parsed.done()) << summary(parsed);
  EXPECT_EQ(text_of(parsed.head->fields), "A: b\nContent-Length: 3\n");
  EXPECT_TRUE(parsed.head->accepts_trailers);
  EXPECT_FALSE(parsed.parser->keeps_alive());
}

TEST(RequestParser, AConnectionIsKeptByVersionAndOption) {  // RFC 9112 9.3
  struct {
    std::string_view version, fields;
    bool kept;
  } const cases[] = {
      {"HTTP/1.1", "", true},
      {"HTTP/1.1", "Connection: keep-alive\r\n", true},
      {"HTTP/1.1", "Connection: Close\r\n", false},
      {"HTTP/1.1", "Connection: keep-alive, close\r\n", false},
      {"HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n", false},
      {"HTTP/1.0", "", false},
      {"HTTP/1.0", "Connection: Keep-Alive\r\n", true},
      {"HTTP/1.0", "Connection: keep-alive, close\r\n", false},
      {"HTTP/1.2", "", true},
  };
  for (const auto& one : cases) {
    auto parsed = parse_request(
        with_fields("Host: a\r\n" + std::string(one.fields), "GET / " + std::string(one.version)));
    ASSERT_TRUE(parsed.done());
    EXPECT_EQ(parsed.parser->keeps_alive(), one.kept) << one.version << " " << one.fields;
  }
}

TEST(RequestParser, AMinorVersionToComeIsReadAsTheHighestKnown) {  // RFC 9110 2.5
  EXPECT_EQ(parse_request("GET / HTTP/1.9\r\nHost: a\r\n\r\n").head->version, Version::kHttp11);
  EXPECT_EQ(parse_request("GET / HTTP/1.0\r\n\r\n").head->version, Version::kHttp10);
}

TEST(RequestParser, FramingIsDecidedByLengthOrCoding) {  // RFC 9112 6.3
  EXPECT_EQ(parse_request(with_fields("Host: a\r\nContent-Length: 42\r\n")).parser->framing(),
            Framing::of_length(42));
  EXPECT_EQ(parse_request(with_fields("Host: a\r\nContent-Length: 0\r\n")).parser->framing(),
            Framing::of_length(0));
  EXPECT_EQ(parse_request(with_fields("Host: a\r\nContent-Length: 007\r\n")).parser->framing(),
            Framing::of_length(7));
  EXPECT_EQ(parse_request(with_fields("Host: a\r\nTransfer-Encoding: Chunked\r\n")).parser->framing(),
            Framing::chunked());
}

TEST(RequestParser, ContinueIsExpectedOnlyByHttp11) {  // RFC 9110 10.1.1
  EXPECT_TRUE(parse_request(with_fields("Host: a\r\nExpect: 100-Continue\r\n")).head->expects_continue);
  EXPECT_FALSE(parse_request(with_fields("Host: a\r\nExpect: 100-continue\r\n", "GET / HTTP/1.0"))
                   .head->expects_continue);
  EXPECT_FALSE(parse_request(with_fields("Host: a\r\nExpect: soon\r\n")).head->expects_continue);
}

TEST(RequestParser, AnUpgradeIsAskedForByConnectionAndUpgradeTogether) {  // RFC 9110 7.8, RFC 6455 4.1
  struct {
    std::string_view fields, upgrade;
  } const cases[] = {
      {"Connection: Upgrade\r\nUpgrade: websocket\r\n", "websocket"},
      {"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n", "websocket"},
      {"Upgrade: websocket\r\n", ""},
      {"Connection: upgrade\r\n", ""},
      {"Connection: upgrade\r\nUpgrade: h2c\r\n", ""},
      {"Connection: upgrade\r\nUpgrade: a, b\r\n", ""},
      {"Connection: upgrade\r\nUpgrade: a\r\nUpgrade: b\r\n", ""},
      {"Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n", ""},
      {"Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n", "websocket"},
      {"Connection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n", ""},
  };
  for (const auto& one : cases) {
    auto parsed = parse_request(with_fields("Host: a\r\n" + std::string(one.fields)));
    ASSERT_TRUE(parsed.done());
    EXPECT_EQ(parsed.head->upgrade, one.upgrade) << one.fields;
    EXPECT_FALSE(parsed.head->fields.has(FieldName::kUpgrade));
  }
}

struct Hostile {
  std::string bytes;
  ParseError error;
};

std::vector<Hostile> hostile_requests() {
  using enum ParseError;
  const std::string host = "Host: a\r\n";
  return {
      // Line ends
      {"GET / HTTP/1.1\nHost: a\n\n", kBareLf},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", kBareLf},
      {"GET / HTTP/1.1\rHost: a\r\n\r\n", kBareCr},
      {"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", kBareCr},
      {"GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", kBareCr},
      {"GET / HTTP/1.1\r\nHost: a\r\n\rX", kBareCr},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n", kBareLf},
      {"GET\r/ HTTP/1.1\r\n", kBareCr},
      {"GET /\n", kBareLf},
      {"\rGET / HTTP/1.1\r\n", kBareCr},
      // Request line
      {" GET / HTTP/1.1\r\n", kBadMethod},
      {"G=T / HTTP/1.1\r\n", kBadMethod},
      {"GET\t/ HTTP/1.1\r\n", kBadMethod},
      {"GET\r\n\r\n", kBadMethod},
      {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", kBadMethod},  // a ClientHello
      {std::string(33, 'A') + " / HTTP/1.1\r\n", kMethodTooLong},
      {with_fields(host, "CONNECT example.com:443 HTTP/1.1"), kConnectRefused},
      {with_fields(host, "GET  / HTTP/1.1"), kBadTarget},
      {with_fields(host, "GET a HTTP/1.1"), kBadTarget},
      {with_fields(host, "GET * HTTP/1.1"), kBadTarget},
      {with_fields(host, "GET example.com:80 HTTP/1.1"), kBadTarget},
      {with_fields(host, "GET ftp://a/ HTTP/1.1"), kBadTarget},
      {with_fields(host, "GET http:/a HTTP/1.1"), kBadTarget},
      {with_fields(host, "GET http:///a HTTP/1.1"), kBadHost},
      {with_fields(host, "GET http://user@a/ HTTP/1.1"), kBadHost},
      {with_fields(host, "GET /\x01 HTTP/1.1"), kBadTarget},
      {with_fields(host, "GET /\x7f HTTP/1.1"), kBadTarget},
      {with_fields(host, "GET /\xc3\xa9 HTTP/1.1"), kBadTarget},
      {with_fields(host, "GET /a\tb HTTP/1.1"), kBadTarget},
      {with_fields(host, std::string("GET /a\0b HTTP/1.1", 17)), kBadTarget},
      {with_fields(host, "GET /a#b HTTP/1.1"), kFragmentInTarget},
      {with_fields(host, "GET /a"), kBadVersion},  // HTTP/0.9
      {with_fields(host, "GET / http/1.1"), kBadVersion},
      {with_fields(host, "GET / HTTP/1.1 "), kBadVersion},
      {with_fields(host, "GET / HTTP/1.10"), kBadVersion},
      {with_fields(host, "GET / HTTP/11"), kBadVersion},
      {with_fields(host, "GET / HTTP/1,1"), kBadVersion},
      {with_fields(host, "GET / "), kBadVersion},
      {with_fields(host, "GET /a b HTTP/1.1"), kBadVersion},
      {with_fields(host, "GET / HTTP/2.0"), kUnsupportedVersion},
      {with_fields(host, "GET / HTTP/0.9"), kUnsupportedVersion},
      // Field lines
      {with_fields("Host : a\r\n"), kSpaceBeforeColon},
      {with_fields(host + "A\t: b\r\n"), kSpaceBeforeColon},
      {with_fields(host + ": b\r\n"), kBadFieldName},
      {with_fields(host + "A(: b\r\n"), kBadFieldName},
      {with_fields(host + "A B: b\r\n"), kSpaceBeforeColon},
      {with_fields(host + "\xc3\xa9: b\r\n"), kBadFieldName},
      {with_fields(host + std::string("A\0: b\r\n", 7)), kBadFieldName},
      {with_fields(host + "A\r\n"), kMissingColon},
      {with_fields(host + "A: b\x01\r\n"), kBadFieldValue},
      {with_fields(host + "A: b\x7f\r\n"), kBadFieldValue},
      {with_fields(host + std::string("A: b\0c\r\n", 8)), kBadFieldValue},
      {with_fields(host + "A: b\r\n c\r\n"), kObsFold},
      {with_fields(host + "A: b\r\n\tc\r\n"), kObsFold},
      {with_fields(" " + host), kObsFold},
      // Host
      {with_fields(""), kMissingHost},
      {with_fields("Host: a\r\nHost: a\r\n"), kRepeatedHost},
      {with_fields("Host: a\r\nhost: b\r\n", "GET / HTTP/1.0"), kRepeatedHost},
      {with_fields("Host:\r\n"), kBadHost},
      {with_fields("Host: a b\r\n"), kBadHost},
      {with_fields("Host: a,b\r\n"), kBadHost},
      {with_fields("Host: a/b\r\n"), kBadHost},
      {with_fields("Host: u@a\r\n"), kBadHost},
      {with_fields("Host: a:99999\r\n"), kBadHost},
      {with_fields("Host: b\r\n", "GET http://a/ HTTP/1.1"), kHostUnlikeTarget},
      {with_fields("Host: a:81\r\n", "GET http://a/ HTTP/1.1"), kHostUnlikeTarget},
      {with_fields(host, "GET https://a/ HTTP/1.1"), kSchemeUnlikeConnection},
      // Framing
      {with_fields(host + "Content-Length: 5\r\nContent-Length: 5\r\n"), kRepeatedContentLength},
      {with_fields(host + "Content-Length: 5\r\ncontent-length: 6\r\n"), kRepeatedContentLength},
      {with_fields(host + "Content-Length: 5, 5\r\n"), kBadContentLength},
      {with_fields(host + "Content-Length:\r\n"), kBadContentLength},
      {with_fields(host + "Content-Length: +5\r\n"), kBadContentLength},
      {with_fields(host + "Content-Length: -5\r\n"), kBadContentLength},
      {with_fields(host + "Content-Length: 0x5\r\n"), kBadContentLength},
      {with_fields(host + "Content-Length: 5 5\r\n"), kBadContentLength},
      {with_fields(host + "Content-Length: 5\v\r\n"), kBadFieldValue},
      {with_fields(host + "Content-Length: 18446744073709551616\r\n"), kBadContentLength},
      {with_fields(host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
       kLengthWithTransferEncoding},
      {with_fields(host + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"),
       kLengthWithTransferEncoding},
      {with_fields(host + "Transfer-Encoding: gzip, chunked\r\n"), kUnsupportedTransferCoding},
      {with_fields(host + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), kBadTransferEncoding},
      {with_fields(host + "Transfer-Encoding: chunked, chunked\r\n"), kBadTransferEncoding},
      {with_fields(host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
       kBadTransferEncoding},
      {with_fields(host + "Transfer-Encoding: chunked, identity\r\n"), kBadTransferEncoding},
      {with_fields(host + "Transfer-Encoding: identity\r\n"), kBadTransferEncoding},
      {with_fields(host + "Transfer-Encoding: xchunked\r\n"), kBadTransferEncoding},
      {with_fields(host + "Transfer-Encoding: \"chunked\"\r\n"), kBadTransferEncoding},
      {with_fields(host + "Transfer-Encoding: chunked;q=1\r\n"), kBadTransferEncoding},
      {with_fields(host + "Transfer-Encoding:\r\n"), kBadTransferEncoding},
      {with_fields(host + "Transfer-Encoding: ,chunked\r\n"), kUnsupportedTransferCoding},
      {with_fields(host + "Transfer-Encoding: \vchunked\r\n"), kBadFieldValue},
      {with_fields(host + "Transfer-Encoding: chunked\r\n", "GET / HTTP/1.0"), kTransferEncodingInHttp10},
  };
}

TEST(RequestParser, HostileRequestsAreRefusedByName) {
  for (const auto& [bytes, error] : hostile_requests()) {
    EXPECT_EQ(summary(parse_request(bytes)), "failed: " + Error(error).text()) << bytes;
  }
}

std::vector<std::string> sound_requests() {
  return {
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "\r\nGET /hello.txt?q=1 HTTP/1.1\r\nHost: example.com:8080\r\nA: b\r\nC:\r\nD: \t e f \r\n\r\nGET "
      "/next",
      "POST http://example.com?x HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\nConnection: x, "
      "keep-alive\r\nX: y\r\n\r\nhello",
      "PUT /a HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
      "GET /chat HTTP/1.1\r\nHost: [::1]:80\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nTE: "
      "trailers\r\n\r\n",
      "POST /u HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
  };
}

TEST(RequestParser, HowTheBytesAreCutMakesNoDifference) {
  std::vector<std::string> all = sound_requests();
  for (const auto& one : hostile_requests()) all.push_back(one.bytes);
  for (const std::string& bytes : all) {
    const std::string whole = summary(parse_request(bytes));
    EXPECT_EQ(summary(parse_request(bytes, byte_by_byte(bytes))), whole) << bytes;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      ASSERT_EQ(summary(parse_request(bytes, {cut, bytes.size()})), whole) << "cut at " << cut << " in\n"
                                                                           << bytes;
    }
  }
}

TEST(RequestParser, NothingIsDecidedBeforeTheEmptyLine) {
  for (const std::string& bytes : sound_requests()) {
    const std::size_t head = parse_request(bytes).step.consumed;
    for (std::size_t size = 0; size < head; ++size) {
      ASSERT_EQ(parse_request(bytes.substr(0, size), {size}).step.status, ParseStatus::kNeedMore)
          << size << "\n"
          << bytes;
    }
  }
}

TEST(RequestParser, LimitsAreExact) {
  const std::string request = "GET /123456789 HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n";
  const HeadLimits exact{.header_bytes = request.size(), .header_count = 2, .uri_bytes = 10};
  EXPECT_TRUE(parse_request(request, {}, exact).done());
  EXPECT_TRUE(parse_request(request, byte_by_byte(request), exact).done());
  struct {
    HeadLimits limits;
    ParseError error;
    int status;
  } const cases[] = {
      {{request.size() - 1, 2, 10}, ParseError::kHeadTooLarge, 431},
      {{request.size(), 1, 10}, ParseError::kTooManyFields, 431},
      {{request.size(), 2, 9}, ParseError::kUriTooLong, 414},
  };
  for (const auto& one : cases) {
    EXPECT_TRUE(parse_request(request, {}, one.limits).failed_with(one.error)) << one.status;
    EXPECT_TRUE(parse_request(request, byte_by_byte(request), one.limits).failed_with(one.error))
        << one.status;
    EXPECT_EQ(status_of(one.error), one.status);
  }
}

TEST(RequestParser, ALineWithoutEndIsRefusedAtTheLimit) {
  const std::string target = "GET /" + std::string(100'000, 'a');
  EXPECT_TRUE(
      parse_request(target, byte_by_byte(target.substr(0, 17'000))).failed_with(ParseError::kUriTooLong));
  const std::string name = "GET / HTTP/1.1\r\n" + std::string(100'000, 'a');
  EXPECT_TRUE(parse_request(name).failed_with(ParseError::kHeadTooLarge));
  const std::string value = "GET / HTTP/1.1\r\na:" + std::string(100'000, ' ');
  EXPECT_TRUE(parse_request(value).failed_with(ParseError::kHeadTooLarge));
}

TEST(RequestParser, OptionsOfAConnectionAreLimited) {  // each is looked for among all fields
  std::string options = "Host: a\r\nConnection: o0";
  for (std::size_t i = 1; i < kMaxConnectionOptions; ++i) options += ",o" + std::to_string(i);
  EXPECT_TRUE(parse_request(with_fields(options + "\r\n")).done());
  EXPECT_TRUE(
      parse_request(with_fields(options + ",x\r\n")).failed_with(ParseError::kTooManyConnectionOptions));
  std::string fields = "Host: a\r\n";
  for (std::size_t i = 0; i < kMaxConnectionFields; ++i) fields += "Connection: x\r\n";
  EXPECT_TRUE(parse_request(with_fields(fields)).done());
  EXPECT_TRUE(parse_request(with_fields(fields + "Connection: x\r\n"))
                  .failed_with(ParseError::kTooManyConnectionOptions));
}

TEST(RequestParser, StatusesOfFaults) {
  EXPECT_EQ(status_of(ParseError::kBareLf), 400);
  EXPECT_EQ(status_of(ParseError::kUnsupportedVersion), 505);
  EXPECT_EQ(status_of(ParseError::kUnsupportedTransferCoding), 501);
  EXPECT_EQ(status_of(ParseError::kSchemeUnlikeConnection), 421);
}

TEST(H2Preface, IsKnownByItsFirstBytes) {  // RFC 9113 3.4
  const std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (std::size_t size = 0; size < preface.size(); ++size) {
    EXPECT_EQ(match_h2_preface(preface.substr(0, size)), PrefaceMatch::kPossible);
  }
  EXPECT_EQ(match_h2_preface(preface), PrefaceMatch::kYes);
  EXPECT_EQ(match_h2_preface(std::string(preface) + "more"), PrefaceMatch::kYes);
  EXPECT_EQ(match_h2_preface("PRI * HTTP/1.1\r\n"), PrefaceMatch::kNo);
  EXPECT_EQ(match_h2_preface("G"), PrefaceMatch::kNo);
}

}  // namespace
}  // namespace brink::http::h1
