#include "config/problem.h"

#include <gtest/gtest.h>

namespace brink::config {
namespace {

TEST(Problem, SaysWhereAndWhat) {
  const Problem problem{.file = "brink.toml",
                        .position = {.line = 3, .column = 1},
                        .key = "[edge] http",
                        .what = "is a number"};
  EXPECT_EQ(problem.text(), "brink.toml:3: [edge] http: is a number");
}

TEST(Problem, IsOneLineWhateverItQuotes) {
  const Problem problem{.file = "brink.toml", .what = "no\nlevel=error msg=\"forged\""};
  EXPECT_EQ(problem.text(), "brink.toml: no?level=error msg=\"forged\"");
}

TEST(Problem, ShowsNoControlCharactersAndNoEndlessText) {
  const Problem problem{.file = "f", .what = "a\x1b[31m\r" + std::string(1000, 'x') + "\n1\n2\n3\n4\n5"};
  const std::string text = problem.text();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_LT(text.size(), 300U);
  EXPECT_EQ(text.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace brink::config
