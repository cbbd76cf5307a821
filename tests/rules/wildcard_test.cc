#include "base/ascii.h"
#include "base/random.h"
#include "rules/pattern.h"

#include <gtest/gtest.h>

namespace brink::rules {
namespace {

Wildcard wildcard(std::string_view pattern, bool fold_case = false) {
  return Wildcard::compile(pattern, fold_case).value();
}
std::string problem_of(std::string_view pattern) {
  const auto compiled = Wildcard::compile(pattern, true);
  return compiled ? "" : compiled.error();
}
std::vector<std::string> captures_of(std::string_view pattern, std::string_view text) {
  const Wildcard compiled = wildcard(pattern, true);
  std::vector<std::string_view> captures(compiled.stars());
  if (!compiled.find(text, captures)) return {"no match"};
  return {captures.begin(), captures.end()};
}

TEST(Wildcard, MatchesTheWholeText) {
  EXPECT_TRUE(wildcard("/catalog/*").matches("/catalog/"));
  EXPECT_TRUE(wildcard("/catalog/*").matches("/catalog/a/b"));
  EXPECT_FALSE(wildcard("catalog*").matches("/catalog/"));
  EXPECT_FALSE(wildcard("/catalog").matches("/catalog/"));
  EXPECT_TRUE(wildcard("").matches(""));
  EXPECT_FALSE(wildcard("").matches("a"));
  EXPECT_TRUE(wildcard("*").matches(""));
  EXPECT_TRUE(wildcard("*").matches(std::string_view("a\0\xff\n", 4)));
}

TEST(Wildcard, FoldsAsciiLettersOnlyWhenTold) {
  EXPECT_TRUE(wildcard("*.example.com", true).matches("Shop.Example.com"));
  EXPECT_FALSE(wildcard("*.example.com").matches("Shop.Example.com"));
  EXPECT_TRUE(wildcard("A*Bc*D", true).matches("aXbCd"));
  EXPECT_FALSE(wildcard("\xc3\xa9*", true).matches("\xc3\x89"));  // é and É
  EXPECT_FALSE(wildcard("[*", true).matches("{"));
}

TEST(Wildcard, TakesEverythingButTheStarAsItself) {
  EXPECT_FALSE(wildcard("?hop").matches("Shop"));
  EXPECT_TRUE(wildcard("?hop").matches("?hop"));
  EXPECT_TRUE(wildcard(R"(a\*b)").matches("a*b"));
  EXPECT_FALSE(wildcard(R"(a\*b)").matches("axb"));
  EXPECT_TRUE(wildcard(R"(a\\*)").matches(R"(a\b)"));
}

TEST(Wildcard, DoesNotUseOneByteForTwoLiterals) {
  EXPECT_FALSE(wildcard("aba*aba").matches("aba"));
  EXPECT_FALSE(wildcard("aba*aba").matches("ababa"));
  EXPECT_TRUE(wildcard("aba*aba").matches("abaaba"));
  EXPECT_FALSE(wildcard("*ab*b").matches("ab"));
}

TEST(Wildcard, GivesEachStarTheLeastFromLeftToRight) {
  using Captures = std::vector<std::string>;
  EXPECT_EQ(captures_of("/*/*", "/Catalog/Red%20Shoes.HTML"), (Captures{"Catalog", "Red%20Shoes.HTML"}));
  EXPECT_EQ(captures_of("https://*.example.com/*?*", "https://Shop.Example.com/a/b?c?d"),
            (Captures{"Shop", "a/b", "c?d"}));
  EXPECT_EQ(captures_of("*a*a*", "banana"), (Captures{"b", "n", "na"}));
  EXPECT_EQ(captures_of("*/", "a/b/"), (Captures{"a/b"}));
}

TEST(Wildcard, TellsOnlyAsManyCapturesAsAskedFor) {
  std::array<std::string_view, 1> one;
  EXPECT_TRUE(wildcard("*-*-*").find("a-b-c", one));
  EXPECT_EQ(one[0], "a");
}

TEST(Wildcard, RefusesWhatItCannotMean) {
  EXPECT_EQ(problem_of("a**b"), "wildcard contains a double star");
  EXPECT_EQ(problem_of(R"(a\nb)"), R"(invalid wildcard: after \ only * and \ can stand)");
  EXPECT_EQ(problem_of(R"(a\)"), R"(invalid wildcard: it ends in a lone \)");
  EXPECT_EQ(problem_of(R"(\**)"), "");
  std::string stars;
  for (std::size_t n = 0; n < Wildcard::kMaxStars; ++n) stars += "*a";
  EXPECT_EQ(problem_of(stars), "");
  EXPECT_EQ(problem_of(stars + "*"), "invalid wildcard: more than 32 stars");
}

// Whether the text matches, by trying every length of every star.
bool matches_naively(std::string_view pattern, std::string_view text, bool fold_case) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t taken = 0; taken <= text.size(); ++taken) {
      if (matches_naively(pattern.substr(1), text.substr(taken), fold_case)) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  const bool same =
      fold_case ? ascii_lower(pattern.front()) == ascii_lower(text.front()) : pattern.front() == text.front();
  return same && matches_naively(pattern.substr(1), text.substr(1), fold_case);
}

TEST(Wildcard, AgreesWithTryingEveryLengthOfEveryStar) {
  FastRandom random(1);
  const auto text_of = [&random](std::string_view alphabet, std::uint64_t most) {
    std::string text;
    for (std::uint64_t left = random.below(most + 1); left > 0; --left) {
      const char c = alphabet[random.below(alphabet.size())];
      if (c != '*' || !text.ends_with('*')) text += c;
    }
    return text;
  };
  int matched = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string pattern = text_of("aAb*", 8);
    const std::string text = text_of("aAb", 10);
    const bool fold_case = random.below(2) == 0;
    const bool expected = matches_naively(pattern, text, fold_case);
    ASSERT_EQ(wildcard(pattern, fold_case).matches(text), expected) << pattern << " on " << text;
    matched += expected ? 1 : 0;
  }
  EXPECT_GT(matched, 1000);
}

TEST(Wildcard, NeedsLinearTimeForHostilePatterns) {
  const std::string text(200'000, 'a');
  std::string pattern;
  for (int n = 0; n < 20; ++n) pattern += "*" + std::string(180, 'a') + "b";
  for (const bool fold_case : {false, true}) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(wildcard(pattern, fold_case).matches(text));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  }
}

}  // namespace
}  // namespace brink::rules
