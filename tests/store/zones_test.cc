#include "store/zones.h"

#include "store/certificates.h"
#include "store/hosts.h"
#include "tests/store/given_store.h"

namespace brink::store {
namespace {

TEST(Zones, GivesBackWhatWasPut) {
  GivenStore store;
  const Zone zone{.id = id(1),
                  .account = id(2),
                  .name = "example.com",
                  .status = ZoneStatus::kActive,
                  .type = ZoneType::kPartial,
                  .paused = true,
                  .created = time_at(10),
                  .modified = time_at(20),
                  .activated = time_at(30),
                  .declared_in = "zones.d/x.toml",
                  .declaration = "{}",
                  .name_servers = {"ns1.example.net", "ns2.example.net"}};
  EXPECT_EQ(store.change([&](WriteTransaction& transaction) { return zones::put(transaction, zone); }), 1U);
  const auto read = store.read();
  const auto found = zones::get(*read, id(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, id(1));
  EXPECT_EQ(found->account, id(2));
  EXPECT_EQ(found->name, "example.com");
  EXPECT_EQ(found->status, ZoneStatus::kActive);
  EXPECT_EQ(found->type, ZoneType::kPartial);
  EXPECT_TRUE(found->paused);
  EXPECT_EQ(found->created, time_at(10));
  EXPECT_EQ(found->modified, time_at(20));
  EXPECT_EQ(found->activated, time_at(30));
  EXPECT_EQ(found->declared_in, "zones.d/x.toml");
  EXPECT_EQ(found->declaration, "{}");
  EXPECT_EQ(found->name_servers, (std::vector<std::string_view>{"ns1.example.net", "ns2.example.net"}));
  EXPECT_EQ(zones::count(*read), 1U);
  EXPECT_TRUE(zones::exists(*read, id(1)));
  EXPECT_FALSE(zones::get(*read, id(2)));
}

TEST(Zones, AreFoundByNameInAnyCase) {
  GivenStore store;
  store.change(
      [](WriteTransaction& transaction) { return zones::put(transaction, given_zone(1, "example.com")); });
  const auto read = store.read();
  EXPECT_TRUE(zones::find(*read, "EXAMPLE.com."));
  EXPECT_FALSE(zones::find(*read, "www.example.com"));
  EXPECT_FALSE(zones::find(*read, "com"));
  EXPECT_FALSE(zones::find(*read, ""));
  EXPECT_FALSE(zones::find(*read, "example..com"));
}

TEST(Zones, TheLongestNameAboveAHostEnclosesIt) {
  GivenStore store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(zones::put(transaction, given_zone(1, "example.com")));
    return zones::put(transaction, given_zone(2, "eu.example.com"));
  });
  const auto read = store.read();
  EXPECT_EQ(zones::find_enclosing(*read, "example.com")->id, id(1));
  EXPECT_EQ(zones::find_enclosing(*read, "www.example.com")->id, id(1));
  EXPECT_EQ(zones::find_enclosing(*read, "a.b.EU.example.com")->id, id(2));
  EXPECT_FALSE(zones::find_enclosing(*read, "badexample.com"));
  EXPECT_FALSE(zones::find_enclosing(*read, "com"));
}

TEST(Zones, ANameIsOneZonesOnly) {
  GivenStore store;
  store.change(
      [](WriteTransaction& transaction) { return zones::put(transaction, given_zone(1, "example.com")); });
  const auto second = store.writer->apply_now(
      [](WriteTransaction& transaction) { return zones::put(transaction, given_zone(2, "Example.COM")); });
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(StoreError::kTaken));
  EXPECT_EQ(store.environment->sequence(), 1U);
}

TEST(Zones, ARenamedZoneGivesItsOldNameBack) {
  GivenStore store;
  store.change(
      [](WriteTransaction& transaction) { return zones::put(transaction, given_zone(1, "a.test")); });
  store.change(
      [](WriteTransaction& transaction) { return zones::put(transaction, given_zone(1, "b.test")); });
  store.change(
      [](WriteTransaction& transaction) { return zones::put(transaction, given_zone(2, "a.test")); });
  const auto read = store.read();
  EXPECT_EQ(zones::find(*read, "a.test")->id, id(2));
  EXPECT_EQ(zones::find(*read, "b.test")->id, id(1));
}

