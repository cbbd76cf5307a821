#include "tests/http/h1/given_head.h"

#include <gtest/gtest.h>

namespace brink::http::h1 {
namespace {

TEST(ResponseParser, ReadsAStatusLineAndFields) {
  auto parsed = parse_response(
      "HTTP/1.1 200 OK\r\nDate: Mon, 27 Jul 2009 12:28:53 GMT\r\nContent-Length: 51\r\n\r\nHello");
  ASSERT_TRUE(parsed.done());
  EXPECT_EQ(parsed.head->status, 200);
  EXPECT_EQ(parsed.head->reason, "OK");
  EXPECT_EQ(parsed.head->version, Version::kHttp11);
  EXPECT_EQ(text_of(parsed.head->fields), "Date: Mon, 27 Jul 2009 12:28:53 GMT\nContent-Length: 51\n");
  EXPECT_EQ(parsed.parser->framing(), Framing::of_length(51));
  EXPECT_TRUE(parsed.parser->keeps_alive());
}

TEST(ResponseParser, AReasonMayBeMissing) {
  for (std::string_view line : {"HTTP/1.1 404 ", "HTTP/1.1 404"}) {
    auto parsed = parse_response(std::string(line) + "\r\n\r\n");
    ASSERT_TRUE(parsed.done()) << line;
    EXPECT_EQ(parsed.head->status, 404);
    EXPECT_EQ(parsed.head->reason, "");
  }
  EXPECT_EQ(parse_response("HTTP/1.1 200 a  \xc3\xa9\r\n\r\n").head->reason, "a  \xc3\xa9");
}

TEST(ResponseParser, FramingFollowsRfc9112Section6_3) {
  struct {
    std::string_view head;
    Method method;
    Framing framing;
    bool kept;
  } const cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5", Method::kHead, Framing::none(), true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", Method::kHead, Framing::none(), true},
      {"HTTP/1.1 200 OK", Method::kHead, Framing::none(), true},
      {"HTTP/1.1 204 No Content\r\nContent-Length: 5", Method::kGet, Framing::none(), true},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5", Method::kGet, Framing::none(), true},
      {"HTTP/1.1 103 Early Hints\r\nLink: </a>", Method::kGet, Framing::none(), true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", Method::kGet, Framing::chunked(), true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close", Method::kGet, Framing::chunked(),
       false},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0", Method::kGet, Framing::of_length(0), true},
      {"HTTP/1.1 200 OK", Method::kGet, Framing::until_close(), false},
      {"HTTP/1.0 200 OK", Method::kGet, Framing::until_close(), false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 5", Method::kGet, Framing::of_length(5), false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive", Method::kGet, Framing::of_length(5),
       true},
  };
  for (const auto& one : cases) {
    auto parsed = parse_response(std::string(one.head) + "\r\n\r\n", {}, one.method);
    ASSERT_TRUE(parsed.done()) << one.head;
    EXPECT_EQ(parsed.parser->framing(), one.framing) << one.head;
    EXPECT_EQ(parsed.parser->keeps_alive(), one.kept) << one.head;
  }
}

TEST(ResponseParser, TheLengthOfContentThatIsNotThereStaysOnlyWhereItMeansSomething) {
  EXPECT_TRUE(parse_response("HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n")
                  .head->fields.has(FieldName::kContentLength));
  EXPECT_FALSE(parse_response("HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n")
                   .head->fields.has(FieldName::kContentLength));
}

TEST(ResponseParser, AnUpgradeIsTakenOnlyWhereItWasAskedFor) {
  const std::string response =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  auto parsed = parse_response(response, {}, Method::kGet, true);
  ASSERT_TRUE(parsed.done());
  EXPECT_EQ(parsed.head->upgrade, "websocket");
  EXPECT_EQ(parsed.parser->framing(), Framing::tunnel());
  EXPECT_TRUE(parsed.head->fields.empty());
  EXPECT_TRUE(parse_response(response, {}, Method::kGet, false).failed_with(ParseError::kUnexpectedUpgrade));
  EXPECT_TRUE(parse_response("HTTP/1.1 101 x\r\n\r\n", {}, Method::kGet, true)
                  .failed_with(ParseError::kUnexpectedUpgrade));
}

