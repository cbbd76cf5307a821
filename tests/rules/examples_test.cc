#include "tests/rules/examples.h"

#include "rules/parse.h"
#include "rules/value_text.h"
#include "rules/walk.h"

#include <gtest/gtest.h>

namespace brink::rules {
namespace {

using testing::Example;
using testing::Examples;

std::expected<ExpressionPtr, ParseError> parse(const Example& example, const Examples& all) {
  const ParseOptions options{.phase = all.requests.at(example.request).phase, .lists = &all.lists};
  return example.is_value ? parse_value(example.expression, {}, options)
                          : parse_filter(example.expression, options);
}

std::string result_of(const Example& example, const Examples& all) {
  const auto expression = parse(example, all);
  if (!expression) return "error";
  const SampleFacts source(all.requests.at(example.request).request);
  Arena arena;
  Facts facts(source, arena);
  const Value value = walk(*(*expression)->root, facts);
  if (example.is_value) return text_of(value);
  return value.is_true() ? "match" : "no";
}

TEST(Examples, ComeToWhatTheySay) {
  const Examples all = testing::read_examples();
  EXPECT_EQ(all.examples.size(), 165U);
  for (const Example& example : all.examples) {
    const auto expression = parse(example, all);
    EXPECT_EQ(result_of(example, all), example.result)
        << example.id << ": " << example.expression << "\n"
        << (expression ? "" : expression.error().text(example.expression));
  }
}

TEST(Examples, OfErrorsNameAPlaceInTheText) {
  const Examples all = testing::read_examples();
  for (const Example& example : all.examples) {
    const auto expression = parse(example, all);
    if (expression) continue;
    const ParseError& error = expression.error();
    EXPECT_FALSE(error.message.empty()) << example.id;
    EXPECT_LE(error.span.start + error.span.length, example.expression.size()) << example.id;
  }
}

}  // namespace
}  // namespace brink::rules
