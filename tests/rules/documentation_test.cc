// The reference of the language says what the tables say.
#include "rules/documentation.h"

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace brink::rules {
namespace {

TEST(RulesDocumentation, PageIsTheTables) {
  std::ifstream file(BRINK_SOURCE_DIR "/docs/rules-reference.md", std::ios::binary);
  const std::string page(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(page, documentation()) << "write it anew: brink docs rules > docs/rules-reference.md";
}

}  // namespace
}  // namespace brink::rules
