#include "rules/pattern.h"
#include "rules/regex_translation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::rules {
namespace {

using testing::HasSubstr;

bool matches(std::string_view pattern, std::string_view text) {
  const auto regex = Regex::compile(pattern);
  EXPECT_TRUE(regex) << pattern << ": " << (regex ? "" : regex.error());
  return regex && (*regex)->matches(text);
}
std::string problem_of(std::string_view pattern) {
  const auto regex = Regex::compile(pattern);
  return regex ? "accepted" : regex.error();
}

TEST(Regex, IsFoundAnywhere) {
  EXPECT_TRUE(matches(R"(bot\.example)", "TestBot/1.0 (+https://bot.example/x)"));
  EXPECT_FALSE(matches("^bot", "TestBot/1.0"));
  EXPECT_TRUE(matches("(?i)^testbot/[0-9]", "TestBot/1.0"));
  EXPECT_TRUE(matches(R"(^K-["][0-9]"$)", R"(K-"7")"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_TRUE(matches("", "a"));
}

TEST(Regex, ReadsTextAsBytes) {
  EXPECT_TRUE(matches(R"(^.$)", "\xff"));
  EXPECT_TRUE(matches(R"(^..$)", "\xc3\xa9"));
  EXPECT_TRUE(matches(R"(\xff)", "a\xff"));
  EXPECT_FALSE(matches(R"(\x{ff})", "a\xff"));  // a character: two bytes in UTF-8
  EXPECT_TRUE(matches(R"(\x{ff})", "a\xc3\xbf"));
  EXPECT_TRUE(matches(R"(^\u00e9$)", "\xc3\xa9"));
  EXPECT_TRUE(matches(R"(^\u{e9}$)", "\xc3\xa9"));
  EXPECT_TRUE(matches("^\xc3\xa9+$", "\xc3\xa9\xc3\xa9"));  // the whole character is repeated
  EXPECT_TRUE(matches(R"(a\x00b)", std::string_view("a\0b", 3)));
  EXPECT_FALSE(matches("^.$", "\n"));
  EXPECT_TRUE(matches("(?s)^.$", "\n"));
}

TEST(Regex, FoldsAsciiLettersAlone) {
  EXPECT_TRUE(matches("(?i)k", "K"));
  EXPECT_FALSE(matches(R"((?i)\xe9)", "\xc9"));  // é and É in Latin-1
  EXPECT_FALSE(matches(R"((?i)[\xe0-\xef])", "\xc9"));
  EXPECT_TRUE(matches(R"((?i)[\xe0-\xefk])", "K"));
  EXPECT_TRUE(matches("(?i)^[^a]$", "b"));
  EXPECT_FALSE(matches("(?i)^[^a]$", "A"));
  EXPECT_FALSE(matches("a(?i)b", "AB"));
  EXPECT_TRUE(matches("a(?i)b", "aB"));
  EXPECT_FALSE(matches("(?:(?i)[a])[b]", "AB"));  // the flag ends with its group
  EXPECT_FALSE(matches("(?i)a(?-i)[b]", "AB"));
  EXPECT_TRUE(matches("(?i:[a])[b]", "Ab"));
}

TEST(Regex, TakesTheVerticalTabAsSpace) {
  EXPECT_TRUE(matches(R"(^\s$)", "\v"));
  EXPECT_FALSE(matches(R"(^\S$)", "\v"));
  EXPECT_TRUE(matches(R"(^[a\s]$)", "\v"));
  EXPECT_FALSE(matches(R"(^[\S]$)", "\v"));
  EXPECT_TRUE(matches(R"(^[\S]$)", "\xff"));
}

TEST(Regex, LeavesOutWhatVerboseModeDoes) {
  EXPECT_TRUE(matches("(?x) ^ a b # a comment\n c $", "abc"));
  EXPECT_TRUE(matches(R"((?x)a\ b\#)", "a b#"));
  EXPECT_TRUE(matches("(?x)^[ a b ]$", "b"));
  EXPECT_FALSE(matches("(?x)^[ a b ]$", " "));
  EXPECT_TRUE(matches("(?x:a b) c", "ab c"));
  EXPECT_TRUE(matches("(?x) ^a { 2 }$", "aa"));
  EXPECT_EQ(problem_of("(?x) # nothing"), "accepted");
}

TEST(Regex, ReadsClassesAsRustDoes) {
  EXPECT_TRUE(matches("^[]a]+$", "]a"));
  EXPECT_FALSE(matches("[^]a]", "]a"));
  EXPECT_TRUE(matches("^[-a]+$", "-a"));
  EXPECT_TRUE(matches("^[a-]+$", "-a"));
  EXPECT_TRUE(matches(R"(^[\w.-]+$)", "a-b.c"));
  EXPECT_TRUE(matches("^[[:alpha:]_]+$", "aZ_"));
  EXPECT_FALSE(matches("[[:^digit:]]", "12"));
  EXPECT_TRUE(matches(R"(^[\]\[]+$)", "[]"));
  EXPECT_TRUE(matches(R"(^[\x41-\x43]+$)", "ABC"));
}

TEST(Regex, JoinsClassesAsSets) {
  EXPECT_FALSE(matches("^[a-z&&[^aeiou]]+$", "bab"));
  EXPECT_TRUE(matches("^[a-z&&[^aeiou]]+$", "bcd"));
  EXPECT_TRUE(matches("^[0-9--4]+$", "0359"));
  EXPECT_FALSE(matches("^[0-9--4]+$", "4"));
  EXPECT_TRUE(matches("^[a-g~~d-j]+$", "ahj"));
  EXPECT_FALSE(matches("[a-g~~d-j]", "dg"));
  EXPECT_TRUE(matches("^[ab[cd]]+$", "abcd"));
  EXPECT_FALSE(matches("[a&&b]", "ab"));
  EXPECT_TRUE(matches("(?i)^[a-z&&[^AEIOU]]$", "B"));
  EXPECT_FALSE(matches("(?i)^[a-z&&[^AEIOU]]$", "a"));
}

TEST(Regex, WorksOnCharactersAfterTheUnicodeFlag) {
  EXPECT_TRUE(matches("(?u)^.$", "\xc3\xa9"));
  EXPECT_TRUE(matches("(?u)^[\xc3\xa0-\xc3\xb6]$", "\xc3\xa9"));
  EXPECT_TRUE(matches(R"((?u)^\w$)", "\xc3\xa9"));
  EXPECT_FALSE(matches(R"(^\w$)", "\xc3\xa9"));
  EXPECT_TRUE(matches(R"((?u)^\d$)", "\xd9\xa3"));      // an Arabic three
  EXPECT_TRUE(matches(R"((?u)^\s$)", "\xe2\x80\x89"));  // a thin space
  EXPECT_FALSE(matches(R"((?u)^[\D]$)", "\xd9\xa3"));
  EXPECT_TRUE(matches("(?iu)\xc3\xa9", "\xc3\x89"));
  EXPECT_TRUE(matches(R"((?u)^\p{Greek}$)", "\xce\xb1"));
  EXPECT_TRUE(matches("(?-u)^..$", "\xc3\xa9"));
}

TEST(Regex, RepeatsRepetitions) {
  EXPECT_TRUE(matches("^a**$", "aaa"));
  EXPECT_TRUE(matches("^(?:a{2}){3}$", "aaaaaa"));
  EXPECT_TRUE(matches("^a{2}{3}$", "aaaaaa"));
  EXPECT_FALSE(matches("^a{2}{3}$", "aaaaa"));
  EXPECT_TRUE(matches("^ba*?$", "baa"));
}

TEST(Regex, ReadsGroupNamesOfBothKinds) {
  EXPECT_TRUE(matches("^(?P<first>a)(?<second>b)$", "ab"));
  EXPECT_EQ(problem_of("(?<a>x)(?<a>y)"), "duplicate capture group name");
  EXPECT_EQ(problem_of("(?<>x)"), "empty capture group name");
  EXPECT_EQ(problem_of("(?<1>x)"), "invalid capture group character");
  EXPECT_EQ(problem_of("(?<a"), "unclosed capture group name");
}

TEST(Regex, RefusesWhatRustRefusesOrRe2CannotDo) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"(", "unclosed group"},
      {")", "unopened group"},
      {"[a", "unclosed character class"},
      {"*a", "repetition operator missing expression"},
      {"(*a)", "repetition operator missing expression"},
      {"a|*", "repetition operator missing expression"},
      {"a{", "expects a valid decimal"},
      {"a{,3}", "expects a valid decimal"},
      {"a{2", "unclosed counted repetition"},
      {"a{3,2}", "invalid repetition count range"},
      {"a{1001}", "repetitions of more than 1000"},
      {"(?=x)", "look-around"},
      {"(?!x)", "look-around"},
      {"(?<=x)", "look-around"},
      {"(?<!x)", "look-around"},
      {R"((a)\1)", "backreferences"},
      {R"(\123)", "backreferences"},
      {R"(\C)", "unrecognized escape"},
      {R"(\Qa\E)", "unrecognized escape"},
      {R"(\Z)", "unrecognized escape"},
      {R"(\<a)", "not supported"},
      {R"(\b{start})", "not supported"},
      {R"(\pN)", "Unicode not allowed here"},
      {R"(\p{Greek})", "Unicode not allowed here"},
      {"[\xc3\xa9]", "Unicode not allowed here"},
      {R"([\b])", "invalid escape sequence found in character class"},
      {"[z-a]", "invalid character class range"},
      {R"([\d-z])", "invalid range boundary"},
      {R"(\x4)", "hexadecimal"},
      {R"(\x{110000})", "not a Unicode scalar value"},
      {R"(\u{d800})", "not a Unicode scalar value"},
      {R"(\)", "incomplete escape sequence"},
      {"(?R)a", "flag R is not supported"},
      {"a(?u)b", "only at the pattern's start"},
      {"(?u:b)", "only at the pattern's start"},
      {"(?u)a(?-u)b", "not supported after (?u)"},
      {"(?ii)a", "duplicate flag"},
      {"(?z)a", "unrecognized flag"},
      {"(?i", "end of pattern"},
      {"(?i-)a", "dangling flag negation"},
      {"(?)a", "missing expression"},
      {"(?u)[a&&b]", "set operations"},
      {"(?u)[[a]]", "set operations"},
      {R"((?u)\ba)", "not supported after (?u)"},
      {R"((?u)[\W])", "not supported inside a class"},
      {"\xff", "not UTF-8"},
      {"\xc0\x80", "not UTF-8"},
  };
  for (const auto& [pattern, problem] : table)
    EXPECT_THAT(problem_of(pattern), HasSubstr(problem)) << pattern;
}

