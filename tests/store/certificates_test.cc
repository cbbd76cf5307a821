#include "store/certificates.h"

#include "store/hosts.h"
#include "tests/store/given_store.h"

namespace brink::store {
namespace {

struct GivenZones : GivenStore {
  GivenZones() {
    change([](WriteTransaction& transaction) -> Result<> {
      BRINK_TRY(zones::put(transaction, given_zone(1, "a.test")));
      return zones::put(transaction, given_zone(2, "b.test"));
    });
  }
  void has(const Certificate& certificate) {
    change([&](WriteTransaction& transaction) { return certificates::put(transaction, certificate); });
  }
  std::vector<int> for_host(std::string_view host, Time now = {}) {
    const auto transaction = read();
    return numbers(certificates::for_host(*transaction, host, now));
  }
  static std::vector<int> numbers(const std::vector<Certificate>& certificates) {
    std::vector<int> all;
    for (const auto& each : certificates) all.push_back(each.id.bytes.back());
    return all;
  }
};

TEST(Certificates, GiveBackWhatWasPut) {
  GivenZones store;
  const Certificate certificate{.id = id(9),
                                .zone = id(1),
                                .source = CertificateSource::kAcme,
                                .hosts = {"a.test", "*.a.test"},
                                .chain = "chain",
                                .key = "key",
                                .ocsp = "ocsp",
                                .issuer = "issuer",
                                .signature = "ECDSAWithSHA256",
                                .details = "{}",
                                .priority = -3,
                                .uploaded = time_at(1),
                                .modified = time_at(2),
                                .expires = time_at(3)};
  store.has(certificate);
  const auto read = store.read();
  const auto found = certificates::get(*read, id(9));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->zone, id(1));
  EXPECT_EQ(found->source, CertificateSource::kAcme);
  EXPECT_EQ(found->hosts, certificate.hosts);
  EXPECT_EQ(found->chain, "chain");
  EXPECT_EQ(found->key, "key");
  EXPECT_EQ(found->ocsp, "ocsp");
  EXPECT_EQ(found->issuer, "issuer");
  EXPECT_EQ(found->signature, "ECDSAWithSHA256");
  EXPECT_EQ(found->details, "{}");
  EXPECT_EQ(found->priority, -3);
  EXPECT_EQ(found->uploaded, time_at(1));
  EXPECT_EQ(found->modified, time_at(2));
  EXPECT_EQ(found->expires, time_at(3));
}

TEST(Certificates, AnExactNameGoesBeforeAWildcardOfOneLabel) {
  GivenZones store;
  store.has({.id = id(1), .zone = id(1), .hosts = {"*.a.test"}});
  store.has({.id = id(2), .zone = id(1), .hosts = {"www.a.test"}});
  EXPECT_EQ(store.for_host("WWW.a.test"), (std::vector<int>{2}));
  EXPECT_EQ(store.for_host("x.a.test"), (std::vector<int>{1}));
  EXPECT_TRUE(store.for_host("a.test").empty());
  EXPECT_TRUE(store.for_host("x.y.a.test").empty());
  EXPECT_TRUE(store.for_host("").empty());
}

TEST(Certificates, TheBestComesFirst) {
  GivenZones store;
  store.has({.id = id(1),
             .zone = id(1),
             .hosts = {"a.test"},
             .priority = 1,
             .uploaded = time_at(9),
             .expires = time_at(10)});
  store.has({.id = id(2),
             .zone = id(1),
             .hosts = {"a.test"},
             .priority = 2,
             .uploaded = time_at(1),
             .expires = time_at(5)});
  store.has({.id = id(3),
             .zone = id(1),
             .hosts = {"a.test"},
             .priority = 1,
             .uploaded = time_at(8),
             .expires = time_at(20)});
  store.has({.id = id(4), .zone = id(2), .hosts = {"b.test"}, .priority = 9});
  EXPECT_EQ(store.for_host("a.test"), (std::vector<int>{2, 3, 1}));
  const auto read = store.read();
  EXPECT_EQ(GivenZones::numbers(certificates::of_zone(*read, id(1))), (std::vector<int>{2, 1, 3}));
}

TEST(Certificates, OneThatHasEndedCountsOnlyWhereAllHave) {
  GivenZones store;
  store.has({.id = id(1), .zone = id(1), .hosts = {"www.a.test"}, .priority = 9, .expires = time_at(10)});
  store.has({.id = id(2), .zone = id(1), .hosts = {"www.a.test"}, .priority = 1, .expires = time_at(20)});
  store.has({.id = id(3), .zone = id(1), .hosts = {"*.a.test"}, .priority = 0, .expires = time_at(30)});
  EXPECT_EQ(store.for_host("www.a.test", time_at(9)), (std::vector<int>{1, 2}));
  EXPECT_EQ(store.for_host("www.a.test", time_at(10)), (std::vector<int>{2}));
  EXPECT_EQ(store.for_host("www.a.test", time_at(25)), (std::vector<int>{3}))
      << "the wildcard's is good still";
  EXPECT_EQ(store.for_host("www.a.test", time_at(30)), (std::vector<int>{1, 2})) << "better than none";
  EXPECT_EQ(store.for_host("x.a.test", time_at(30)), (std::vector<int>{3}));
}

TEST(Certificates, OfAZoneAboveShowNothingOfTheZoneThatHasTheHost) {
  GivenZones store;
  store.has({.id = id(1), .zone = id(1), .hosts = {"shop.a.test", "www.shop.a.test", "*.shop.a.test"}});
  EXPECT_EQ(store.for_host("shop.a.test"), (std::vector<int>{1}));
  store.change([](WriteTransaction& transaction) -> Result<> {
    return zones::put(transaction, given_zone(3, "shop.a.test"));
  });
  for (const char* host : {"shop.a.test", "www.shop.a.test", "x.shop.a.test"})
    EXPECT_TRUE(store.for_host(host).empty()) << host;
  store.has({.id = id(2), .zone = id(3), .hosts = {"shop.a.test"}});
  EXPECT_EQ(store.for_host("shop.a.test"), (std::vector<int>{2}));
  store.has({.id = id(3), .zone = id(1), .hosts = {"elsewhere.test", "x.b.test"}});
  EXPECT_TRUE(store.for_host("elsewhere.test").empty());
  EXPECT_TRUE(store.for_host("x.b.test").empty());
}

TEST(Certificates, OfAZoneThatClaimsTheHostAreShown) {
  GivenZones store;
  store.has({.id = id(1), .zone = id(1), .hosts = {"www.elsewhere.test"}});
  EXPECT_TRUE(store.for_host("www.elsewhere.test").empty());
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(hosts::put(transaction, "*.elsewhere.test", id(1)));
    return {};
  });
  EXPECT_EQ(store.for_host("www.elsewhere.test"), (std::vector<int>{1}));
}

