#include "store/check.h"

#include "base/encoding.h"
#include "store/accounts.h"
#include "store/acme_state.h"
#include "store/audit_log.h"
#include "store/certificates.h"
#include "store/hosts.h"
#include "store/meta.h"
#include "store/rows.h"
#include "store/tokens.h"
#include "tests/store/given_store.h"

#include <gmock/gmock.h>

namespace brink::store {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// A store with a row of each kind.
struct GivenRows : GivenStore {
  GivenRows() {
    change([](WriteTransaction& transaction) -> Result<> {
      BRINK_TRY(accounts::put(transaction, {.id = id(1), .name = "a"}));
      BRINK_TRY(users::put(transaction, {.id = id(1), .email = "a@b"}));
      for (const std::uint8_t zone : {1, 2}) {
        const std::string name = zone == 1 ? "a.test" : "b.test";
        BRINK_TRY(zones::put(transaction, given_zone(zone, name)));
        for (std::uint8_t record = 1; record <= 3; ++record)
          BRINK_TRY(dns_records::put(transaction, given_record(zone, record, "www." + name)));
        BRINK_TRY(settings::put(transaction, id(zone), {.id = "ssl", .value = "\"full\""}));
        BRINK_TRY(hosts::put(transaction, name, id(zone)));
        BRINK_TRY(
            certificates::put(transaction, {.id = id(zone), .zone = id(zone), .hosts = {name, "*." + name}}));
      }
      TokenHash hash;
      hash.fill(1);
      BRINK_TRY(tokens::put(transaction, {.id = id(1), .hash = hash}));
      BRINK_TRY(origin_certificates::put(transaction, {.serial = "12", .hosts = {"a.test"}}));
      BRINK_TRY(acme_state::put(transaction, "x", "y"));
      return audit_log::add(transaction,
                            {.id = id(1), .account = id(1), .when = time_at(1), .action = "rec_add"});
    });
  }

