#include "store/change_log.h"

#include "store/acme_state.h"
#include "store/audit_log.h"
#include "store/certificates.h"
#include "store/check.h"
#include "store/hosts.h"
#include "store/tokens.h"
#include "tests/store/given_store.h"

namespace brink::store {
namespace {

Writer::Change putting(std::string name, std::string value = "x") {
  return [name = std::move(name), value = std::move(value)](WriteTransaction& transaction) {
    return acme_state::put(transaction, name, value);
  };
}

// Everything that followers share.
std::vector<std::string> contents(const ReadTransaction& transaction) {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Table::kTables); ++i) {
    const auto table = static_cast<Table>(i);
    Cursor cursor(transaction, table, "");
    while (cursor.next()) rows.push_back(fmt::format("{} {} {}", i, cursor.key(), cursor.value()));
  }
  return rows;
}

// Makes the changes after `since` of `from` in `to`.
void follow(const GivenStore& from, GivenStore& to) {
  const auto read = from.read();
  ChangeScan scan(*read, to.environment->sequence());
  ASSERT_TRUE(scan.is_complete());
  auto operation = scan.next();
  while (operation) {
    const std::uint64_t sequence = operation->sequence;
    std::vector<Operation> change;
    for (; operation && operation->sequence == sequence; operation = scan.next())
      change.push_back(*operation);
    EXPECT_EQ(to.change([&](WriteTransaction& transaction) -> Result<> {
      for (const Operation& each : change) BRINK_TRY(replay(transaction, each));
      return {};
    }),
              sequence);
  }
}

TEST(ChangeLog, TellsWhatChangedInOrder) {
  GivenStore store;
  store.change(putting("a", "1"));
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(acme_state::put(transaction, "b", "2"));
    BRINK_TRY(acme_state::remove(transaction, "a"));
    return {};
  });
  const auto read = store.read();
  ChangeScan scan(*read, 0);
  EXPECT_TRUE(scan.is_complete());
  const auto first = scan.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->sequence, 1U);
  EXPECT_EQ(first->table, Table::kAcme);
  EXPECT_FALSE(first->is_removal);
  EXPECT_EQ(first->key, "a");
  EXPECT_EQ(first->value, "1");
  EXPECT_EQ(scan.next()->key, "b");
  const auto removal = scan.next();
  ASSERT_TRUE(removal);
  EXPECT_EQ(removal->sequence, 2U);
  EXPECT_TRUE(removal->is_removal);
  EXPECT_FALSE(removal->is_prefix);
  EXPECT_EQ(removal->key, "a");
  EXPECT_FALSE(scan.next());

  ChangeScan since(*read, 1);
  EXPECT_EQ(since.next()->sequence, 2U);
  ChangeScan nothing(*read, 2);
  EXPECT_TRUE(nothing.is_complete());
  EXPECT_FALSE(nothing.next());
  EXPECT_FALSE(ChangeScan(*read, 3).is_complete()) << "a follower that is ahead has not followed";
}

TEST(ChangeLog, IsCutAtItsOldEndByWholeChanges) {
  GivenStore store({.kept_changes = 100});
  for (int i = 1; i <= 500; ++i) {
    store.change([&](WriteTransaction& transaction) -> Result<> {
      for (int j = 0; j < 3; ++j)
        BRINK_TRY(acme_state::put(transaction, std::to_string(j), std::to_string(i)));
      return {};
    });
  }
  const auto read = store.read();
  EXPECT_EQ(read->count(Table::kChanges), 100U);
  EXPECT_FALSE(ChangeScan(*read, 0).is_complete());
  EXPECT_FALSE(ChangeScan(*read, 466).is_complete()) << "of change 467 only one operation is left";
  ChangeScan scan(*read, 467);
  ASSERT_TRUE(scan.is_complete());
  std::uint64_t operations = 0;
  while (const auto operation = scan.next()) {
    EXPECT_GT(operation->sequence, 467U);
    ++operations;
  }
  EXPECT_EQ(operations, 3U * 33);
  EXPECT_TRUE(check(*store.environment, {})->problems.empty());
}

