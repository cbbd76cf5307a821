#include "base/arena.h"

#include "base/random.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace brink {
namespace {

TEST(Arena, GivesPiecesThatDoNotOverlapAndKeepTheirContent) {
  Arena arena;
  FastRandom random(3);
  std::vector<std::pair<std::string_view, std::string>> pieces;
  for (int i = 0; i < 2000; ++i) {
    const std::string text(random.below(random.below(20) == 0 ? 5000 : 40), static_cast<char>('a' + i % 26));
    pieces.emplace_back(arena.copy(text), text);
  }
  for (const auto& [view, text] : pieces) ASSERT_EQ(view, text);
}

TEST(Arena, AlignsWhatItGives) {
  Arena arena;
  for (int i = 0; i < 500; ++i) {
    for (std::size_t alignment : {1, 2, 4, 8, 16, 64}) {
      char* place = arena.allocate(3, alignment);
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(place) % alignment, 0U);
      std::memset(place, 1, 3);
    }
  }
}

TEST(Arena, TakesPiecesAtAndAroundTheSizeOfItsBlocks) {
  for (std::size_t size = Arena::kInlineBytes - 20; size < Arena::kInlineBytes + 20; ++size) {
    Arena arena;
    std::memset(arena.allocate(size), 1, size);
    std::memset(arena.allocate(size, 16), 2, size);
  }
}

TEST(Arena, MakesObjects) {
  struct Point {
    int x;
    double y;
  };
  Arena arena;
  (void)arena.allocate(1);
  const Point* point = arena.make<Point>(1, 2.5);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(point) % alignof(Point), 0U);
  EXPECT_EQ(point->x, 1);
  EXPECT_EQ(point->y, 2.5);
}

TEST(Arena, JoinsTextsEmptyOnesIncluded) {
  Arena arena;
  EXPECT_EQ(arena.join("a", std::string("bc"), std::string_view("d")), "abcd");
  EXPECT_EQ(arena.join(std::string_view(), "x", std::string_view()), "x");
  EXPECT_EQ(arena.join(std::string_view()), "");
  EXPECT_EQ(arena.copy(""), "");
}

TEST(Arena, BeginsAnewAfterReset) {
  Arena arena;
  const char* first = arena.allocate(10);
  (void)arena.allocate(100'000);
  arena.reset();
  EXPECT_EQ(arena.allocate(10), first);
  EXPECT_EQ(arena.copy("works"), "works");
}

}  // namespace
}  // namespace brink
