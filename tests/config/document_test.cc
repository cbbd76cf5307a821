#include "config/document.h"

#include <gtest/gtest.h>

namespace brink::config {
namespace {

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Document, KeepsThePlaceOfEveryValueInTheOrderOfTheText) {
  const auto root = parse_document("z = 1\n[b]\n  y = \"x\"\n  list = [1,\n    2]\n[[zone]]\n");
  ASSERT_TRUE(root);
  ASSERT_EQ(root->members.size(), 3U);
  EXPECT_EQ(root->members[0].key, "z");
  EXPECT_EQ(root->members[0].key_position, (Position{1, 1}));
  EXPECT_EQ(root->members[1].key, "b");
  const Item& table = root->members[1].value;
  ASSERT_EQ(table.members.size(), 2U);
  EXPECT_EQ(table.members[0].key_position, (Position{3, 3}));
  EXPECT_EQ(table.members[0].value.text, "x");
  ASSERT_EQ(table.members[1].value.elements.size(), 2U);
  EXPECT_EQ(table.members[1].value.elements[1].position, (Position{5, 5}));
  EXPECT_EQ(root->members[2].key, "zone");
  EXPECT_TRUE(root->members[2].value.is(Item::Kind::kArray));
}

TEST(Document, TellsTheLineOfWhatIsNotToml) {
  struct Case {
    std::string_view text;
    std::uint32_t line;
  };
  for (const Case& each :
       {Case{"a = 1\nb = \n", 2}, Case{"a = 1\n\na = 2\n", 3}, Case{"[a\n", 1}, Case{"x = \"abc\n", 1},
        Case{"x\n", 1}, Case{"a = \"\xff\"\n", 1}, Case{"a = [1,,2]", 1}, Case{"[a]\n[a]\n", 2},
        Case{"[*edge]\n", 1}, Case{"[[*edge]]\n", 1}, Case{"\n[", 2}, Case{"[ ]", 1}, Case{"a.", 1}}) {
    const auto root = parse_document(each.text);
    ASSERT_FALSE(root) << each.text;
    EXPECT_EQ(root.error().position.line, each.line) << each.text << ": " << root.error().what;
    EXPECT_FALSE(root.error().what.empty());
  }
}

TEST(Document, RefusesWhatNestsDeeperThanTheLimit) {
  for (const std::string& text :
       {"a = " + repeated("[", 17) + repeated("]", 17),
        "a = " + repeated("{a=", 17) + "1" + repeated("}", 17), "a" + repeated(".a", 16) + " = 1",
        "[" + repeated("a.", 16) + "a]", "a = " + repeated("[", 1'000'000), "a" + repeated(".a", 1'000'000),
        "\n\na = 'x' # [[[\n b = " + repeated("[{", 9)}) {
    const auto root = parse_document(text);
    ASSERT_FALSE(root) << text.substr(0, 40);
    EXPECT_TRUE(root.error().expected.starts_with("at most 16")) << root.error().text();
  }
  EXPECT_EQ(parse_document("\n\na = 'x' # [[[\n b = " + repeated("[{", 9)).error().position.line, 4U);
}

TEST(Document, CountsNoBracketsInStringsAndComments) {
  const std::string brackets = repeated("[{.", 100);
  for (const std::string& text :
       {"a = \"" + brackets + "\"", "a = '" + brackets + "'", "a = \"\"\"\n" + brackets + "\"\"\"",
        "a = '''" + brackets + "\n'''", "a = 1 # " + brackets, "a = \"\\\"" + brackets + "\"",
        "a = \"\"\"x\"\"\\\"" + brackets + "\"\"\"\"\"", "\"" + brackets + "\" = 1"}) {
    const auto root = parse_document(text);
    EXPECT_TRUE(root) << text.substr(0, 40) << ": " << root.error().text();
  }
  EXPECT_FALSE(parse_document("a = \"\"\nb = " + repeated("[", 17)));
  EXPECT_FALSE(parse_document("a = \"x\" # \"\nb = " + repeated("[", 17)));
  EXPECT_FALSE(parse_document("a = 'x\\'\nb = " + repeated("[", 17)));
}

TEST(Document, HasLettersBeyondAsciiInStringsAndCommentsOnly) {
  for (const char* text : {"# \xc3\xa9\n", "a = \"\xc3\xa9\"", "a = '\xc3\xa9'", "a = \"\"\"\n\xc3\xa9\"\"\"",
                           "\"\xc3\xa9\" = 1", "\xef\xbb\xbf\n[a]", "a = \"\"\"x\\\n  y \xc3\xa9\"\"\"",
                           "a = \"\"\"x\\\n  \xc3\xa9\"\"\""}) {
    const auto root = parse_document(text);
    EXPECT_TRUE(root) << text << ": " << root.error().text();
  }
  for (const char* text :
       {"\xc3\xa9 = 1", "a\xc3\xa9 = 1", "a = \xc3\xa9", "a = 1 \xc2\xa0", "a = 1\xef\xbb\xbf", "[\xc3\xa9]",
        "a = \"\\\xc3\xa9\"", "a = 1905x\"\"\"\xef\xb3\xbf\""}) {
    EXPECT_FALSE(parse_document(text)) << text;
  }
}

TEST(Document, RefusesWhatIsTooLarge) {
  EXPECT_TRUE(parse_document(std::string(limits::kMaxTextBytes, '\n')));
  const auto root = parse_document(std::string(limits::kMaxTextBytes + 1, '\n'));
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().what, "the file is too large");
}

}  // namespace
}  // namespace brink::config