TEST(Regex, LimitsNestingAndMemory) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "a" + std::string(depth, ')');
  };
  EXPECT_EQ(problem_of(nested(kMaxRegexNesting)), "accepted");
  EXPECT_EQ(problem_of(nested(10'000)), "groups nest too deeply");
  EXPECT_EQ(problem_of(std::string(10'000, '[')), "classes nest too deeply");
  EXPECT_EQ(problem_of("a" + std::string(10'000, '*')), "repetitions nest too deeply");
  EXPECT_NE(problem_of("(?:(?:[a-c]{50}x){20}|[d-f]{1000}){1000}"), "accepted");
  EXPECT_NE(problem_of("((((a{1000}){1000}){1000}){1000})"), "accepted");
}

TEST(Regex, NeedsLinearTimeForCatastrophicShapes) {
  const std::string text(50'000, 'a');
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(matches("^(a+)+$", text + "!"));
  EXPECT_FALSE(matches("(x+x+)+y", std::string(50'000, 'x')));
  EXPECT_FALSE(matches("(a|aa)+$", text + "!"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Regex, TellsWhatItsGroupsTook) {
  const auto regex = Regex::compile("^/([^/]+)/(?:(x)|(.+))$", Regex::Groups::kTold).value();
  std::array<std::string_view, 9> groups;
  EXPECT_TRUE(regex->find("/new/page", groups));
  EXPECT_EQ(groups[0], "/new/page");
  EXPECT_EQ(groups[1], "new");
  EXPECT_EQ(groups[2], "");
  EXPECT_EQ(groups[3], "page");
  EXPECT_EQ(groups[8], "");
  EXPECT_FALSE(regex->find("new", groups));
  EXPECT_EQ(groups[1], "");
}

TEST(Replacement, IsTextAndReferences) {
  const auto parsed = Replacement::parse("/${2}-$$-${1}").value();
  const auto pieces = parsed.pieces();
  ASSERT_EQ(pieces.size(), 4U);
  EXPECT_EQ(pieces[0].text, "/");
  EXPECT_EQ(pieces[1].group, 2);
  EXPECT_EQ(pieces[2].text, "-$-");
  EXPECT_EQ(pieces[3].group, 1);
  EXPECT_TRUE(Replacement::parse("").value().pieces().empty());
}

TEST(Replacement, RefusesOtherDollarsAndManyReferences) {
  for (const std::string_view text : {"$1", "$", "a$b", "${0}", "${9}", "${10}", "${1", "${x}"})
    EXPECT_FALSE(Replacement::parse(text)) << text;
  EXPECT_TRUE(Replacement::parse("${1}${2}${3}${4}${5}${6}${7}${8}"));
  EXPECT_FALSE(Replacement::parse("${1}${2}${3}${4}${5}${6}${7}${8}${8}"));
}

}  // namespace
}  // namespace brink::rules
