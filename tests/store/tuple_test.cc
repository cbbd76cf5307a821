#include "store/tuple.h"

#include "base/random.h"
#include "store/fields.h"
#include "store/limits.h"

#include <gtest/gtest.h>

namespace brink::store {
namespace {

using namespace std::chrono_literals;

TEST(Tuple, GivesBackItsFields) {
  const std::string row = TupleWriter()
                              .text("abc")
                              .number(0)
                              .number(1)
                              .number(UINT64_MAX)
                              .time(Time(1'700'000'000'123'456us))
                              .flag(true)
                              .flag(false)
                              .texts({"a", "", "c", ""})
                              .texts({})
                              .text("end")
                              .finish();
  const auto view = TupleView::parse(row);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->count(), 10U);
  EXPECT_EQ(view->text(0), "abc");
  EXPECT_EQ(view->number(1), 0U);
  EXPECT_EQ(view->number(2), 1U);
  EXPECT_EQ(view->number(3), UINT64_MAX);
  EXPECT_EQ(view->time(4), Time(1'700'000'000'123'456us));
  EXPECT_TRUE(view->flag(5));
  EXPECT_FALSE(view->flag(6));
  EXPECT_EQ(view->texts(7), (std::vector<std::string_view>{"a", "", "c", ""}));
  EXPECT_TRUE(view->texts(8).empty());
  EXPECT_EQ(view->text(9), "end");
}

TEST(Tuple, FieldsThatItDoesNotHaveAreEmpty) {
  const std::string row = TupleWriter().text("a").text("").number(0).finish();
  const auto view = TupleView::parse(row);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->count(), 1U);  // empty ones at the end need no room
  EXPECT_EQ(view->text(1), "");
  EXPECT_EQ(view->number(7), 0U);
  EXPECT_EQ(view->time(7), Time());
  EXPECT_TRUE(view->texts(7).empty());
  EXPECT_TRUE(TupleView::parse(TupleWriter().finish()));
}

TEST(Tuple, RefusesBytesThatAreNone) {
  const std::string row = TupleWriter().text("abc").text("defg").finish();
  EXPECT_FALSE(TupleView::parse(""));
  for (std::size_t size = 1; size < row.size(); ++size)
    EXPECT_FALSE(TupleView::parse(row.substr(0, size))) << size;
  EXPECT_FALSE(TupleView::parse(row + "x"));
  std::string backwards = row;
  backwards[2] = 9;  // the first field ends after the second
  EXPECT_FALSE(TupleView::parse(backwards));
}

TEST(Tuple, SurvivesAnyBytes) {
  FastRandom random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random.below(40), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.below(4) == 0 ? random.next() : random.below(8));
    const auto view = TupleView::parse(bytes);
    if (!view) continue;
    std::size_t total = 0;
    for (std::size_t field = 0; field < view->count() + 2; ++field) {
      total += view->text(field).size();
      (void)view->number(field);
      for (const auto text : view->texts(field)) ASSERT_LE(text.size(), bytes.size());
    }
    ASSERT_LE(total, bytes.size());
  }
}

TEST(Tuple, SaysWhereItDoesNotFit) {
  TupleWriter many;
  for (int i = 0; i < 65'535; ++i) many.text("");
  EXPECT_TRUE(many.fits());
  many.text("");
  EXPECT_FALSE(many.fits());
  EXPECT_FALSE(TupleWriter().text(std::string(kMaxValueBytes, 'x')).fits());
  EXPECT_FALSE(TupleWriter().texts(std::vector<std::string_view>(65'536)).fits());
}

TEST(Fields, AreBadWhereTheyAreNotWhatTheyShouldBe) {
  enum class Colour : std::uint8_t { kRed, kBlue };
  const auto good = [](std::string_view field, auto read) {
    const std::string row = TupleWriter().text(field).finish();
    Fields fields(row);
    read(fields);
    return fields.good();
  };
  const auto colour = [](Fields& fields) { return fields.choice(Colour::kBlue); };
  EXPECT_TRUE(good("\1", colour));
  EXPECT_FALSE(good("\2", colour));
  EXPECT_FALSE(good("\2", [](Fields& fields) { return fields.flag(); }));
  EXPECT_FALSE(good("123456789", [](Fields& fields) { return fields.number(); }));
  EXPECT_FALSE(good(std::string_view("\1\0", 2), [](Fields& fields) { return fields.number(); }));
  EXPECT_FALSE(good("\1\1\1", [](Fields& fields) { return fields.small<std::uint16_t>(); }));
  EXPECT_FALSE(good("short", [](Fields& fields) { return fields.id(); }));
  EXPECT_TRUE(good("", [](Fields& fields) { return fields.id(); }));
  EXPECT_FALSE(good("x", [](Fields& fields) { return fields.texts(); }));
  EXPECT_FALSE(Fields("").good());
}

}  // namespace
}  // namespace brink::store