TEST(Certificates, TheIndexesFollowAChange) {
  GivenZones store;
  store.has({.id = id(1), .zone = id(1), .hosts = {"a.test", "b.test"}});
  store.has({.id = id(1), .zone = id(2), .hosts = {"b.test", "c.b.test", "C.b.test"}});
  EXPECT_TRUE(store.for_host("a.test").empty());
  EXPECT_EQ(store.for_host("b.test"), (std::vector<int>{1}));
  EXPECT_EQ(store.for_host("c.b.test"), (std::vector<int>{1}));
  {
    const auto read = store.read();
    EXPECT_TRUE(certificates::of_zone(*read, id(1)).empty());
    EXPECT_EQ(certificates::of_zone(*read, id(2)).size(), 1U);
  }
  store.change([](WriteTransaction& transaction) -> Result<> {
    EXPECT_TRUE(BRINK_TRY(certificates::remove(transaction, id(1))));
    EXPECT_FALSE(BRINK_TRY(certificates::remove(transaction, id(1))));
    return {};
  });
  EXPECT_TRUE(store.for_host("b.test").empty());
  const auto usage = store.environment->usage().value();
  EXPECT_EQ(usage.rows[static_cast<std::size_t>(Table::kCertificatesByHost)], 0U);
  EXPECT_EQ(usage.rows[static_cast<std::size_t>(Table::kCertificatesByZone)], 0U);
}

