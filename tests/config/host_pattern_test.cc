#include "config/host_pattern.h"

#include "config/origin_url.h"

#include <gtest/gtest.h>

namespace brink::config {
namespace {

TEST(HostPattern, IsComparedInLowerCaseWithoutTheFinalDot) {
  EXPECT_EQ(parse_host_pattern("Example.COM."), "example.com");
  EXPECT_EQ(parse_host_pattern("*.Example.com"), "*.example.com");
  EXPECT_EQ(parse_host_pattern("*"), "*");
  EXPECT_EQ(parse_host_pattern("localhost"), "localhost");
  EXPECT_EQ(parse_host_pattern("xn--bcher-kva.example"), "xn--bcher-kva.example");
  EXPECT_EQ(parse_host_pattern("_dmarc.example.com"), "_dmarc.example.com");
}

TEST(HostPattern, MayBeAnAddress) {
  EXPECT_EQ(parse_host_pattern("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(parse_host_pattern("[2001:DB8:0::1]"), "[2001:db8::1]");
  EXPECT_TRUE(is_address("127.0.0.1"));
  EXPECT_TRUE(is_address("[::1]"));
  EXPECT_FALSE(is_address("example.com"));
}

TEST(HostPattern, RefusesWhatNoHostIsCalled) {
  for (std::string_view text : {"",
                                ".",
                                "a..b",
                                ".a",
                                "-a.example",
                                "a-.example",
                                "a b",
                                "a/b",
                                "a:80",
                                "http://a",
                                "*a.example",
                                "a.*.example",
                                "*.*.example",
                                "**",
                                "*.",
                                "*.127.0.0.1",
                                "*.[::1]",
                                "[::1",
                                "[]",
                                "[1.2.3.4]",
                                "[::1]:80",
                                "b\xc3\xbc"
                                "cher.example"}) {
    EXPECT_FALSE(parse_host_pattern(text)) << text;
  }
  EXPECT_FALSE(parse_host_pattern(std::string(64, 'a')));
  EXPECT_TRUE(parse_host_pattern(std::string(63, 'a')));
  std::string longest;
  for (int i = 0; i < 126; ++i) longest += "a.";
  EXPECT_TRUE(parse_host_pattern(longest + "a"));
  EXPECT_FALSE(parse_host_pattern(longest + "aa"));
}

TEST(HostPattern, SaysWhatIsWrong) {
  EXPECT_EQ(parse_host_pattern("b\xc3\xbc").error(),
            "has letters beyond ASCII: give it as A-labels (xn--...)");
  EXPECT_EQ(parse_host_pattern("a.*.b").error(), "has a * that is not a whole first label");
}

TEST(OriginUrl, SaysWhereToConnect) {
  const auto plain = parse_origin_url("http://127.0.0.1:3000");
  ASSERT_TRUE(plain) << plain.error();
  EXPECT_FALSE(plain->https);
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 3000);
  EXPECT_EQ(plain->text, "http://127.0.0.1:3000");

  const auto secure = parse_origin_url("HTTPS://Origin.Example/");
  ASSERT_TRUE(secure) << secure.error();
  EXPECT_TRUE(secure->https);
  EXPECT_EQ(secure->host, "origin.example");
  EXPECT_EQ(secure->port, 443);

  const auto bracketed = parse_origin_url("http://[::1]:81");
  ASSERT_TRUE(bracketed) << bracketed.error();
  EXPECT_EQ(bracketed->host, "::1");
  EXPECT_EQ(bracketed->port, 81);
  EXPECT_EQ(parse_origin_url("http://[::1]")->port, 80);
}

TEST(OriginUrl, MayBeAUnixSocket) {
  for (const char* text : {"unix:/run/app.sock", "http+unix:/run/app.sock", "unix:///run/app.sock"}) {
    const auto url = parse_origin_url(text);
    ASSERT_TRUE(url) << url.error();
    EXPECT_EQ(url->unix_path, "/run/app.sock");
    EXPECT_TRUE(url->host.empty());
  }
}

TEST(OriginUrl, RefusesWhatIsNotOnlyAServer) {
  for (std::string_view text :
       {"",           "http",           "http:/a",     "http://",     "ftp://a",           "//a",
        "a:80",       "http://a/b",     "http://a?b",  "http://a#b",  "http://u@a",        "http://a:",
        "http://a:0", "http://a:65536", "http://a:8o", "http://a:-1", "http://[::1",       "http://::1",
        "http://a b", "http://*.a",     "http://*",    "unix:",       "unix:run/app.sock", "http://a//"}) {
    EXPECT_FALSE(parse_origin_url(text)) << text;
  }
  EXPECT_FALSE(parse_origin_url("unix:/" + std::string(107, 'x')));
  EXPECT_TRUE(parse_origin_url("unix:/" + std::string(106, 'x')));
}

}  // namespace
}  // namespace brink::config