  std::vector<std::string> problems() {
    const auto report = check(*environment, {});
    EXPECT_TRUE(report);
    return report->problems;
  }
  // What is wrong after a change below the typed tables.
  std::vector<std::string> after(Writer::Change damage) {
    change(std::move(damage));
    return problems();
  }
  std::vector<std::string> after_put(Table table, std::string key, std::string value) {
    return after([&](WriteTransaction& transaction) { return transaction.put(table, key, value); });
  }
  std::vector<std::string> after_remove(Table table, std::string key) {
    return after([&](WriteTransaction& transaction) -> Result<> {
      EXPECT_TRUE(BRINK_TRY(transaction.remove(table, key)));
      return {};
    });
  }
};

std::string key(std::uint8_t number) { return std::string(id(number).view()); }
std::string key(std::uint8_t first, std::uint8_t second) { return key(first) + key(second); }
std::string name(std::string_view text) { return name_key(text).value(); }
std::string record_key(std::uint8_t zone, std::uint8_t number, std::string_view text) {
  return key(zone) + name(text) + std::string("\0\0\1", 3) + key(number);
}

TEST(Check, FindsNothingWrongWithAGoodStore) {
  GivenRows store;
  std::uint64_t told = 0;
  const auto report = check(*store.environment, [&](std::uint64_t rows) { told = rows; });
  ASSERT_TRUE(report);
  EXPECT_THAT(report->problems, IsEmpty());
  EXPECT_FALSE(report->more);
  EXPECT_GT(report->rows, 40U);
  EXPECT_EQ(told, 0U) << "so few rows are worth no progress";
}

TEST(Check, NamesRowsThatCannotBeRead) {
  const struct {
    Table table;
    std::string key;
  } rows[] = {
      {Table::kAccounts, key(1)},
      {Table::kUsers, key(1)},
      {Table::kZones, key(1)},
      {Table::kDnsRecords, record_key(1, 2, "www.a.test")},
      {Table::kSettings, key(1) + "ssl"},
      {Table::kCertificates, key(1)},
      {Table::kTokens, key(1)},
      {Table::kOriginCertificates, std::string("\2") + "12"},
      {Table::kAudit, key(1) + std::string("\x80\0\0\0\0\x0f\x42\x40", 8) + key(1)},
  };
  for (const auto& row : rows) {
    GivenRows store;
    ASSERT_TRUE(store.read()->get(row.table, row.key)) << table_name(row.table);
    EXPECT_THAT(store.after_put(row.table, row.key, "no tuple"),
                Contains(fmt::format("{} {}: cannot be read", table_name(row.table), hex_encode(row.key))));
  }
}

TEST(Check, NamesRowsOutsideOfTheirIndexes) {
  const struct {
    Table index;
    std::string key;
    std::string problem;
  } cases[] = {
      {Table::kZonesByName, name("a.test"),
       "zones 00000000000000000000000000000001: is not found by its name"},
      {Table::kDnsRecordsById, key(1, 2), ": is not found by its id"},
      {Table::kCertificatesByHost, name("*.a.test") + '\0' + key(1), ": is not found by its host"},
      {Table::kCertificatesByZone, key(1, 1), ": is not found by its zone"},
      {Table::kTokensByHash, std::string(32, '\1'), ": is not found by its hash"},
      {Table::kHostsByZone, key(1) + name("a.test"),
       fmt::format("hosts {}: is not found by its zone", hex_encode(name("a.test")))},
  };
  for (const auto& each : cases) {
    GivenRows store;
    EXPECT_THAT(store.after_remove(each.index, each.key), Contains(HasSubstr(each.problem)))
        << table_name(each.index);
  }
}

TEST(Check, NamesIndexesThatLeadNowhere) {
  const struct {
    Table table;
    std::string key;
    std::string problem;
  } cases[] = {
      {Table::kZones, key(1), fmt::format("zones_by_name {}: leads to no zone", hex_encode(name("a.test")))},
      {Table::kDnsRecords, record_key(1, 2, "www.a.test"), ": leads to no record"},
      {Table::kCertificates, key(1), ": leads to no certificate"},
      {Table::kTokens, key(1), ": leads to no token"},
      {Table::kHosts, name("a.test"), ": leads to no host of the zone"},
  };
  for (const auto& each : cases) {
    GivenRows store;
    EXPECT_THAT(store.after_remove(each.table, each.key), Contains(HasSubstr(each.problem)))
        << table_name(each.table);
  }
}

TEST(Check, NamesRowsOfAZoneThatIsNotThere) {
  GivenRows store;
  const auto problems = store.after([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(transaction.remove(Table::kZones, key(1)));
    BRINK_TRY(transaction.remove(Table::kZonesByName, name("a.test")));
    return {};
  });
  EXPECT_THAT(problems, Contains(HasSubstr("dns_records ")));
  EXPECT_THAT(problems, Contains(HasSubstr("settings ")));
  EXPECT_THAT(problems, Contains(HasSubstr("certificates ")));
  EXPECT_THAT(problems, Contains(HasSubstr("hosts ")));
  EXPECT_EQ(problems.size(), 3U + 1 + 1 + 1);
}

TEST(Check, NamesIndexesThatLeadElsewhere) {
  {
    GivenRows store;
    EXPECT_THAT(store.after_put(Table::kZonesByName, name("a.test"), key(2)),
                Contains(HasSubstr("leads to a zone of another name")));
  }
  {
    GivenRows store;
    EXPECT_THAT(store.after_put(Table::kTokensByHash, std::string(32, '\2'), key(1)),
                Contains(HasSubstr("leads to a token of another hash")));
  }
  {
    GivenRows store;
    EXPECT_THAT(store.after_put(Table::kCertificatesByHost, name("x.test") + '\0' + key(1), key(1)),
                Contains(HasSubstr("leads to a certificate of other hosts")));
  }
  {
    GivenRows store;
    EXPECT_THAT(store.after_put(Table::kCertificatesByHost, name("a.test") + '\0' + key(1), key(2)),
                Contains(HasSubstr("names another zone than the certificate")));
  }
  {
    GivenRows store;
    EXPECT_THAT(store.after_put(Table::kCertificatesByZone, key(2, 1), ""),
                Contains(HasSubstr("leads to a certificate of another zone")));
  }
  {
    GivenRows store;
    const std::string row(*store.read()->get(Table::kDnsRecords, record_key(1, 2, "www.a.test")));
    EXPECT_THAT(store.after_put(Table::kDnsRecords, record_key(1, 2, "other.a.test"), row),
                Contains(HasSubstr("stands under another name")));
  }
}

TEST(Check, NamesKeysThatAreNone) {
  GivenRows store;
  const auto problems = store.after([](WriteTransaction& transaction) -> Result<> {
    for (const Table table : {Table::kMeta,
                              Table::kAccounts,
                              Table::kUsers,
                              Table::kZones,
                              Table::kZonesByName,
                              Table::kDnsRecords,
                              Table::kDnsRecordsById,
                              Table::kSettings,
                              Table::kCertificates,
                              Table::kCertificatesByHost,
                              Table::kCertificatesByZone,
                              Table::kTokens,
                              Table::kTokensByHash,
                              Table::kAudit,
                              Table::kOriginCertificates,
                              Table::kHosts,
                              Table::kHostsByZone,
                              Table::kCounts,
                              Table::kRulesets,
                              Table::kRulesetVersions,
                              Table::kOlderRules,
                              Table::kLists,
                              Table::kListsByName,
                              Table::kListItems,
                              Table::kListOperations}) {
      BRINK_TRY(transaction.put(table, "x", "y"));
    }
    return {};
  });
  EXPECT_EQ(problems.size(), 25U) << testing::PrintToString(problems);
}

TEST(Check, NamesCountsThatAreWrong) {
  const CountKey of_zone(Table::kDnsRecords, id(1).view());
  {
    GivenRows store;
    EXPECT_THAT(
        store.after_put(Table::kCounts, std::string(of_zone.view()), std::string(StoredNumber(9).view())),
        Contains(HasSubstr("says 9 where there are 3")));
  }
  {
    GivenRows store;
    const CountKey of_nothing(Table::kDnsRecords, id(77).view());
    EXPECT_THAT(
        store.after_put(Table::kCounts, std::string(of_nothing.view()), std::string(StoredNumber(1).view())),
        Contains(HasSubstr("counts what is not there")));
  }
}

TEST(Check, NamesGapsInTheLog) {
  const auto with_changes = [](GivenRows& store) {
    for (int i = 0; i < 5; ++i) {
      store.change([&](WriteTransaction& transaction) -> Result<> {
        BRINK_TRY(acme_state::put(transaction, "a", std::to_string(i)));
        return acme_state::put(transaction, "b", std::to_string(i));
      });
    }
  };
  const auto log_key = [](std::uint64_t sequence, std::uint32_t operation) {
    return std::string(LogKey(sequence, operation).view());
  };
  {
    GivenRows store;
    with_changes(store);
    EXPECT_THAT(store.after_remove(Table::kChanges, log_key(3, 0)),
                Contains(HasSubstr("does not follow on the operation before it")));
  }
  {
    GivenRows store;
    with_changes(store);
    EXPECT_THAT(store.after_put(Table::kChanges, log_key(3, 1), "bad"),
                Contains(HasSubstr("cannot be read")));
  }
  {
    GivenRows store;
    with_changes(store);
    EXPECT_THAT(store.after_put(Table::kChanges, log_key(7, 0), "bad"),
                Contains(HasSubstr("is of a change that has not been made")));
  }
  {
    GivenRows store;
    with_changes(store);
    EXPECT_THAT(store.after([&](WriteTransaction& transaction) -> Result<> {
      BRINK_TRY(transaction.remove(Table::kChanges, log_key(6, 0)));
      BRINK_TRY(transaction.remove(Table::kChanges, log_key(6, 1)));
      return transaction.put(Table::kMeta, kLogCutKey, StoredNumber(0).view());
    }),
                Contains("changes: the log ends at change 5, the store is at 6"));
  }
}

TEST(Check, NamesASchemaThatIsAnother) {
  GivenRows store;
  EXPECT_THAT(store.after_put(Table::kMeta, std::string(kSchemaKey), std::string(StoredNumber(0).view())),
              Contains("meta: the schema is not that of this Brink"));
}

TEST(Check, StopsNamingAfterSoMany) {
  GivenRows store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    for (int i = 0; i < 200; ++i)
      BRINK_TRY(transaction.put(Table::kZones, std::string(1, static_cast<char>(i)), "bad"));
    return {};
  });
  const auto report = check(*store.environment, {});
  EXPECT_EQ(report->problems.size(), kMostProblems);
  EXPECT_TRUE(report->more);
}