TEST(Certificates, MayBelongToNoZoneButNotToOneThatIsNotThere) {
  GivenZones store;
  store.has({.id = id(1), .hosts = {"node.test"}, .chain = "x"});
  EXPECT_EQ(store.for_host("node.test"), (std::vector<int>{1}));
  for (const Certificate& bad : {Certificate{.id = id(2), .zone = id(77), .hosts = {"x.test"}},
                                 Certificate{.id = id(2), .zone = id(1), .hosts = {"x..test"}},
                                 Certificate{.zone = id(1), .hosts = {"x.test"}}}) {
    const auto put = store.writer->apply_now(
        [&](WriteTransaction& transaction) { return certificates::put(transaction, bad); });
    ASSERT_FALSE(put);
    EXPECT_TRUE(put.error().is(StoreError::kInvalid));
  }
}

TEST(Certificates, AreWalkedInTheOrderOfIds) {
  GivenZones store;
  for (const std::uint8_t number : {3, 1, 2})
    store.has({.id = id(number), .zone = id(1), .hosts = {"a.test"}});
  const auto read = store.read();
  certificates::Scan scan(*read);
  for (const std::uint8_t number : {1, 2, 3}) EXPECT_EQ(scan.next()->id, id(number));
  EXPECT_FALSE(scan.next());
  EXPECT_FALSE(scan.next());
}

TEST(OriginCertificates, AreKeptBySerialNumber) {
  GivenStore store;
  const std::string longest(48, '9');
  store.change([&](WriteTransaction& transaction) -> Result<> {
    for (const std::string_view serial :
         {std::string_view(longest), std::string_view("100"), std::string_view("99")}) {
      BRINK_TRY(origin_certificates::put(transaction, {.serial = serial,
                                                       .zone = id(1),
                                                       .account = id(2),
                                                       .hosts = {"a.test"},
                                                       .certificate = "pem",
                                                       .csr = "csr",
                                                       .request_type = "origin-ecc",
                                                       .validity_days = 5475,
                                                       .created = time_at(1),
                                                       .expires = time_at(2),
                                                       .revoked = time_at(3)}));
    }
    return {};
  });
  const auto read = store.read();
  const auto found = origin_certificates::get(*read, "100");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->serial, "100");
  EXPECT_EQ(found->zone, id(1));
  EXPECT_EQ(found->account, id(2));
  EXPECT_EQ(found->hosts, (std::vector<std::string_view>{"a.test"}));
  EXPECT_EQ(found->certificate, "pem");
  EXPECT_EQ(found->csr, "csr");
  EXPECT_EQ(found->request_type, "origin-ecc");
  EXPECT_EQ(found->validity_days, 5475U);
  EXPECT_EQ(found->revoked, time_at(3));
  EXPECT_FALSE(origin_certificates::get(*read, "1"));
  EXPECT_FALSE(origin_certificates::get(*read, "x"));
  origin_certificates::Scan scan(*read);
  EXPECT_EQ(scan.next()->serial, "99");
  EXPECT_EQ(scan.next()->serial, "100");
  EXPECT_EQ(scan.next()->serial, longest);
  for (const std::string& serial :
       {std::string(), std::string("12a"), std::string("012"), std::string(49, '1')}) {
    const auto put = store.writer->apply_now([&](WriteTransaction& transaction) {
      return origin_certificates::put(transaction, {.serial = serial});
    });
    ASSERT_FALSE(put) << serial;
    EXPECT_TRUE(put.error().is(StoreError::kInvalid));
  }
}

}  // namespace
}  // namespace brink::store
