#include "store/dns_records.h"

#include "tests/store/given_store.h"

namespace brink::store {
namespace {

constexpr std::uint16_t kA = 1, kCname = 5, kMx = 15, kTxt = 16, kAaaa = 28, kCaa = 257;

// A store with zone 1, example.com.
struct GivenZone : GivenStore {
  GivenZone() {
    change(
        [](WriteTransaction& transaction) { return zones::put(transaction, given_zone(1, "example.com")); });
  }
  void has(DnsRecord record) {
    change([&](WriteTransaction& transaction) { return dns_records::put(transaction, record); });
  }
  void has_proxied(std::uint8_t number, std::string_view name, std::uint16_t type = kA) {
    auto record = given_record(1, number, name, type);
    record.proxied = true;
    has(record);
  }
  // The last bytes of the ids of the records that HTTP for `host` goes to.
  std::vector<int> proxied(std::string_view host) {
    const auto transaction = read();
    std::vector<int> numbers;
    for (const auto& record : dns_records::proxied(*transaction, id(1), host))
      numbers.push_back(record.id.bytes.back());
    return numbers;
  }
};

std::vector<std::string> walk(dns_records::Scan scan) {
  std::vector<std::string> all;
  while (const auto record = scan.next()) all.push_back(fmt::format("{} {}", record->name, record->type));
  return all;
}

TEST(DnsRecords, GiveBackWhatWasPut) {
  GivenZone store;
  const DnsRecord record{.id = id(7),
                         .zone = id(1),
                         .name = "mail.example.com",
                         .type = kMx,
                         .ttl = 300,
                         .proxied = true,
                         .content = "mx.example.com",
                         .rdata = "\2mx\7example\3com",
                         .data = "{}",
                         .priority = 10,
                         .comment = "mail",
                         .tags = {"owner:me", "x:y"},
                         .settings = "{\"ipv4_only\":true}",
                         .created = time_at(1),
                         .modified = time_at(2),
                         .comment_modified = time_at(3),
                         .tags_modified = time_at(4),
                         .declared_in = "brink.toml"};
  store.has(record);
  const auto read = store.read();
  const auto found = dns_records::get(*read, id(1), id(7));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, record.id);
  EXPECT_EQ(found->zone, record.zone);
  EXPECT_EQ(found->name, record.name);
  EXPECT_EQ(found->type, record.type);
  EXPECT_EQ(found->ttl, record.ttl);
  EXPECT_EQ(found->proxied, record.proxied);
  EXPECT_EQ(found->content, record.content);
  EXPECT_EQ(found->rdata, record.rdata);
  EXPECT_EQ(found->data, record.data);
  EXPECT_EQ(found->priority, record.priority);
  EXPECT_EQ(found->comment, record.comment);
  EXPECT_EQ(found->tags, record.tags);
  EXPECT_EQ(found->settings, record.settings);
  EXPECT_EQ(found->created, record.created);
  EXPECT_EQ(found->modified, record.modified);
  EXPECT_EQ(found->comment_modified, record.comment_modified);
  EXPECT_EQ(found->tags_modified, record.tags_modified);
  EXPECT_EQ(found->declared_in, record.declared_in);
  EXPECT_FALSE(dns_records::get(*read, id(2), id(7)));
  EXPECT_FALSE(dns_records::get(*read, id(1), id(8)));
}

TEST(DnsRecords, MoveWithTheirNameAndTypeAndAreCountedOnce) {
  GivenZone store;
  store.has(given_record(1, 7, "a.example.com", kA));
  store.has(given_record(1, 7, "b.example.com", kTxt));
  const auto read = store.read();
  EXPECT_EQ(walk({*read, id(1)}), (std::vector<std::string>{"b.example.com 16"}));
  EXPECT_EQ(dns_records::count(*read, id(1)), 1U);
  EXPECT_EQ(dns_records::get(*read, id(1), id(7))->type, kTxt);
}

TEST(DnsRecords, AreCountedPerZone) {
  GivenZone store;
  store.change(
      [](WriteTransaction& transaction) { return zones::put(transaction, given_zone(2, "b.test")); });
  for (std::uint8_t number = 1; number <= 5; ++number) store.has(given_record(1, number, "example.com"));
  store.has(given_record(2, 1, "b.test"));
  store.change([](WriteTransaction& transaction) -> Result<> {
    EXPECT_TRUE(BRINK_TRY(dns_records::remove(transaction, id(1), id(3))));
    EXPECT_FALSE(BRINK_TRY(dns_records::remove(transaction, id(1), id(3))));
    EXPECT_EQ(dns_records::count(transaction, id(1)), 4U);
    return {};
  });
  const auto read = store.read();
  EXPECT_EQ(dns_records::count(*read, id(1)), 4U);
  EXPECT_EQ(dns_records::count(*read, id(2)), 1U);
  EXPECT_EQ(dns_records::count(*read, id(3)), 0U);
}

TEST(DnsRecords, NeedANameAndTheirZone) {
  GivenZone store;
  for (const auto& record : {given_record(1, 1, ""), given_record(1, 1, "a..b"),
                             given_record(2, 1, "example.com"), given_record(1, 0, "example.com")}) {
    const auto put = store.writer->apply_now(
        [&](WriteTransaction& transaction) { return dns_records::put(transaction, record); });
    ASSERT_FALSE(put);
    EXPECT_TRUE(put.error().is(StoreError::kInvalid));
  }
}

TEST(DnsRecords, AScanKeepsToItsNameAndType) {
  GivenZone store;
  store.has(given_record(1, 1, "example.com", kA));
  store.has(given_record(1, 2, "example.com", kA));
  store.has(given_record(1, 3, "example.com", kCaa));
  store.has(given_record(1, 4, "a.example.com", kA));
  store.has(given_record(1, 5, R"(\000.example.com)", kA));
  store.has(given_record(1, 6, R"(\001.example.com)", kA));
  store.has(given_record(1, 7, "a.a.example.com", kTxt));
  const auto read = store.read();
  EXPECT_EQ(walk({*read, id(1), "EXAMPLE.com"}),
            (std::vector<std::string>{"example.com 1", "example.com 1", "example.com 257"}));
  EXPECT_EQ(walk({*read, id(1), "example.com", kCaa}), (std::vector<std::string>{"example.com 257"}));
  EXPECT_EQ(walk({*read, id(1), "a.example.com"}), (std::vector<std::string>{"a.example.com 1"}));
  EXPECT_EQ(walk({*read, id(1)}).size(), 7U);
  EXPECT_TRUE(walk({*read, id(1), "com"}).empty());
  EXPECT_TRUE(walk({*read, id(1), ""}).empty());
  EXPECT_TRUE(walk({*read, id(1), "a..b"}).empty());
  EXPECT_TRUE(walk({*read, id(2)}).empty());
}

TEST(DnsRecords, ANameExistsWhereOneBelowItDoes) {
  GivenZone store;
  store.has(given_record(1, 1, "a.b.example.com"));
  const auto read = store.read();
  EXPECT_TRUE(dns_records::has_name(*read, id(1), "a.b.example.com"));
  EXPECT_TRUE(dns_records::has_name(*read, id(1), "b.example.com"));
  EXPECT_TRUE(dns_records::has_name(*read, id(1), "example.com"));
  EXPECT_FALSE(dns_records::has_name(*read, id(1), "c.example.com"));
  EXPECT_FALSE(dns_records::has_name(*read, id(1), "x.a.b.example.com"));
  EXPECT_FALSE(dns_records::has_name(*read, id(2), "example.com"));
}

TEST(Proxied, AreTheAddressesAndAliasesOfTheName) {
  GivenZone store;
  store.has_proxied(1, "www.example.com", kA);
  store.has_proxied(2, "www.example.com", kAaaa);
  store.has_proxied(3, "cdn.example.com", kCname);
  store.has(given_record(1, 4, "www.example.com", kA));  // grey
  store.has_proxied(5, "www.example.com", kTxt);
  EXPECT_EQ(store.proxied("WWW.example.com"), (std::vector<int>{1, 2}));
  EXPECT_EQ(store.proxied("cdn.example.com"), (std::vector<int>{3}));
  EXPECT_TRUE(store.proxied("example.com").empty());
  EXPECT_TRUE(store.proxied("other.org").empty());
  EXPECT_TRUE(store.proxied("a..b").empty());
}

// The zone of RFC 4592 section 2.2.1, with records that HTTP could go to.
TEST(Proxied, WildcardsCoverWhatRfc4592SaysTheyDo) {
  GivenZone store;
  store.change(
      [](WriteTransaction& transaction) { return zones::put(transaction, given_zone(1, "example")); });
  store.has(given_record(1, 1, "example", 6));
  store.has_proxied(2, "*.example");
  store.has(given_record(1, 3, "sub.*.example", kTxt));
  store.has_proxied(4, "host1.example");
  store.has(given_record(1, 5, "_ssh._tcp.host1.example", 33));
  store.has(given_record(1, 6, "_ssh._tcp.host2.example", 33));
  // "host3.example. ... no data of this type but from the wildcard", and any number of labels.
  EXPECT_EQ(store.proxied("host3.example"), (std::vector<int>{2}));
  EXPECT_EQ(store.proxied("foo.bar.example"), (std::vector<int>{2}));
  // "because host1.example. exists"
  EXPECT_EQ(store.proxied("host1.example"), (std::vector<int>{4}));
  // "because sub.*.example. exists"
  EXPECT_TRUE(store.proxied("sub.*.example").empty());
  // "because _tcp.host1.example. exists (without data)"
  EXPECT_TRUE(store.proxied("_telnet._tcp.host1.example").empty());
  EXPECT_TRUE(store.proxied("_tcp.host1.example").empty());
  // "because host.sub.*.example"'s closest encloser is sub.*.example., and "ghost.*.example." has *.example.
  // as its own.
  EXPECT_TRUE(store.proxied("host.sub.*.example").empty());
  EXPECT_TRUE(store.proxied("ghost.*.example").empty());
  // host2 has no records and yet exists.
  EXPECT_TRUE(store.proxied("host2.example").empty());
  EXPECT_TRUE(store.proxied("x.host2.example").empty());
  EXPECT_TRUE(store.proxied("example").empty());
}

TEST(Proxied, AWildcardDeepInTheZoneHidesTheOneAbove) {
  GivenZone store;
  store.has_proxied(1, "*.example.com");
  store.has_proxied(2, "*.eu.example.com");
  EXPECT_EQ(store.proxied("a.example.com"), (std::vector<int>{1}));
  EXPECT_EQ(store.proxied("a.eu.example.com"), (std::vector<int>{2}));
  EXPECT_TRUE(store.proxied("eu.example.com").empty());  // an empty non-terminal
  EXPECT_EQ(store.proxied("a.us.example.com"), (std::vector<int>{1}));
  EXPECT_EQ(store.proxied("*.example.com"), (std::vector<int>{1}));
}

// The search by neighbours must say what a search label by label says.
TEST(Proxied, AgreesWithALabelByLabelSearch) {
  GivenZone store;
  FastRandom random(7);
  const auto any_name = [&] {
    static constexpr std::string_view kLabels[] = {"a", "b", "*", "ab", R"(\000)", "zz"};
    std::string name;
    for (std::uint64_t labels = random.below(4); labels-- > 0;)
      name += std::string(kLabels[random.below(6)]) + ".";
    return name + "example.com";
  };
  for (int round = 0; round < 20; ++round) {
    store.change([](WriteTransaction& transaction) -> Result<> {
      BRINK_TRY(zones::remove(transaction, id(1)));
      return zones::put(transaction, given_zone(1, "example.com"));
    });
    for (std::uint8_t number = 1; number <= 5; ++number) store.has_proxied(number, any_name());
    const auto read = store.read();
    const auto of_name = [&](const std::string& name) {
      std::vector<int> numbers;
      dns_records::Scan scan(*read, id(1), name);
      while (const auto record = scan.next()) numbers.push_back(record->id.bytes.back());
      return numbers;
    };
    for (int i = 0; i < 50; ++i) {
      const std::string host = any_name();
      std::string encloser = host;
      while (encloser != "example.com" && !dns_records::has_name(*read, id(1), encloser))
        encloser = encloser.substr(encloser.find('.') + 1);
      EXPECT_EQ(store.proxied(host), of_name(encloser == host ? host : "*." + encloser)) << host;
    }
  }
}

}  // namespace
}  // namespace brink::store
