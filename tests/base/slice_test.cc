#include "base/slice.h"

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace brink {
namespace {

TEST(Slice, CopiesBytesAndSharesThem) {
  std::string text = "hello";
  const Slice slice = Slice::copy_of(text);
  text[0] = 'j';
  EXPECT_EQ(slice.bytes(), "hello");
  const Slice other = slice;
  EXPECT_EQ(other.data(), slice.data()) << "no second copy";
}

TEST(Slice, AMovedFromSliceIsEmpty) {
  Slice slice = Slice::copy_of("hello");
  const Slice moved = std::move(slice);
  EXPECT_TRUE(slice.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_EQ(moved.bytes(), "hello");
}

TEST(Slice, AssignsOverAnotherAndOverItself) {
  Slice a = Slice::copy_of("first");
  const Slice b = Slice::copy_of("second");
  a = b;
  EXPECT_EQ(a.bytes(), "second");
  const Slice& same = a;
  a = same;
  EXPECT_EQ(a.bytes(), "second");
}

TEST(Slice, TakesItsFrontAsASliceOfItsOwn) {
  Slice slice = Slice::copy_of("hello world");
  Slice front = slice.take_front(5);
  slice.remove_prefix(1);
  EXPECT_EQ(front.bytes(), "hello");
  EXPECT_EQ(slice.bytes(), "world");
  slice = Slice();
  EXPECT_EQ(front.bytes(), "hello") << "it keeps the block alive";
  const Slice all = front.take_front(5);
  EXPECT_TRUE(front.empty());
  EXPECT_EQ(all.bytes(), "hello");
}

TEST(Slice, OfStaticBytesOwnsNothing) {
  static constexpr char kText[] = "static";
  const Slice slice = Slice::of_static(kText);
  const Slice copy = slice;
  EXPECT_EQ(copy.data(), kText);
}

TEST(Buffer, HasAtLeastTheCapacityAskedFor) {
  for (std::size_t capacity : {std::size_t{1}, Buffer::kSmall, Buffer::kSmall + 1, Buffer::kLarge,
                               Buffer::kLarge + 1, std::size_t{1'000'000}}) {
    Buffer* buffer = Buffer::make(capacity);
    ASSERT_GE(buffer->capacity(), capacity);
    std::memset(buffer->data(), 1, buffer->capacity());
    buffer->drop_reference();
  }
}

TEST(Buffer, ComesFromThePoolUnshared) {
  Buffer* first = Buffer::make(10);
  first->add_reference();
  EXPECT_TRUE(first->is_shared());
  first->drop_reference();
  EXPECT_FALSE(first->is_shared());
  first->drop_reference();
  Buffer* second = Buffer::make(10);
  EXPECT_FALSE(second->is_shared());
  second->drop_reference();
}

TEST(Slice, CrossesThreads) {
  for (int round = 0; round < 200; ++round) {
    Slice shared = Slice::copy_of("shared bytes");
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([copy = shared]() mutable {
        for (int i = 0; i < 50; ++i) {
          Slice another = copy;
          EXPECT_EQ(another.take_front(6).bytes(), "shared");
        }
      });
    }
    shared = Slice();
    for (auto& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace brink
