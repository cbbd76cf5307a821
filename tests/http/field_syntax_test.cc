#include "http/field_syntax.h"

#include <string>

#include <gtest/gtest.h>

namespace brink::http {
namespace {

TEST(FieldSyntax, TokensAreThoseOfRfc9110Section5_6_2) {
  for (int c = 0; c < 256; ++c) {
    const bool expected = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          (c != 0 && std::string_view("!#$%&'*+-.^_`|~").contains(static_cast<char>(c)));
    EXPECT_EQ(is_token(std::string(1, static_cast<char>(c))), expected) << c;
  }
  EXPECT_FALSE(is_token(""));
}

TEST(FieldSyntax, ValuesHaveNoControlsButTabsAndNoSpaceAroundThem) {
  EXPECT_TRUE(is_field_value(""));
  EXPECT_TRUE(is_field_value("a b\tc"));
  EXPECT_TRUE(is_field_value("caf\xc3\xa9"));
  EXPECT_FALSE(is_field_value(" a"));
  EXPECT_FALSE(is_field_value("a\t"));
}

// The vector path looks at 16 bytes at a time: every byte at every place in and around such a group.
TEST(FieldSyntax, EveryByteIsJudgedAlikeAtEveryPlace) {
  for (std::size_t size : {1U, 15U, 16U, 17U, 31U, 32U, 40U}) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int c = 0; c < 256; ++c) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(c);
        const char* end = text.data() + size;
        const bool in_value = (c >= 0x20 && c != 0x7f) || c == '\t';
        const bool in_target = c > 0x20 && c < 0x7f && c != '#';
        ASSERT_EQ(syntax::skip<syntax::kFieldValue>(text.data(), end), in_value ? end : text.data() + place)
            << c;
        ASSERT_EQ(syntax::skip<syntax::kTarget>(text.data(), end), in_target ? end : text.data() + place)
            << c;
      }
    }
  }
}

TEST(FieldSyntax, AuthoritiesAreHostsWithOptionalPorts) {
  for (std::string_view good :
       {"example.com", "EXAMPLE.com:80", "a", "192.0.2.1:8080", "[::1]", "[2001:db8::1]:443",
        "[::ffff:192.0.2.1]", "host_name", "xn--bcher-kva.example", "example.com.", "a:65535", "a:"}) {
    EXPECT_TRUE(is_authority(good)) << good;
  }
  for (std::string_view bad : {"",
                               ":80",
                               "a:65536",
                               "a:123456",
                               "a:8o",
                               "user@example.com",
                               "a b",
                               "a,b",
                               "a/b",
                               "a?b",
                               "a#b",
                               "[::1",
                               "[]",
                               "[::1]x",
                               "[g::1]",
                               "::1",
                               "a:80:80",
                               "ex\x7f"
                               "ample",
                               "\xc3\xa9",
                               "a%20b",
                               "[1.2.3.4]"}) {
    EXPECT_FALSE(is_authority(bad)) << bad;
  }
}

TEST(FieldSyntax, WhatFramesRoutesOrAuthenticatesIsNoTrailer) {  // RFC 9110 6.5.1
  for (std::string_view name : {"Content-Length", "Transfer-Encoding", "Host", "Authorization", "Set-Cookie",
                                "Content-Type", "Content-Encoding", "Content-Range", "Trailer", "TE",
                                "Cache-Control", "Expect", "Max-Forwards", "X-Forwarded-For", "Connection"}) {
    EXPECT_FALSE(may_be_trailer(find_field_name(name))) << name;
  }
  for (std::string_view name : {"X-Checksum", "Server-Timing", "Grpc-Status", "ETag"}) {
    EXPECT_TRUE(may_be_trailer(find_field_name(name))) << name;
  }
}

}  // namespace
}  // namespace brink::http