TEST(ChangeLog, AReplayMakesTheSameStore) {
  GivenStore leader, follower;
  FastRandom random(3);
  const auto any = [&](std::uint64_t bound) { return static_cast<std::uint8_t>(1 + random.below(bound)); };
  const std::string_view names[] = {"a.test", "b.test", "c.test", "*.a.test", "www.b.test"};
  const auto name = [&] { return names[random.below(5)]; };
  for (int i = 0; i < 400; ++i) {
    leader.change([&](WriteTransaction& transaction) -> Result<> {
      for (std::uint64_t operations = random.below(4); operations-- > 0;) {
        switch (random.below(9)) {
          case 0: (void)zones::put(transaction, given_zone(any(4), name())); break;
          case 1: BRINK_TRY(zones::remove(transaction, id(any(4)))); break;
          case 2:
          case 3: (void)dns_records::put(transaction, given_record(any(4), any(9), name(), any(3))); break;
          case 4: BRINK_TRY(dns_records::remove(transaction, id(any(4)), id(any(9)))); break;
          case 5:
            (void)certificates::put(transaction,
                                    {.id = id(any(5)), .zone = id(any(4)), .hosts = {name(), name()}});
            break;
          case 6: (void)hosts::put(transaction, name(), id(any(4))); break;
          case 7: {
            TokenHash hash;
            hash.fill(any(6));
            (void)tokens::put(transaction, {.id = id(any(6)), .hash = hash});
            break;
          }
          case 8: BRINK_TRY(audit_log::add(transaction, {.id = Id::random(random), .account = id(1)})); break;
        }
      }
      return {};
    });
    if (i % 50 == 49) follow(leader, follower);
  }
  EXPECT_EQ(follower.environment->sequence(), leader.environment->sequence());
  EXPECT_GT(leader.environment->sequence(), 150U);
  EXPECT_EQ(contents(*leader.read()), contents(*follower.read()));
  EXPECT_TRUE(check(*leader.environment, {})->problems.empty());
  EXPECT_TRUE(check(*follower.environment, {})->problems.empty());
}

TEST(ChangeLog, AReplayOutOfOrderIsRefused) {
  GivenStore store;
  store.change(putting("a"));
  const auto replayed = [&](std::uint64_t sequence) {
    return store.writer->apply_now([=](WriteTransaction& transaction) {
      return replay(transaction, {.sequence = sequence, .table = Table::kAcme, .key = "k", .value = "v"});
    });
  };
  for (const std::uint64_t sequence : {0, 1, 3}) {
    const auto refused = replayed(sequence);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(StoreError::kOutOfOrder));
    EXPECT_EQ(refused.error().detail(), 2);
  }
  EXPECT_EQ(replayed(2)->sequence, 2U);
}

TEST(ChangeLog, AReplayOfWhatIsNoOperationIsRefused) {
  GivenStore store;
  for (const Operation& bad :
       {Operation{.sequence = 1, .table = Table::kMeta, .key = "schema", .value = "x"},
        Operation{.sequence = 1, .table = Table::kTables, .key = "k"},
        Operation{.sequence = 1, .table = Table::kAcme},
        Operation{
            .sequence = 1, .table = Table::kDnsRecords, .is_removal = true, .is_prefix = true, .key = "k"}}) {
    const auto refused =
        store.writer->apply_now([&](WriteTransaction& transaction) { return replay(transaction, bad); });
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(StoreError::kInvalid));
  }
}

TEST(ChangeLog, AnOperationKnowsItsZone) {
  GivenStore store;
  const auto zones_since = [&](std::uint64_t since) {
    const auto read = store.read();
    ChangeScan scan(*read, since);
    std::vector<int> zones;
    while (const auto operation = scan.next()) {
      if (const auto zone = zone_of(*operation)) zones.push_back(zone->bytes.back());
    }
    return zones;
  };
  store.change(
      [](WriteTransaction& transaction) { return zones::put(transaction, given_zone(1, "a.test")); });
  EXPECT_EQ(zones_since(0), (std::vector<int>{1, 1}));
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(dns_records::put(transaction, given_record(1, 1, "a.test")));
    BRINK_TRY(settings::put(transaction, id(1), {.id = "ssl", .value = "x"}));
    BRINK_TRY(hosts::put(transaction, "a.test", id(1)));
    return certificates::put(transaction, {.id = id(9), .zone = id(1), .hosts = {"a.test"}});
  });
  EXPECT_EQ(zones_since(1), (std::vector<int>(8, 1)));
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(certificates::remove(transaction, id(9)));
    return {};
  });
  EXPECT_EQ(zones_since(2), (std::vector<int>{1})) << "the index by zone says what the removed row cannot";
  store.change(putting("a"));
  EXPECT_TRUE(zones_since(3).empty());
}

}  // namespace
}  // namespace brink::store
