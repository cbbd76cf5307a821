#include "rules/program.h"

#include "rules/filter_index.h"
#include "rules/parse.h"
#include "rules/walk.h"
#include "tests/rules/random_expression.h"

#include <gtest/gtest.h>

namespace brink::rules {
namespace {

ExpressionPtr parsed(const std::string& text) {
  auto expression = parse_filter(text, {});
  EXPECT_TRUE(expression.has_value()) << text << "\n" << expression.error().text(text);
  return expression.value_or(nullptr);
}

TEST(Program, GivesWhatWalkingTheTreeGives) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    RandomExpression expressions(random);
    const std::string text = expressions.filter(4);
    const ExpressionPtr expression = parsed(text);
    ASSERT_NE(expression, nullptr);
    const Program program(expression);
    for (int request = 0; request < 40; ++request) {
      const RandomFacts source(random);
      Arena arena;
      Facts facts(source, arena);
      ASSERT_EQ(program.matches(facts), walk_filter(*expression, facts)) << "seed " << seed << ": " << text;
    }
  }
}

TEST(FilterIndex, LosesNoFilterThatMatches) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    RandomExpression expressions(random);
    std::vector<Program> filters;
    for (int n = 0; n < 100; ++n) filters.emplace_back(parsed(expressions.filter(2)));
    const FilterIndex index(filters);
    for (int request = 0; request < 20; ++request) {
      const RandomFacts source(random);
      Arena arena;
      Facts facts(source, arena);
      std::vector<std::uint32_t> by_index, one_by_one;
      index.for_each_candidate(facts, [&](std::uint32_t n) {
        if (filters[n].matches(facts)) by_index.push_back(n);
        return true;
      });
      for (std::uint32_t n = 0; n < filters.size(); ++n) {
        if (filters[n].matches(facts)) one_by_one.push_back(n);
      }
      ASSERT_EQ(by_index, one_by_one) << "seed " << seed;
    }
  }
}

std::size_t candidates(const FilterIndex& index, Facts& facts) {
  std::size_t count = 0;
  index.for_each_candidate(facts, [&](std::uint32_t) { return ++count, true; });
  return count;
}

TEST(FilterIndex, AsksOnlyTheFiltersOfAHost) {
  std::vector<Program> filters;
  for (int n = 0; n < 1000; ++n)
    filters.emplace_back(
        parsed("http.host eq \"host-" + std::to_string(n) + "\" and http.request.uri.path ne \"/\""));
  filters.emplace_back(parsed("http.host in {\"a\" \"ab\" \"\" \"b.a\" \"A\" \"xay\"}"));
  filters.emplace_back(parsed("http.request.uri.path contains \"a\""));
  const FilterIndex index(filters);
  std::mt19937 random(1);
  const RandomFacts source(random);
  Arena arena;
  Facts facts(source, arena);
  EXPECT_EQ(candidates(index, facts), 2u);  // the one with its host, and the one that names none
}

TEST(FilterIndex, LaysManySetsOfAddressesOverOneAnother) {
  std::vector<Program> filters;
  for (int n = 0; n < 64; ++n)
    filters.emplace_back(
        parsed("ip.src in {10.0.0." + std::to_string(n % 8) + " 192.168." + std::to_string(n) + ".0/24}"));
  const FilterIndex index(filters);
  std::mt19937 random(1);
  const RandomFacts source(random);  // an address of 10.0.0.0 to 10.0.0.7
  Arena arena;
  Facts facts(source, arena);
  EXPECT_EQ(candidates(index, facts), 8u);
}

TEST(FilterIndex, StopsWhenToldTo) {
  std::vector<Program> filters;
  for (int n = 0; n < 20; ++n) filters.emplace_back(parsed("true"));
  const FilterIndex index(filters);
  std::mt19937 random(1);
  const RandomFacts source(random);
  Arena arena;
  Facts facts(source, arena);
  std::size_t visited = 0;
  index.for_each_candidate(facts, [&](std::uint32_t) { return ++visited < 3; });
  EXPECT_EQ(visited, 3u);
}

}  // namespace
}  // namespace brink::rules