TEST(Zones, RefuseWhatIsNoName) {
  GivenStore store;
  for (const std::string& name :
       {std::string(), std::string("."), std::string("a..b"), std::string(64, 'a')}) {
    const auto put = store.writer->apply_now(
        [&](WriteTransaction& transaction) { return zones::put(transaction, given_zone(1, name)); });
    ASSERT_FALSE(put) << name;
    EXPECT_TRUE(put.error().is(StoreError::kInvalid)) << name;
  }
}

TEST(Zones, AreWalkedInTheOrderOfNames) {
  GivenStore store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    std::uint8_t number = 0;
    for (const std::string_view name : {"z.org", "b.com", "a.b.com", "a.com", "b-c.com"})
      BRINK_TRY(zones::put(transaction, given_zone(++number, name)));
    return {};
  });
  const auto read = store.read();
  const auto names = [](zones::Scan scan) {
    std::vector<std::string> all;
    while (const auto zone = scan.next()) all.emplace_back(zone->name);
    return all;
  };
  EXPECT_EQ(names(zones::Scan(*read)),
            (std::vector<std::string>{"a.com", "b.com", "a.b.com", "b-c.com", "z.org"}));
  EXPECT_EQ(names(zones::Scan(*read, "a.b.com")), (std::vector<std::string>{"a.b.com", "b-c.com", "z.org"}));
  EXPECT_EQ(names(zones::Scan(*read, "zz")), (std::vector<std::string>{}));
  EXPECT_EQ(names(zones::Scan(*read, zones::Scan::Reverse())),
            (std::vector<std::string>{"z.org", "b-c.com", "a.b.com", "b.com", "a.com"}));
}

TEST(Zones, ArePassedOverAndNamedWithoutBeingRead) {
  GivenStore store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    std::uint8_t number = 0;
    for (const std::string_view name : {"a.com", "b.com", "c.com", "d.com"})
      BRINK_TRY(zones::put(transaction, given_zone(++number, name)));
    return {};
  });
  const auto read = store.read();
  zones::Scan scan(*read);
  scan.skip(2);
  EXPECT_EQ(scan.next_name(), "c.com");
  EXPECT_EQ(scan.zone()->id, id(3));
  scan.skip(0);
  EXPECT_EQ(scan.next()->name, "d.com");
  scan.skip(7);
  EXPECT_FALSE(scan.next_name());
  zones::Scan back(*read, zones::Scan::Reverse());
  back.skip(3);
  EXPECT_EQ(back.next()->name, "a.com");
  EXPECT_FALSE(back.next());
}

TEST(Zones, TakeAllThatBelongsToThemAlong) {
  GivenStore store;
  const auto fill = [](WriteTransaction& transaction, std::uint8_t zone, std::string_view name) -> Result<> {
    BRINK_TRY(zones::put(transaction, given_zone(zone, name)));
    for (std::uint8_t i = 1; i <= 9; ++i)
      BRINK_TRY(dns_records::put(transaction, given_record(zone, i, name, i)));
    BRINK_TRY(settings::put(transaction, id(zone), {.id = "ssl", .value = "\"full\""}));
    BRINK_TRY(hosts::put(transaction, name, id(zone)));
    return certificates::put(transaction, {.id = id(100 + zone), .zone = id(zone), .hosts = {name}});
  };
  store.change([&](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(fill(transaction, 1, "a.test"));
    return fill(transaction, 2, "b.test");
  });
  store.change([](WriteTransaction& transaction) -> Result<> {
    EXPECT_TRUE(BRINK_TRY(zones::remove(transaction, id(1))));
    EXPECT_FALSE(BRINK_TRY(zones::remove(transaction, id(1))));
    return {};
  });
  const auto usage = store.environment->usage().value();
  const auto rows = [&](Table table) { return usage.rows[static_cast<std::size_t>(table)]; };
  EXPECT_EQ(rows(Table::kZones), 1U);
  EXPECT_EQ(rows(Table::kZonesByName), 1U);
  EXPECT_EQ(rows(Table::kDnsRecords), 9U);
  EXPECT_EQ(rows(Table::kDnsRecordsById), 9U);
  EXPECT_EQ(rows(Table::kCounts), 1U);
  EXPECT_EQ(rows(Table::kSettings), 1U);
  EXPECT_EQ(rows(Table::kHosts), 1U);
  EXPECT_EQ(rows(Table::kHostsByZone), 1U);
  EXPECT_EQ(rows(Table::kCertificates), 1U);
  EXPECT_EQ(rows(Table::kCertificatesByHost), 1U);
  EXPECT_EQ(rows(Table::kCertificatesByZone), 1U);
  const auto read = store.read();
  EXPECT_EQ(dns_records::count(*read, id(1)), 0U);
  EXPECT_EQ(dns_records::count(*read, id(2)), 9U);
  EXPECT_EQ(hosts::find(*read, "a.test"), std::nullopt);
  EXPECT_EQ(hosts::find(*read, "b.test"), id(2));
}