struct Hostile {
  std::string bytes;
  ParseError error;
};

std::vector<Hostile> hostile_responses() {
  using enum ParseError;
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  return {
      {"ICY 200 OK\r\n\r\n", kBadStatusLine},
      {"<html>", kBadStatusLine},
      {"HTTP/1.1 20 OK\r\n\r\n", kBadStatusLine},
      {"HTTP/1.1 2000 OK\r\n\r\n", kBadStatusLine},
      {"HTTP/1.1 099 OK\r\n\r\n", kBadStatusLine},
      {"HTTP/1.1 2x0 OK\r\n\r\n", kBadStatusLine},
      {"HTTP/1.1  200 OK\r\n\r\n", kBadStatusLine},
      {"HTTP/1.1\t200 OK\r\n\r\n", kBadStatusLine},
      {"HTTP/1.1 200\tOK\r\n\r\n", kBadStatusLine},
      {"HTTP/1.1 200 O\x01K\r\n\r\n", kBadStatusLine},
      {"HTTP/1.1\r\n\r\n", kBadStatusLine},
      {"HTTP/2.0 200 OK\r\n\r\n", kUnsupportedVersion},
      {"http/1.1 200 OK\r\n\r\n", kBadStatusLine},
      {"HTTP/1.x 200 OK\r\n\r\n", kBadVersion},
      {"\r\nHTTP/1.1 200 OK\r\n\r\n", kBadStatusLine},
      {"HTTP/1.1 200 OK\nContent-Length: 0\n\n", kBareLf},
      {"HTTP/1.1 200 O\rK\r\n\r\n", kBareCr},
      {ok + "A : b\r\n\r\n", kSpaceBeforeColon},
      {ok + "A: b\r\n c\r\n\r\n", kObsFold},
      {ok + "A: b\rc\r\n\r\n", kBareCr},
      {ok + "garbage\r\n\r\n", kMissingColon},
      {ok + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", kRepeatedContentLength},
      {ok + "Content-Length: 5, 5\r\n\r\n", kBadContentLength},
      {ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", kLengthWithTransferEncoding},
      {ok + "Transfer-Encoding: gzip, chunked\r\n\r\n", kUnsupportedTransferCoding},
      {ok + "Transfer-Encoding: gzip\r\n\r\n", kBadTransferEncoding},
      {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", kTransferEncodingInHttp10},
  };
}

TEST(ResponseParser, HostileResponsesAreRefusedByName) {
  for (const auto& [bytes, error] : hostile_responses()) {
    EXPECT_EQ(summary(parse_response(bytes)), "failed: " + Error(error).text()) << bytes;
  }
}

TEST(ResponseParser, HowTheBytesAreCutMakesNoDifference) {
  std::vector<std::string> all = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\nhello",
      "HTTP/1.0 404\r\nServer: x y\r\nConnection: keep-alive, x\r\nX: 1\r\n\r\n",
      "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
  };
  for (const auto& one : hostile_responses()) all.push_back(one.bytes);
  for (const std::string& bytes : all) {
    const std::string whole = summary(parse_response(bytes));
    EXPECT_EQ(summary(parse_response(bytes, byte_by_byte(bytes))), whole) << bytes;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      ASSERT_EQ(summary(parse_response(bytes, {cut, bytes.size()})), whole) << "cut at " << cut << " in\n"
                                                                            << bytes;
    }
  }
}

TEST(ResponseParser, LimitsAreExact) {
  const std::string response = "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n";
  EXPECT_TRUE(parse_response(response, {}, Method::kGet, false, {response.size(), 2, 0}).done());
  EXPECT_TRUE(parse_response(response, {}, Method::kGet, false, {response.size() - 1, 2, 0})
                  .failed_with(ParseError::kHeadTooLarge));
  EXPECT_TRUE(parse_response(response, {}, Method::kGet, false, {response.size(), 1, 0})
                  .failed_with(ParseError::kTooManyFields));
}

}  // namespace
}  // namespace brink::http::h1
