#include "rules/request_fields.h"

#include "rules/value_text.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace brink::rules {
namespace {

TEST(QueryArguments, AreSplitAndNotDecoded) {
  Arena arena;
  EXPECT_EQ(text_of(query_arguments("b=2&a=%31&b=1=x&c&&=v", arena)),
            R"({"": ["v"], "a": ["%31"], "b": ["2", "1=x"], "c": [""]})");
  EXPECT_EQ(text_of(query_argument_names("b=2&a=1&b=+&", arena)), R"(["b", "a", "b"])");
  EXPECT_EQ(text_of(query_argument_values("b=2&a=1&b=+&", arena)), R"(["2", "1", "+"])");
  EXPECT_EQ(text_of(query_arguments("", arena)), "{}");
  EXPECT_EQ(text_of(query_argument("b=2&a=1&b=3", "b", arena)), R"(["2", "3"])");
  EXPECT_EQ(text_of(query_argument("b=2&a=1&b=3", "c", arena)), "missing");
}

TEST(QueryArguments, OfAHostileQueryAreSplitInTime) {
  std::string query;
  for (int n = 0; n < 20'000; ++n) query += "a" + std::to_string(n % 10'000) + "&";
  Arena arena;
  EXPECT_EQ(query_arguments(query, arena).entries().size(), 10'000U);
}

TEST(Headers, AreFoundByTheirNameInLowerCase) {
  const std::vector<NamedText> lines = {{"Accept", "b"}, {"X-A", "1"}, {"accept", "a"}};
  Arena arena;
  EXPECT_EQ(text_of(header_map(lines, arena)), R"({"accept": ["b", "a"], "x-a": ["1"]})");
  EXPECT_EQ(text_of(header_names(lines, arena)), R"(["Accept", "X-A", "accept"])");
  EXPECT_EQ(text_of(header_values(lines, arena)), R"(["b", "1", "a"])");
  EXPECT_EQ(text_of(header_by_key(lines, "accept", arena)), R"(["b", "a"])");
  EXPECT_EQ(text_of(header_by_key(lines, "Accept", arena)), "missing");
  EXPECT_EQ(text_of(header_by_key(lines, "x-b", arena)), "missing");
  EXPECT_EQ(first_header(lines, "ACCEPT"), "b");
  EXPECT_EQ(first_header(lines, "x"), "");
  EXPECT_EQ(joined_header(lines, "accept", "; ", arena), "b; a");
  EXPECT_EQ(joined_header(lines, "x-a", "; ", arena), "1");
}

TEST(Headers, WithEmptyLinesAreJoinedToo) {
  const std::vector<NamedText> lines = {{"cookie", ""}, {"cookie", "a=1"}, {"cookie", ""}};
  Arena arena;
  EXPECT_EQ(joined_header(lines, "cookie", "; ", arena), "; a=1; ");
}

TEST(Cookies, HaveDecodedNamesAndRawValues) {
  Arena arena;
  EXPECT_EQ(text_of(cookies("sid=A%31; Sid=b; th%65me=dark;sid=C; flag ;", arena)),
            R"({"Sid": ["b"], "flag": [""], "sid": ["A%31", "C"], "theme": ["dark"]})");
  EXPECT_EQ(text_of(cookie("a=1; %61=2", "a", arena)), R"(["1", "2"])");
  EXPECT_EQ(text_of(cookie("a=1", "A", arena)), "missing");
  EXPECT_EQ(text_of(cookies("", arena)), "{}");
}

TEST(AcceptedLanguages, AreSortedByWeight) {
  Arena arena;
  EXPECT_EQ(text_of(accepted_languages("fr;q=0.5, de, *;q=0.9, en;q=0.55, it;q=0, ru ; q=1", arena)),
            R"(["de", "ru", "en", "fr"])");
  EXPECT_EQ(text_of(accepted_languages("", arena)), "[]");
  EXPECT_EQ(text_of(accepted_languages("a;q=x, b;q=0.1234, c;q=", arena)), "[]");
}

TEST(Paths, HaveABasenameAndAnExtension) {
  Arena arena;
  EXPECT_EQ(path_basename("/a/b.tar.bz2"), "b.tar.bz2");
  EXPECT_EQ(path_basename("/a/"), "");
  EXPECT_EQ(path_extension("/a/b.tar.BZ2", arena), "bz2");
  EXPECT_EQ(path_extension("/.mp3", arena), "");
  EXPECT_EQ(path_extension("/.foo.mp3", arena), "mp3");
  EXPECT_EQ(path_extension("/a.b/c", arena), "");
  EXPECT_EQ(path_extension("/a.", arena), "");
  EXPECT_TRUE(is_static_extension("css"));
  EXPECT_FALSE(is_static_extension("php"));
  EXPECT_FALSE(is_static_extension(""));
}

TEST(Targets, HaveParts) {
  Arena arena;
  EXPECT_EQ(path_of("/a?b?c"), "/a");
  EXPECT_EQ(query_of("/a?b?c"), "b?c");
  EXPECT_EQ(query_of("/a"), "");
  EXPECT_EQ(host_of("a.example:8080"), "a.example");
  EXPECT_EQ(host_of("[::1]:80"), "[::1]");
  EXPECT_EQ(host_of("[::1"), "[");
  EXPECT_EQ(full_uri("https", "a.example", "/x?y", arena), "https://a.example/x?y");
}

TEST(ContentTypes, HaveAMediaType) {
  Arena arena;
  EXPECT_EQ(media_type("Text/HTML ; charset=utf-8", arena), "text/html");
  EXPECT_EQ(media_type("", arena), "");
  EXPECT_TRUE(is_urlencoded_form("Application/x-www-form-urlencoded; charset=utf-8"));
  EXPECT_FALSE(is_urlencoded_form("multipart/form-data; boundary=x"));
}

}  // namespace
}  // namespace brink::rules