TEST(Settings, AreKeptByZoneAndName) {
  GivenStore store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(zones::put(transaction, given_zone(1, "a.test")));
    BRINK_TRY(settings::put(transaction, id(1), {.id = "ssl", .value = "\"full\"", .modified = time_at(5)}));
    return settings::put(transaction, id(1), {.id = "brotli", .value = "\"on\""});
  });
  {
    const auto read = store.read();
    const auto ssl = settings::get(*read, id(1), "ssl");
    ASSERT_TRUE(ssl);
    EXPECT_EQ(ssl->id, "ssl");
    EXPECT_EQ(ssl->value, "\"full\"");
    EXPECT_EQ(ssl->modified, time_at(5));
    EXPECT_FALSE(settings::get(*read, id(1), "ss"));
    EXPECT_FALSE(settings::get(*read, id(2), "ssl"));
    const auto all = settings::all(*read, id(1));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].id, "brotli");
    EXPECT_EQ(all[1].id, "ssl");
  }
  store.change([](WriteTransaction& transaction) -> Result<> {
    EXPECT_TRUE(BRINK_TRY(settings::remove(transaction, id(1), "ssl")));
    EXPECT_FALSE(BRINK_TRY(settings::remove(transaction, id(1), "ssl")));
    return {};
  });
  EXPECT_FALSE(settings::get(*store.read(), id(1), "ssl"));
}

TEST(Settings, NeedTheirZone) {
  GivenStore store;
  const auto put = store.writer->apply_now([](WriteTransaction& transaction) {
    return settings::put(transaction, id(1), {.id = "ssl", .value = "\"full\""});
  });
  ASSERT_FALSE(put);
  EXPECT_TRUE(put.error().is(StoreError::kInvalid));
}

TEST(Hosts, TheMostSpecificPatternWins) {
  GivenStore store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    std::uint8_t number = 0;
    for (const std::string_view pattern :
         {"*", "*.example.com", "*.eu.example.com", "www.eu.example.com", "example.com"}) {
      ++number;
      BRINK_TRY(
          zones::put(transaction, given_zone(number, std::string("z") + static_cast<char>('0' + number))));
      EXPECT_TRUE(BRINK_TRY(hosts::put(transaction, pattern, id(number))));
    }
    return {};
  });
  const auto read = store.read();
  EXPECT_EQ(hosts::find(*read, "other.org"), id(1));
  EXPECT_EQ(hosts::find(*read, "a.b.example.com"), id(2));
  EXPECT_EQ(hosts::find(*read, "a.b.eu.example.com"), id(3));
  EXPECT_EQ(hosts::find(*read, "WWW.eu.example.com"), id(4));
  EXPECT_EQ(hosts::find(*read, "example.com"), id(5));
  EXPECT_EQ(hosts::find(*read, "eu.example.com"), id(2));
  EXPECT_EQ(hosts::find(*read, "not a..name"), std::nullopt);
}

TEST(Hosts, AClaimOfAnotherZoneStays) {
  GivenStore store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(zones::put(transaction, given_zone(1, "a.test")));
    BRINK_TRY(zones::put(transaction, given_zone(2, "b.test")));
    EXPECT_TRUE(BRINK_TRY(hosts::put(transaction, "www.test", id(1))));
    EXPECT_TRUE(BRINK_TRY(hosts::put(transaction, "www.test", id(1))));
    EXPECT_FALSE(BRINK_TRY(hosts::put(transaction, "www.test", id(2))));
    return {};
  });
  EXPECT_EQ(hosts::find(*store.read(), "www.test"), id(1));
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(hosts::remove_all_of(transaction, id(2)));
    EXPECT_EQ(hosts::find(transaction, "www.test"), id(1));
    BRINK_TRY(hosts::remove_all_of(transaction, id(1)));
    EXPECT_EQ(hosts::find(transaction, "www.test"), std::nullopt);
    EXPECT_TRUE(BRINK_TRY(hosts::put(transaction, "www.test", id(2))));
    return {};
  });
}

}  // namespace
}  // namespace brink::store
