#include "http/h1/chunked.h"

#include "tests/http/h1/given_head.h"

#include <gtest/gtest.h>

namespace brink::http::h1 {
namespace {

using Status = ChunkedDecoder::Status;

TEST(Chunked, ChunksAreJoined) {  // RFC 9112 7.1
  const std::string body = "4\r\nWiki\r\n7\r\npedia i\r\nB\r\nn \r\nchunks.\r\n0\r\n\r\nGET /next";
  auto decoded = decode_chunked(body);
  EXPECT_EQ(decoded.status, Status::kEnd);
  EXPECT_EQ(decoded.content, "Wikipedia in \r\nchunks.");
  EXPECT_EQ(body.substr(decoded.consumed), "GET /next");
}

TEST(Chunked, SizesAreHexadecimalInEitherCaseWithLeadingZeros) {
  EXPECT_EQ(decode_chunked("0a\r\n0123456789\r\n00A\r\n0123456789\r\n000\r\n\r\n").content,
            "01234567890123456789");
}

TEST(Chunked, ExtensionsAreReadOver) {  // RFC 9112 7.1.1
  auto decoded = decode_chunked("5;a=b;c=\"d;e\"\r\nhello\r\n3 ; x\r\nabc\r\n0;last\r\n\r\n");
  EXPECT_EQ(decoded.status, Status::kEnd);
  EXPECT_EQ(decoded.content, "helloabc");
}

TEST(Chunked, TrailersAreGivenWithoutWhatMayNotBeOne) {  // RFC 9110 6.5.1
  auto decoded = decode_chunked(
      "1\r\na\r\n0\r\nX-Sum: 1\r\nContent-Length: 5\r\nHost: evil\r\nAuthorization: x\r\nY:\r\n\r\nrest");
  EXPECT_EQ(decoded.status, Status::kEnd);
  EXPECT_EQ(decoded.trailers, "X-Sum: 1\nY: \n");
}

struct Hostile {
  std::string bytes;
  ParseError error;
};

std::vector<Hostile> hostile_bodies() {
  using enum ParseError;
  return {
      {"\r\n", kBadChunkSize},
      {"g\r\n", kBadChunkSize},
      {"-1\r\n", kBadChunkSize},
      {"+5\r\nhello\r\n", kBadChunkSize},
      {"0x5\r\nhello\r\n", kBadChunkSize},
      {" 5\r\nhello\r\n", kBadChunkSize},
      {"5 \r\nhello\r\n", kBadChunkSize},
      {"5 5\r\nhello\r\n", kBadChunkSize},
      {"5,\r\nhello\r\n", kBadChunkSize},
      {";a\r\n", kBadChunkSize},
      {"0000000000000001\r\na\r\n", kBadChunkSize},
      {"ffffffffffffffff\r\n", kBadChunkSize},
      {"5\nhello\n", kBareLf},
      {"5\rhello", kBareCr},
      {"5\r\r\nhello", kBareCr},
      {"5\r\nhello5\r\n", kBadChunkEnd},
      {"5\r\nhello\n", kBareLf},
      {"5\r\nhello\rx", kBareCr},
      {"5;a\nhello\r\n", kBareLf},
      {"5;a\rb\r\nhello\r\n", kBareCr},
      {"5;a\x01\r\nhello\r\n", kBadChunkExtension},
      {"5;" + std::string(kMaxChunkExtensionBytes + 1, 'a') + "\r\n", kChunkExtensionsTooLarge},
      {"5" + std::string(kMaxChunkExtensionBytes + 1, ' ') + ";\r\n", kChunkExtensionsTooLarge},
      {"0\r\n\n", kBareLf},
      {"0\r\nA: b\r\n c\r\n\r\n", kObsFold},
      {"0\r\nA : b\r\n\r\n", kSpaceBeforeColon},
      {"0\r\nA\r\n\r\n", kMissingColon},
      {"0\r\nA: " + std::string(5000, 'x') + "\r\n\r\n", kHeadTooLarge},
      {"0\r\n" +
           [] {
             std::string lines;
             for (int i = 0; i < 17; ++i) lines += "A: b\r\n";
             return lines;
           }() +
           "\r\n",
       kTooManyFields},
  };
}

TEST(Chunked, HostileBodiesAreRefusedByName) {
  for (const auto& [bytes, error] : hostile_bodies()) {
    auto decoded = decode_chunked(bytes);
    EXPECT_EQ(decoded.status, Status::kFailed) << bytes;
    EXPECT_EQ(Error(decoded.error).text(), Error(error).text()) << bytes;
  }
}

TEST(Chunked, ManySmallChunksWithExtensionsAreAnAttack) {
  std::string body;
  for (int i = 0; i < 1000; ++i) body += "1;" + std::string(64, 'e') + "\r\nx\r\n";
  EXPECT_EQ(decode_chunked(body).error, ParseError::kChunkExtensionsTooLarge);
  body.clear();
  for (int i = 0; i < 1000; ++i)
    body += "40;" + std::string(64, 'e') + "\r\n" + std::string(64, 'x') + "\r\n";
  EXPECT_EQ(decode_chunked(body + "0\r\n\r\n").status, Status::kEnd)
      << "extensions no larger than the content are not";
}

TEST(Chunked, HowTheBytesAreCutMakesNoDifference) {
  std::vector<std::string> all = {
      "4\r\nWiki\r\n10;x=y\r\n0123456789abcdef\r\n0\r\n\r\nnext",
      "1\r\na\r\n0\r\nX-Sum: 1\r\nHost: evil\r\nY: z \r\n\r\nnext",
  };
  for (const auto& one : hostile_bodies()) {
    if (one.bytes.size() < 1000) all.push_back(one.bytes);
  }
  for (const std::string& bytes : all) {
    const auto whole = decode_chunked(bytes);
    auto expect_same = [&](const DecodedBody& decoded) {
      EXPECT_EQ(decoded.status, whole.status) << bytes;
      EXPECT_EQ(decoded.error, whole.error) << bytes;
      EXPECT_EQ(decoded.content, whole.content) << bytes;
      EXPECT_EQ(decoded.trailers, whole.trailers) << bytes;
      if (whole.status == Status::kEnd) {
        EXPECT_EQ(decoded.consumed, whole.consumed) << bytes;
      }
    };
    expect_same(decode_chunked(bytes, byte_by_byte(bytes)));
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
      expect_same(decode_chunked(bytes, {cut, bytes.size()}));
  }
}

TEST(Chunked, SizesAreWrittenInHexadecimal) {
  for (auto [size, line] : std::initializer_list<std::pair<std::uint64_t, std::string_view>>{
           {1, "1\r\n"},
           {15, "f\r\n"},
           {16, "10\r\n"},
           {65504, "ffe0\r\n"},
           {UINT64_MAX, "ffffffffffffffff\r\n"}}) {
    char out[kMaxChunkSizeLine];
    EXPECT_EQ(std::string_view(out, write_chunk_size(size, out)), line);
  }
}

}  // namespace
}  // namespace brink::http::h1