TEST(Check, TellsHowFarItIs) {
  GivenStore store;
  for (int commit = 0; commit < 6; ++commit) {
    store.change([&](WriteTransaction& transaction) -> Result<> {
      for (int i = 0; i < 10'000; ++i)
        BRINK_TRY(acme_state::put(transaction, std::to_string(commit * 10'000 + i), "x"));
      return {};
    });
  }
  std::vector<std::uint64_t> told;
  EXPECT_THAT(check(*store.environment, [&](std::uint64_t rows) { told.push_back(rows); })->problems,
              IsEmpty());
  EXPECT_EQ(told, (std::vector<std::uint64_t>{100'000}));
}

TEST(BadRows, ReadAsNothing) {
  GivenRows store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(transaction.put(Table::kZones, key(1), "no tuple"));
    BRINK_TRY(transaction.put(Table::kDnsRecords, record_key(2, 2, "www.b.test"), ""));
    return transaction.put(Table::kCertificates, key(1), std::string(9, '\xff'));
  });
  const auto read = store.read();
  EXPECT_FALSE(zones::get(*read, id(1)));
  EXPECT_FALSE(zones::find(*read, "a.test"));
  EXPECT_FALSE(certificates::get(*read, id(1)));
  EXPECT_TRUE(certificates::for_host(*read, "a.test", {}).empty());
  zones::Scan zones(*read);
  EXPECT_EQ(zones.next()->id, id(2));
  EXPECT_FALSE(zones.next());
  dns_records::Scan records(*read, id(2));
  EXPECT_EQ(records.next()->id, id(1));
  EXPECT_EQ(records.next()->id, id(3));
  EXPECT_FALSE(records.next());
}

}  // namespace
}  // namespace brink::store
