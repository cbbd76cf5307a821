#include "store/lists.h"

#include "store/check.h"
#include "tests/store/given_store.h"

#include <gmock/gmock.h>

namespace brink::store {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Id item_id(std::uint64_t order) {
  Id made;
  for (std::size_t i = 0; i < 8; ++i) made.bytes[i] = static_cast<std::uint8_t>(order >> (8 * (7 - i)));
  made.bytes.back() = 9;
  return made;
}

struct GivenList : GivenStore {
  GivenList() {
    change([&](WriteTransaction& transaction) { return lists::put(transaction, list); });
  }
  // `count` items from `first` on; kept alive here.
  std::vector<ListItem> items(std::uint64_t first, std::uint64_t count) {
    std::vector<ListItem> made;
    for (std::uint64_t order = first; order < first + count; ++order) {
      texts.push_back(std::make_unique<std::string>(std::to_string(order)));
      made.push_back(
          {.id = item_id(order), .value = *texts.back(), .created = time_at(1), .modified = time_at(2)});
    }
    return made;
  }
  std::vector<std::string> values(std::uint64_t from = 0) {
    const auto read_now = read();
    lists::ItemScan scan(*read_now, list.id, from);
    std::vector<std::string> found;
    while (const auto item = scan.next()) found.emplace_back(item->value);
    return found;
  }
  std::vector<std::string> problems() { return check(*environment, {})->problems; }

  List list{.id = id(5), .account = id(200), .name = "office", .kind = ListKind::kIp, .created = time_at(1)};
  std::vector<std::unique_ptr<std::string>> texts;
};

TEST(Lists, GiveBackWhatWasPut) {
  GivenList store;
  const auto read = store.read();
  const auto found = lists::find(*read, id(200), "office");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, id(5));
  EXPECT_EQ(found->kind, ListKind::kIp);
  EXPECT_EQ(found->created, time_at(1));
  EXPECT_FALSE(lists::find(*read, id(201), "office"));
  EXPECT_EQ(lists::of_account(*read, id(200)).size(), 1U);
}

TEST(Lists, HaveNamesOfTheirOwn) {
  GivenList store;
  const auto again = store.writer->apply_now([](WriteTransaction& transaction) {
    return lists::put(transaction, {.id = id(6), .account = id(200), .name = "office"});
  });
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().is(StoreError::kTaken));
}

TEST(Lists, KeepItemsInTheirOrderOverManyChunks) {
  GivenList store;
  store.change([&](WriteTransaction& transaction) {
    return lists::replace_items(transaction, store.list, store.items(1, 2000));
  });
  store.change([&](WriteTransaction& transaction) {
    return lists::append_items(transaction, store.list, store.items(2001, 3));
  });
  const auto values = store.values();
  ASSERT_EQ(values.size(), 2003U);
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], std::to_string(i + 1));
  EXPECT_EQ(store.values(1999).size(), 5U);
  EXPECT_EQ(store.values(1999).front(), "1999");
  EXPECT_EQ(lists::get(*store.read(), id(200), id(5))->items, 2003U);
  EXPECT_LE(store.read()->count(Table::kListItems), 5U);
  EXPECT_THAT(store.problems(), IsEmpty());
}

TEST(Lists, FindAnItemByItsId) {
  GivenList store;
  store.change([&](WriteTransaction& transaction) {
    return lists::replace_items(transaction, store.list, store.items(1, 1200));
  });
  const auto read = store.read();
  for (const std::uint64_t order : {1, 512, 513, 1024, 1025, 1200}) {
    const auto item = lists::item(*read, id(5), item_id(order));
    ASSERT_TRUE(item) << order;
    EXPECT_EQ(item->value, std::to_string(order));
    EXPECT_EQ(item->modified, time_at(2));
  }
  EXPECT_FALSE(lists::item(*read, id(5), item_id(1201)));
  Id other = item_id(512);
  other.bytes.back() = 1;
  EXPECT_FALSE(lists::item(*read, id(5), other));
}

