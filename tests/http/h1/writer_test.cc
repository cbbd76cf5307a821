#include "http/h1/writer.h"

#include "tests/http/h1/given_head.h"

#include <gtest/gtest.h>

namespace brink::http::h1 {
namespace {

std::string written(const Result<Slice>& result) {
  return result ? std::string(result->bytes()) : "refused: " + result.error().text();
}
bool is_refused(const Result<Slice>& result) {
  return !result && result.error().is(WriteError::kUnwritableHead);
}

TEST(Writer, WritesARequestInOriginFormWithHostFirst) {
  RequestHead head;
  head.target = "/hello?a=b";
  head.authority = "example.com:8080";
  head.fields.add("Accept", "*/*");
  head.fields.add("X-Custom", "1");
  EXPECT_EQ(written(write_request_head(head, Framing::none(), ConnectionOption::kNone)),
            "GET /hello?a=b HTTP/1.1\r\nHost: example.com:8080\r\nAccept: */*\r\nX-Custom: 1\r\n\r\n");
}

TEST(Writer, FramingIsWhatTheSenderDoes) {
  RequestHead head;
  head.method_name = "POST";
  head.authority = "a";
  head.fields.add("Content-Length", "999");
  head.fields.add("Transfer-Encoding", "chunked");
  EXPECT_EQ(written(write_request_head(head, Framing::of_length(5), ConnectionOption::kNone)),
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(written(write_request_head(head, Framing::chunked(), ConnectionOption::kClose)),
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
}

TEST(Writer, WhatBelongsToAConnectionIsNotPassedOn) {
  RequestHead head;
  head.authority = "a";
  for (std::string_view name :
       {"Connection", "Keep-Alive", "Proxy-Connection", "TE", "Upgrade", "Host", "HTTP2-Settings"}) {
    head.fields.add(name, "x");
  }
  EXPECT_EQ(written(write_request_head(head, Framing::none(), ConnectionOption::kNone)),
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST(Writer, UpgradesAndTrailersAreAskedForByConnection) {
  RequestHead head;
  head.authority = "a";
  head.upgrade = "websocket";
  EXPECT_EQ(written(write_request_head(head, Framing::none(), ConnectionOption::kNone)),
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
  head.upgrade = {};
  head.accepts_trailers = true;
  EXPECT_EQ(written(write_request_head(head, Framing::none(), ConnectionOption::kNone)),
            "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
}

TEST(Writer, WritesResponses) {
  ResponseHead head;
  head.status = 404;
  head.fields.add("Server", "x");
  EXPECT_EQ(written(write_response_head(head, Framing::of_length(12), ConnectionOption::kNone)),
            "HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Length: 12\r\n\r\n");
  head.reason = "Gone Fishing";
  EXPECT_EQ(written(write_response_head(head, Framing::chunked(), ConnectionOption::kKeepAlive)),
            "HTTP/1.1 404 Gone Fishing\r\nServer: x\r\nTransfer-Encoding: chunked\r\nConnection: "
            "keep-alive\r\n\r\n");
}

TEST(Writer, AResponseWithoutContentMayTellTheLengthOfAnother) {  // RFC 9110 8.6
  ResponseHead head;
  head.fields.add("Content-Length", "12");
  EXPECT_EQ(written(write_response_head(head, Framing::none(), ConnectionOption::kNone)),
            "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
  head.status = 204;
  EXPECT_EQ(written(write_response_head(head, Framing::none(), ConnectionOption::kNone)),
            "HTTP/1.1 204 No Content\r\n\r\n");
  head.status = 103;
  EXPECT_EQ(written(write_response_head(head, Framing::none(), ConnectionOption::kNone)),
            "HTTP/1.1 103 Early Hints\r\n\r\n");
}

TEST(Writer, ASwitchOfProtocolsNamesIt) {
  ResponseHead head;
  head.status = 101;
  head.upgrade = "websocket";
  head.fields.add("Sec-WebSocket-Accept", "x");
  EXPECT_EQ(written(write_response_head(head, Framing::tunnel(), ConnectionOption::kNone)),
            "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\nConnection: upgrade\r\nUpgrade: "
            "websocket\r\n\r\n");
}

TEST(Writer, NoLineBreakAndNoNulGetsOut) {
  for (std::string_view bad :
       {std::string_view("a\r\nB: c"), std::string_view("a\nb"), std::string_view("a\rb"),
        std::string_view("a\0b", 3), std::string_view("\r\n"), std::string_view("\n\r")}) {
    for (std::size_t before : {0U, 3U, 40U}) {
      const std::string value = std::string(before, 'x') + std::string(bad);
      RequestHead request;
      request.authority = "a";
      request.fields.add("X-A", value);
      EXPECT_TRUE(is_refused(write_request_head(request, Framing::none(), ConnectionOption::kNone)));
      ResponseHead response;
      response.fields.add("X-A", value);
      EXPECT_TRUE(is_refused(write_response_head(response, Framing::none(), ConnectionOption::kNone)));
      response.fields.clear();
      response.reason = value;
      EXPECT_TRUE(is_refused(write_response_head(response, Framing::none(), ConnectionOption::kNone)));
      Arena arena;
      Fields trailers(arena);
      trailers.add("X-A", value);
      EXPECT_TRUE(is_refused(write_last_chunk(trailers)));
    }
  }
}

TEST(Writer, MalformedPartsAreRefused) {
  for (std::string_view name : {"", "a b", "a:b", "a\r\nb", "a\x80"}) {
    RequestHead head;
    head.authority = "a";
    head.fields.add(name, "x");
    EXPECT_TRUE(is_refused(write_request_head(head, Framing::none(), ConnectionOption::kNone))) << name;
  }
  RequestHead head;
  head.authority = "a";
  head.target = "/a b";
  EXPECT_TRUE(is_refused(write_request_head(head, Framing::none(), ConnectionOption::kNone)));
  head.target = "/";
  head.method_name = "GET /x HTTP/1.1\r\nA:";
  EXPECT_TRUE(is_refused(write_request_head(head, Framing::none(), ConnectionOption::kNone)));
  head.method_name = "GET";
  head.authority = "a\r\nX: y";
  EXPECT_TRUE(is_refused(write_request_head(head, Framing::none(), ConnectionOption::kNone)));
}

TEST(Writer, TheLastChunkCarriesTrailers) {
  Arena arena;
  Fields trailers(arena);
  EXPECT_EQ(written(write_last_chunk(trailers)), "0\r\n\r\n");
  trailers.add("X-Sum", "1");
  trailers.add("Content-Length", "5");
  EXPECT_EQ(written(write_last_chunk(trailers)), "0\r\nX-Sum: 1\r\n\r\n");
}

TEST(Writer, WhatIsWrittenIsReadAsTheSame) {
  const std::string request =
      "POST /a?b HTTP/1.1\r\nHost: example.com\r\nA: b\r\nA: c\r\nEmpty: \r\nContent-Length: 7\r\nTE: "
      "trailers\r\n\r\n";
  auto first = parse_request(request);
  ASSERT_TRUE(first.done());
  const std::string again =
      written(write_request_head(*first.head, first.parser->framing(), ConnectionOption::kNone));
  auto second = parse_request(again);
  ASSERT_TRUE(second.done()) << again;
  EXPECT_EQ(second.parser->framing(), first.parser->framing());
  EXPECT_EQ(text_of(second.head->fields), text_of(first.head->fields));
  EXPECT_EQ(second.head->authority, first.head->authority);
  EXPECT_TRUE(second.head->accepts_trailers);
}

}  // namespace
}  // namespace brink::http::h1
