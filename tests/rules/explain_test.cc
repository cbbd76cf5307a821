#include "rules/explain.h"

#include "rules/list_text.h"
#include "rules/parse.h"
#include "rules/sample_request.h"

#include <gtest/gtest.h>

namespace brink::rules {
namespace {

std::string explained(std::string_view expression, const SampleRequest& request) {
  const auto parsed = parse_filter(expression, {});
  if (!parsed) return parsed.error().text(expression);
  const SampleFacts source(request);
  Arena arena;
  Facts facts(source, arena);
  return explain(**parsed, facts);
}

TEST(Explain, ShowsTheValueOfEachPart) {
  const auto request =
      read_sample_request("GET /a HTTP/1.1\r\nHost: a.example:80\r\nAccept: x\r\nAccept: y\r\n\r\n");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(
      explained("lower(http.host) eq \"a.example\" and\n any(http.request.headers[\"accept\"][*] eq \"y\")",
                *request),
      "lower(http.host) eq \"a.example\" and  any(http.request.headers[\"accept\"][*] eq \"y\") -> true\n"
      "  lower(http.host) eq \"a.example\" -> true\n"
      "    lower(http.host) -> \"a.example\"\n"
      "      http.host -> \"a.example\"\n"
      "  any(http.request.headers[\"accept\"][*] eq \"y\") -> true\n"
      "    http.request.headers[\"accept\"][*] eq \"y\" -> [false, true]\n"
      "      http.request.headers[\"accept\"][*] -> [\"x\", \"y\"]\n"
      "        http.request.headers[\"accept\"] -> [\"x\", \"y\"]\n");
}

TEST(Explain, PrintsNoBytesThatSteerATerminal) {
  SampleRequest request;
  request.host = "\x1b[2J\xff";
  EXPECT_EQ(explained("http.host eq \"\"", request),
            "http.host eq \"\" -> false\n  http.host -> \"\\x1b[2J\\xff\"\n");
  EXPECT_EQ(explained("http.host eq \"\x1b\"", request).find('\x1b'), std::string::npos);
}

TEST(SampleRequest, IsReadFromTheTextOfARequest) {
  const auto request = read_sample_request("POST /a?b HTTP/2\nhost: a\nX-A:  1 \n\nbody\n");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->target, "/a?b");
  EXPECT_EQ(request->version, "HTTP/2");
  EXPECT_EQ(request->host, "a");
  EXPECT_EQ(request->headers.back(), (std::pair<std::string, std::string>("X-A", "1")));
  EXPECT_EQ(request->body, "body\n");
}

TEST(SampleRequest, SaysWhichLineIsWrong) {
  EXPECT_EQ(read_sample_request("").error(), "line 1: expected a request line, as GET /path HTTP/1.1");
  EXPECT_EQ(read_sample_request("GET a HTTP/1.1").error(),
            "line 1: expected a request line, as GET /path HTTP/1.1");
  EXPECT_EQ(read_sample_request("GET / HTTP/1.1\nA: b\nc\n").error(),
            "line 3: expected a header, as name: value");
}

TEST(ListText, IsOfTheKindOfItsItems) {
  EXPECT_EQ(read_list("a", "# office\n192.0.2.0/24\n\n2001:db8::1 # gate\n").value().kind, ListKind::kIp);
  EXPECT_EQ(read_list("a", "64500\r\n64501\r\n").value().kind, ListKind::kAsn);
  EXPECT_EQ(read_list("a", "*.example.com\nexample.net\n").value().kind, ListKind::kHostname);
  EXPECT_EQ(read_list("a", "64500\nexample.com\n").error(),
            "line 2: an item of kind hostname in a list of kind asn");
  EXPECT_EQ(read_list("a", "a b\n").error(),
            "line 1: \"a b\" is no address, network, AS number or host name");
}

}  // namespace
}  // namespace brink::rules