TEST(Lists, ChangeTheirVersionWithTheirItems) {
  GivenList store;
  const auto version = [&] { return lists::get(*store.read(), id(200), id(5))->version; };
  store.change([&](WriteTransaction& transaction) {
    return lists::replace_items(transaction, store.list, store.items(1, 2));
  });
  const auto first = version();
  store.change([&](WriteTransaction& transaction) {
    return lists::replace_items(transaction, store.list, store.items(1, 1));
  });
  EXPECT_GT(version(), first);
  EXPECT_EQ(store.values().size(), 1U);
}

TEST(Lists, ChangeAndRemoveSingleItems) {
  GivenList store;
  store.change([&](WriteTransaction& transaction) {
    return lists::replace_items(transaction, store.list, store.items(1, 1100));
  });
  store.change([&](WriteTransaction& transaction) {
    lists::ItemChanges changes;
    for (const std::uint64_t order : {1, 512, 513, 1100, 5000}) changes.emplace(item_id(order), std::nullopt);
    changes.emplace(item_id(2), ListItem{.id = item_id(2), .value = "two", .comment = "other"});
    return lists::change_items(transaction, store.list, changes);
  });
  const auto values = store.values();
  ASSERT_EQ(values.size(), 1096U);
  EXPECT_EQ(values[0], "two");
  EXPECT_EQ(values[509], "511");
  EXPECT_EQ(values[510], "514");
  EXPECT_EQ(values.back(), "1099");
  EXPECT_EQ(store.values(514).size(), 586U);
  EXPECT_EQ(lists::item(*store.read(), id(5), item_id(2))->comment, "other");
  EXPECT_FALSE(lists::item(*store.read(), id(5), item_id(513)));
  EXPECT_EQ(lists::get(*store.read(), id(200), id(5))->items, 1096U);
  EXPECT_THAT(store.problems(), IsEmpty());
}

TEST(Lists, ThatLoseAllItemsHaveNoChunks) {
  GivenList store;
  store.change([&](WriteTransaction& transaction) {
    return lists::replace_items(transaction, store.list, store.items(1, 2));
  });
  store.change([&](WriteTransaction& transaction) {
    return lists::change_items(transaction, store.list,
                               {{item_id(1), std::nullopt}, {item_id(2), std::nullopt}});
  });
  EXPECT_EQ(store.read()->count(Table::kListItems), 0U);
  EXPECT_THAT(store.values(), IsEmpty());
}

TEST(Lists, GoWithTheirItems) {
  GivenList store;
  store.change([&](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(lists::replace_items(transaction, store.list, store.items(1, 2)));
    EXPECT_TRUE(BRINK_TRY(lists::remove(transaction, id(200), id(5))));
    return {};
  });
  const auto read = store.read();
  for (const Table table : {Table::kLists, Table::kListsByName, Table::kListItems})
    EXPECT_EQ(read->count(table), 0U);
}

TEST(Lists, RememberOperationsForAWeek) {
  GivenList store;
  store.change([&](WriteTransaction& transaction) {
    return lists::add_operation(transaction, id(200), id(1), time_at(1));
  });
  EXPECT_EQ(lists::operation(*store.read(), id(200), id(1)), time_at(1));
  store.change([&](WriteTransaction& transaction) {
    return lists::add_operation(transaction, id(200), id(2), time_at(8 * 86'400));
  });
  EXPECT_FALSE(lists::operation(*store.read(), id(200), id(1)));
  EXPECT_TRUE(lists::operation(*store.read(), id(200), id(2)));
}

TEST(Lists, AWrongNumberOfItemsIsNamedByTheCheck) {
  GivenList store;
  store.list.items = 7;
  store.change([&](WriteTransaction& transaction) { return lists::put(transaction, store.list); });
  EXPECT_THAT(store.problems(), testing::ElementsAre(HasSubstr("says another number of items")));
}

}  // namespace
}  // namespace brink::store
