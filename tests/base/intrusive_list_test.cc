#include "base/intrusive_list.h"

#include "base/random.h"

#include <list>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace brink {
namespace {

struct OtherTag;
struct Element : ListHook<>, ListHook<OtherTag> {
  explicit Element(int v) : value(v) {}
  int value;
};
using List = IntrusiveList<Element>;

std::vector<int> values(List& list) {
  std::vector<int> out;
  list.for_each([&](Element& element) { out.push_back(element.value); });
  return out;
}

bool is_linked(const Element& element) { return element.ListHook<>::is_linked(); }
void unlink(Element& element) { element.ListHook<>::unlink(); }

TEST(IntrusiveList, KeepsItsOrder) {
  Element a(1), b(2), c(3);
  List list;
  EXPECT_TRUE(list.empty());
  list.push_back(b);
  list.push_back(c);
  list.push_front(a);
  EXPECT_EQ(values(list), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(list.front().value, 1);
  EXPECT_EQ(list.back().value, 3);
  unlink(b);
  unlink(b);  // nothing the second time
  EXPECT_EQ(values(list), (std::vector<int>{1, 3}));
  EXPECT_EQ(list.pop_front(), &a);
  EXPECT_FALSE(is_linked(a));
  EXPECT_EQ(list.pop_front(), &c);
  EXPECT_EQ(list.pop_front(), nullptr);
}

TEST(IntrusiveList, AnElementIsOnOneListPerTag) {
  Element a(1);
  List list;
  IntrusiveList<Element, OtherTag> other;
  list.push_back(a);
  other.push_back(a);
  unlink(a);
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(&other.front(), &a);
}

TEST(IntrusiveList, AnElementLeavesWhenItDies) {
  Element a(1), c(3);
  List list;
  list.push_back(a);
  {
    Element b(2);
    list.push_back(b);
    list.push_back(c);
  }
  EXPECT_EQ(values(list), (std::vector<int>{1, 3}));
}

TEST(IntrusiveList, AListThatDiesLetsItsElementsGo) {
  Element a(1), b(2);
  {
    List list;
    list.push_back(a);
    list.push_back(b);
  }
  EXPECT_FALSE(is_linked(a));
  List list;
  list.push_back(b);
  EXPECT_EQ(values(list), std::vector<int>{2});
}

TEST(IntrusiveList, SplicesAllOfAnotherToItsEnd) {
  Element a(1), b(2), c(3), d(4);
  List list, other;
  list.push_back(a);
  other.push_back(b);
  other.push_back(c);
  list.splice_back(other);
  EXPECT_TRUE(other.empty());
  list.splice_back(other);  // of nothing
  other.push_back(d);
  EXPECT_EQ(values(list), (std::vector<int>{1, 2, 3}));
  List empty;
  empty.splice_back(list);
  EXPECT_EQ(values(empty), (std::vector<int>{1, 2, 3}));
}

TEST(IntrusiveList, AnElementMayLeaveWhileAllAreVisited) {
  std::vector<std::unique_ptr<Element>> elements;
  List list;
  for (int i = 0; i < 6; ++i) list.push_back(*elements.emplace_back(std::make_unique<Element>(i)));
  list.for_each([&](Element& element) {
    if (element.value % 2 == 0) elements[static_cast<std::size_t>(element.value)].reset();
  });
  EXPECT_EQ(values(list), (std::vector<int>{1, 3, 5}));
}

TEST(IntrusiveList, DoesWhatAListDoes) {
  FastRandom random(9);
  std::vector<std::unique_ptr<Element>> elements;
  for (int i = 0; i < 50; ++i) elements.push_back(std::make_unique<Element>(i));
  List list;
  std::list<int> model;
  for (int step = 0; step < 20'000; ++step) {
    Element& element = *elements[random.below(elements.size())];
    switch (random.below(4)) {
      case 0:
        if (!is_linked(element)) {
          list.push_back(element);
          model.push_back(element.value);
        }
        break;
      case 1:
        if (!is_linked(element)) {
          list.push_front(element);
          model.push_front(element.value);
        }
        break;
      case 2:
        unlink(element);
        model.remove(element.value);
        break;
      default:
        if (const Element* popped = list.pop_front()) {
          ASSERT_EQ(popped->value, model.front());
          model.pop_front();
        } else {
          ASSERT_TRUE(model.empty());
        }
    }
    if (step % 100 == 0) ASSERT_EQ(values(list), std::vector<int>(model.begin(), model.end()));
  }
}

}  // namespace
}  // namespace brink
