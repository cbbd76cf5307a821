#include "rules/list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::rules {
namespace {

using testing::HasSubstr;

// Where a URI leads with one list: a URL, or "" for nowhere.
std::string redirect(const std::vector<RedirectItem>& items, std::string_view uri) {
  const RedirectSet set(items);
  const auto match = set.find(uri);
  if (!match) return "";
  const std::size_t query = uri.find('?');
  return RedirectSet::target(*match, query == uri.npos ? "" : uri.substr(query + 1));
}
std::string problem_of(const RedirectItem& item) { return RedirectSet::check(item).value_or("accepted"); }

TEST(RedirectSet, MatchesSchemeHostAndPath) {
  const std::vector<RedirectItem> items = {
      {.source_url = "example.com/a", .target_url = "https://t.example/any"},
      {.source_url = "http://example.com/b", .target_url = "https://t.example/http"},
      {.source_url = "Example.NET", .target_url = "https://t.example/net"},
  };
  EXPECT_EQ(redirect(items, "https://example.com/a"), "https://t.example/any");
  EXPECT_EQ(redirect(items, "http://EXAMPLE.com/a?x=1"), "https://t.example/any");
  EXPECT_EQ(redirect(items, "https://example.com/A"), "");
  EXPECT_EQ(redirect(items, "https://example.com/a/"), "");
  EXPECT_EQ(redirect(items, "https://example.com/a/b"), "");
  EXPECT_EQ(redirect(items, "http://example.com/b"), "https://t.example/http");
  EXPECT_EQ(redirect(items, "https://example.com/b"), "");
  EXPECT_EQ(redirect(items, "https://example.net/"), "https://t.example/net");
  EXPECT_EQ(redirect(items, "https://www.example.com/a"), "");
  EXPECT_EQ(redirect(items, "https://example.net:8443/"), "https://t.example/net");
  EXPECT_EQ(redirect(items, "nonsense"), "");
  EXPECT_EQ(redirect(items, ""), "");
  EXPECT_EQ(redirect({}, "https://example.com/"), "");
}

TEST(RedirectSet, CoversSubdomainsWhenTold) {
  const std::vector<RedirectItem> items = {
      {.source_url = "example.com/a", .target_url = "https://t.example/", .include_subdomains = true}};
  EXPECT_EQ(redirect(items, "https://example.com/a"), "https://t.example/");
  EXPECT_EQ(redirect(items, "https://x.y.example.com/a"), "https://t.example/");
  EXPECT_EQ(redirect(items, "https://badexample.com/a"), "");
}

TEST(RedirectSet, CoversSubpathsAtSlashes) {
  const std::vector<RedirectItem> items = {
      {.source_url = "example.com/blog", .target_url = "https://t.example/b", .subpath_matching = true},
      {.source_url = "example.com/docs/", .target_url = "https://t.example/d/", .subpath_matching = true},
      {.source_url = "example.net/", .target_url = "https://t.example", .subpath_matching = true},
      {.source_url = "example.org/x",
       .target_url = "https://t.example/x",
       .subpath_matching = true,
       .preserve_path_suffix = false},
  };
  EXPECT_EQ(redirect(items, "https://example.com/blog"), "https://t.example/b");
  EXPECT_EQ(redirect(items, "https://example.com/blog/"), "https://t.example/b/");
  EXPECT_EQ(redirect(items, "https://example.com/blog/2026/x"), "https://t.example/b/2026/x");
  EXPECT_EQ(redirect(items, "https://example.com/blogger"), "");
  EXPECT_EQ(redirect(items, "https://example.com/docs/a"), "https://t.example/d/a");
  EXPECT_EQ(redirect(items, "https://example.com/docs"), "");
  EXPECT_EQ(redirect(items, "https://example.net/a/b?q=1"), "https://t.example/a/b");
  EXPECT_EQ(redirect(items, "https://example.org/x/y"), "https://t.example/x");
}

TEST(RedirectSet, KeepsTheQueryWhenTold) {
  const std::vector<RedirectItem> items = {
      {.source_url = "example.com/a", .target_url = "https://t.example/", .preserve_query_string = true},
      {.source_url = "example.com/f", .target_url = "https://t.example/#top", .preserve_query_string = true},
      {.source_url = "example.com/b", .target_url = "https://t.example/?own=1"},
      {.source_url = "example.com/s",
       .target_url = "https://t.example/p?own=1#top",
       .subpath_matching = true},
  };
  EXPECT_EQ(redirect(items, "https://example.com/a?x=1&y"), "https://t.example/?x=1&y");
  EXPECT_EQ(redirect(items, "https://example.com/a"), "https://t.example/");
  EXPECT_EQ(redirect(items, "https://example.com/f?x"), "https://t.example/?x#top");
  EXPECT_EQ(redirect(items, "https://example.com/b?x=1"), "https://t.example/?own=1");
  EXPECT_EQ(redirect(items, "https://example.com/s/r"), "https://t.example/p/r?own=1#top");
}

TEST(RedirectSet, ChoosesTheLongestPathThenTheExactHostThenTheLongestThenTheScheme) {
  std::vector<RedirectItem> items = {
      {.source_url = "example.com/a/b",
       .target_url = "https://t.example/long-path",
       .include_subdomains = true,
       .subpath_matching = true,
       .preserve_path_suffix = false},
      {.source_url = "x.y.example.com/a",
       .target_url = "https://t.example/exact",
       .subpath_matching = true,
       .preserve_path_suffix = false},
      {.source_url = "y.example.com/a",
       .target_url = "https://t.example/near",
       .include_subdomains = true,
       .subpath_matching = true,
       .preserve_path_suffix = false},
      {.source_url = "example.com/a",
       .target_url = "https://t.example/far",
       .include_subdomains = true,
       .subpath_matching = true,
       .preserve_path_suffix = false},
      {.source_url = "https://example.com/a",
       .target_url = "https://t.example/https",
       .subpath_matching = true,
       .preserve_path_suffix = false},
  };
  for (int order = 0; order < 2; ++order) {
    EXPECT_EQ(redirect(items, "https://x.y.example.com/a/b/c"), "https://t.example/long-path");
    EXPECT_EQ(redirect(items, "https://x.y.example.com/a/c"), "https://t.example/exact");
    EXPECT_EQ(redirect(items, "https://z.y.example.com/a/c"), "https://t.example/near");
    EXPECT_EQ(redirect(items, "https://z.example.com/a/c"), "https://t.example/far");
    EXPECT_EQ(redirect(items, "https://example.com/a/c"), "https://t.example/https");
    EXPECT_EQ(redirect(items, "http://example.com/a/c"), "https://t.example/far");
    std::ranges::reverse(items);
  }
}

TEST(RedirectSet, KeepsTheFirstOfOneSource) {
  EXPECT_EQ(redirect({{.source_url = "example.com", .target_url = "https://t.example/1"},
                      {.source_url = "EXAMPLE.com/", .target_url = "https://t.example/2"}},
                     "https://example.com"),
            "https://t.example/1");
}

TEST(RedirectSet, TakesTargetsWithoutAuthority) {
  EXPECT_EQ(
      redirect({{.source_url = "example.com/m", .target_url = "magnet:?xt=urn:x"}}, "https://example.com/m"),
      "magnet:?xt=urn:x");
}

TEST(RedirectSet, TellsStatusAndFlags) {
  const RedirectSet set(std::vector<RedirectItem>{
      {.source_url = "example.com/a", .target_url = "https://t.example/", .status = 308}});
  EXPECT_EQ(set.find("https://example.com/a")->status, 308);
  EXPECT_EQ(set.size(), 1U);
}

TEST(RedirectSet, RefusesWhatIsNoRedirect) {
  const auto source = [](std::string url) {
    return problem_of({.source_url = std::move(url), .target_url = "https://t.example/"});
  };
  const auto target = [](std::string url) {
    return problem_of({.source_url = "example.com/a", .target_url = std::move(url)});
  };
  EXPECT_EQ(source("example.com/a"), "accepted");
  EXPECT_EQ(source("ftp://example.com/"), "source_url has a scheme that is neither http nor https");
  EXPECT_EQ(source("https://"), "source_url has no host");
  EXPECT_EQ(source("/a"), "source_url has no host");
  EXPECT_EQ(source("u@example.com/"), "source_url has a user");
  EXPECT_EQ(source("example.com:80/"), "source_url has a port");
  EXPECT_EQ(source("example.com/?a"), "source_url has a query");
  EXPECT_EQ(source("example.com/#a"), "source_url has a fragment");
  EXPECT_EQ(source("example.com/a b"), "source_url has a space or a control character");
  EXPECT_EQ(source("*.example.com/"), "source_url has a character in its host that no ASCII host name has");
  EXPECT_EQ(source("a..b/"), "source_url has a host that is no name");
  EXPECT_EQ(source("example.com/" + std::string(RedirectSet::kMaxUrl, 'a')),
            "source_url is longer than 32 KiB");
  EXPECT_EQ(target("/relative"), "target_url is not a full URL: it has no scheme");
  EXPECT_EQ(target(""), "target_url is not a full URL: it has no scheme");
  EXPECT_EQ(target("https://"), "target_url has no host");
  EXPECT_EQ(target("https:/x"), "target_url has no host");
  EXPECT_EQ(target("https://t.example/\r\nX: y"), "target_url has a space or a control character");
  EXPECT_EQ(problem_of({.source_url = "example.com", .target_url = "https://t.example/", .status = 303}),
            "status_code is none of 301, 302, 307, 308");
  EXPECT_EQ(
      problem_of(
          {.source_url = "example.com", .target_url = "https://t.example/?a", .preserve_query_string = true}),
      "target_url has a query of its own, with preserve_query_string");
  const auto deep = [](std::size_t slashes) {
    std::string url = "example.com";
    for (std::size_t n = 0; n < slashes; ++n) url += "/a";
    return url;
  };
  EXPECT_EQ(
      problem_of({.source_url = deep(16), .target_url = "https://t.example/", .subpath_matching = true}),
      "accepted");
  EXPECT_THAT(
      problem_of({.source_url = deep(17), .target_url = "https://t.example/", .subpath_matching = true}),
      HasSubstr("more than 16 slashes"));
  EXPECT_EQ(problem_of({.source_url = deep(17), .target_url = "https://t.example/"}), "accepted");
  EXPECT_EQ(redirect({{.source_url = deep(16), .target_url = "https://t.example/", .subpath_matching = true}},
                     "https://" + deep(40)),
            "https://t.example" + deep(24).substr(11));
}

TEST(RedirectSet, HoldsManyItems) {
  std::vector<RedirectItem> items;
  for (int n = 0; n < 20'000; ++n) {
    items.push_back({.source_url = "h" + std::to_string(n % 100) + ".example/old/" + std::to_string(n),
                     .target_url = "https://t.example/new/" + std::to_string(n)});
  }
  const RedirectSet set(items);
  for (int n = 0; n < 20'000; ++n) {
    const auto match = set.find("https://h" + std::to_string(n % 100) + ".example/old/" + std::to_string(n));
    ASSERT_TRUE(match);
    ASSERT_EQ(match->target_url, "https://t.example/new/" + std::to_string(n));
  }
  EXPECT_FALSE(set.find("https://h1.example/old/2"));
  EXPECT_LT(set.memory(), 20'000U * 120);
}

}  // namespace
}  // namespace brink::rules
