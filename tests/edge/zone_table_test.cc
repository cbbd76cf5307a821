#include "edge/zone_table.h"

#include "edge/snapshot.h"

#include <gtest/gtest.h>

namespace brink::edge {
namespace {

class ZoneTableTest : public testing::Test {
 protected:
  ZoneTableTest() {
    table.add("example.com", apex);
    table.add("*.example.com", wild);
    table.add("*.deep.example.com", deep);
  }
  Zone apex, wild, deep, any;
  ZoneTable table;
};

TEST_F(ZoneTableTest, AnExactNameWinsOverAWildcard) {
  table.add("www.example.com", apex);
  EXPECT_EQ(table.find("www.example.com"), &apex);
  EXPECT_EQ(table.find("example.com"), &apex);
}

TEST_F(ZoneTableTest, AWildcardCoversAnyNumberOfLabelsButNotTheNameItself) {
  EXPECT_EQ(table.find("a.example.com"), &wild);
  EXPECT_EQ(table.find("a.b.c.example.com"), &wild);
  EXPECT_EQ(table.find("deep.example.com"), &wild);
  EXPECT_EQ(table.find(".example.com"), nullptr);
  EXPECT_EQ(table.find("badexample.com"), nullptr);
}

TEST_F(ZoneTableTest, TheLongestWildcardWins) { EXPECT_EQ(table.find("x.deep.example.com"), &deep); }

TEST_F(ZoneTableTest, CaseAndTheRootDotDoNotMatter) {
  EXPECT_EQ(table.find("EXAMPLE.Com."), &apex);
  EXPECT_EQ(table.find("WWW.example.COM"), &wild);
}

TEST_F(ZoneTableTest, AStarTakesWhatNobodyElseHas) {
  EXPECT_EQ(table.find("other.org"), nullptr);
  table.add("*", any);
  EXPECT_EQ(table.find("other.org"), &any);
  EXPECT_EQ(table.find(""), &any);
  EXPECT_EQ(table.find(std::string(300, 'a')), &any);
  EXPECT_EQ(table.find("a.example.com"), &wild);
}

TEST_F(ZoneTableTest, TheFirstClaimOfANameStands) {
  table.add("example.com", any);
  EXPECT_EQ(table.find("example.com"), &apex);
}

}  // namespace
}  // namespace brink::edge
