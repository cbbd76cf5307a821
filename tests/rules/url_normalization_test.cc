#include "rules/url_normalization.h"

#include "base/random.h"

#include <gtest/gtest.h>

namespace brink::rules {
namespace {

std::string normalized(std::string_view path, UrlNormalization type) {
  Arena arena;
  return std::string(normalize_path(path, type, arena));
}

TEST(UrlNormalization, DoesAsDocumented) {
  struct Row {
    std::string_view received, rfc3986, cloudflare;
  };
  constexpr Row kTable[] = {
      {R"(/%68ello//pa\th)", "/hello//pa%5Cth", "/hello/pa/th"},
      {"/hello//../path", "/hello/path", "/path"},
      {R"(/hello/\../path)", "/hello/%5C../path", "/path"},
      {"/a%2fb%3F", "/a%2Fb%3F", "/a%2Fb%3F"},
      {"/Catalog/Red%20Shoes.HTML", "/Catalog/Red%20Shoes.HTML", "/Catalog/Red%20Shoes.HTML"},
      {"/", "/", "/"},
      {"/%41%5a%61%7a%30%39%2d%2e%5f%7e", "/AZaz09-._~", "/AZaz09-._~"},
      {"/%2e%2e/a", "/a", "/a"},
      {"/a/%2E%2e", "/", "/"},
      {"/a/./b/../c/.", "/a/c/", "/a/c/"},
      {"/../../a", "/a", "/a"},
      {"/..", "/", "/"},
      {"/...", "/...", "/..."},
      {"/a/..b/.c", "/a/..b/.c", "/a/..b/.c"},
      {"/a\xc3\xa9\"<>", "/a%C3%A9%22%3C%3E", "/a%C3%A9%22%3C%3E"},
      {"/100%", "/100%25", "/100%25"},
      {"/%%341", "/%2541", "/%2541"},
      {"/%2541", "/%2541", "/%2541"},
      {"/a;b=c,d!$&'()*+:@", "/a;b=c,d!$&'()*+:@", "/a;b=c,d!$&'()*+:@"},
      {"//a///b", "//a///b", "/a/b"},
      {"/a/b/../..//", "//", "/"},
      {"*", "*", "*"},
      {"", "", ""},
  };
  for (const Row& row : kTable) {
    EXPECT_EQ(normalized(row.received, UrlNormalization::kRfc3986), row.rfc3986) << row.received;
    EXPECT_EQ(normalized(row.received, UrlNormalization::kCloudflare), row.cloudflare) << row.received;
  }
}

TEST(UrlNormalization, LeavesANormalPathWhereItIs) {
  Arena arena;
  const std::string_view path = "/Catalog/Red%20Shoes.HTML";
  EXPECT_EQ(normalize_path(path, UrlNormalization::kCloudflare, arena).data(), path.data());
}

TEST(UrlNormalization, ChangesNothingTheSecondTime) {
  FastRandom random(5);
  constexpr std::string_view kPieces[] = {"/",   "\\",  ".", "..", "%", "%2e",
                                          "%2F", "%5c", "a", "4",  "1", "\xff"};
  for (int round = 0; round < 20'000; ++round) {
    std::string path = "/";
    for (auto left = random.below(10); left > 0; --left) path += kPieces[random.below(std::size(kPieces))];
    for (const auto type : {UrlNormalization::kRfc3986, UrlNormalization::kCloudflare}) {
      const std::string once = normalized(path, type);
      ASSERT_EQ(normalized(once, type), once) << path;
      ASSERT_TRUE(once.starts_with('/')) << path;
      ASSERT_EQ((once + "/").find("/../"), std::string::npos) << path;
      if (type == UrlNormalization::kCloudflare) ASSERT_EQ(once.find("//"), std::string::npos) << path;
    }
  }
}

TEST(UrlNormalization, HasTheNamesOfTheApi) {
  EXPECT_EQ(find_url_normalization("rfc3986"), UrlNormalization::kRfc3986);
  EXPECT_EQ(find_url_normalization("cloudflare"), UrlNormalization::kCloudflare);
  EXPECT_EQ(find_url_normalization("RFC3986"), std::nullopt);
  EXPECT_EQ(name_of(UrlNormalization::kCloudflare), "cloudflare");
  EXPECT_EQ(find_url_normalization_scope("none"), UrlNormalizationScope::kNone);
  EXPECT_EQ(name_of(UrlNormalizationScope::kBoth), "both");
}

}  // namespace
}  // namespace brink::rules
