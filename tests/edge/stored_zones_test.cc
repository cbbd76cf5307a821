#include "edge/stored_zones.h"

#include "store/acme_state.h"
#include "store/certificates.h"
#include "tests/store/given_store.h"
#include "tests/tls/given.h"
#include "tls/acme_challenge.h"

#include <limits>

#include <gtest/gtest.h>

namespace brink::edge {
namespace {

using store::given_record;
using store::given_zone;
using store::id;

// A store with the zone example.com, and the edge's view of it.
class StoredZonesTest : public testing::Test {
 protected:
  StoredZonesTest() { put(given_zone(1, "example.com")); }

  void put(const store::Zone& zone) {
    store_.change([&](auto& transaction) { return store::zones::put(transaction, zone); });
  }
  void put(store::DnsRecord record) {
    record.proxied = true;
    store_.change([&](auto& transaction) { return store::dns_records::put(transaction, record); });
  }
  void set(std::string_view setting, std::string_view value) {
    store_.change([&](auto& transaction) {
      return store::settings::put(transaction, id(1), {.id = setting, .value = value, .modified = {}});
    });
  }

  store::GivenStore store_;
  StoredZones zones_{store_.path()};
};

TEST_F(StoredZonesTest, ServeTheHostsThatHaveProxiedRecords) {
  put(given_record(1, 10, "www.example.com"));
  store_.change([&](auto& transaction) {
    return store::dns_records::put(transaction, given_record(1, 11, "grey.example.com"));
  });
  const auto zone = zones_.find("WWW.Example.com.");
  ASSERT_NE(zone, nullptr);
  EXPECT_EQ(zone->name, "example.com");
  EXPECT_EQ(zones_.find("example.com"), nullptr);
  EXPECT_EQ(zones_.find("grey.example.com"), nullptr);
  EXPECT_EQ(zones_.find("example.org"), nullptr);
  EXPECT_EQ(zones_.find(""), nullptr);
  EXPECT_EQ(zones_.find("[2001:db8::1]"), nullptr);
  EXPECT_EQ(zones_.find(std::string(5000, 'a')), nullptr);
}

TEST_F(StoredZonesTest, ReachTheOriginAsTheVisitorCame) {
  put(given_record(1, 10, "example.com"));
  const auto zone = zones_.find("example.com");
  ASSERT_NE(zone, nullptr);
  EXPECT_TRUE(zone->origin_for(true)->settings.https);
  EXPECT_EQ(zone->origin_for(true)->settings.port, 443);
  EXPECT_FALSE(zone->origin_for(true)->settings.verify);
  EXPECT_FALSE(zone->origin_for(false)->settings.https);
  EXPECT_EQ(zone->origin_for(false)->settings.port, 80);
  EXPECT_EQ(zone->origin->settings.addresses, std::vector{*net::IpAddress::parse("192.0.2.1")});
}

TEST_F(StoredZonesTest, FollowTheSslSetting) {
  put(given_record(1, 10, "example.com"));
  set("ssl", R"("flexible")");
  auto zone = zones_.find("example.com");
  EXPECT_EQ(zone->tls, config::TlsMode::kFlexible);
  EXPECT_EQ(zone->origin_for(true)->settings.port, 80);
  EXPECT_EQ(zone->origin_for(false)->settings.port, 80);
  set("ssl", R"("strict")");
  zone = zones_.find("example.com");
  EXPECT_TRUE(zone->origin_for(true)->settings.verify);
  set("ssl", R"("off")");
  EXPECT_EQ(zones_.find("example.com")->tls, config::TlsMode::kOff);
}

TEST_F(StoredZonesTest, KeepWhatWasMadeAsLongAsNothingOfItHasChanged) {
  put(given_record(1, 10, "example.com"));
  const auto zone = zones_.find("example.com");
  EXPECT_EQ(zones_.find("example.com"), zone);
  put(given_zone(2, "example.net"));
  EXPECT_EQ(zones_.find("example.com"), zone);
  put(given_record(1, 11, "other.example.com"));
  EXPECT_EQ(zones_.find("other.example.com")->origin, zone->origin);  // the same records, so one pool
  auto moved = given_record(1, 10, "example.com");
  moved.content = "192.0.2.99";
  put(moved);
  const auto next = zones_.find("example.com");
  EXPECT_NE(next, zone);
  EXPECT_EQ(next->origin->settings.addresses, std::vector{*net::IpAddress::parse("192.0.2.99")});
}

TEST_F(StoredZonesTest, TakeAllAddressesOrTheNameOfACname) {
  put(given_record(1, 10, "many.example.com"));
  auto second = given_record(1, 11, "many.example.com", 28);
  second.content = "2001:db8::1";
  put(second);
  EXPECT_EQ(zones_.find("many.example.com")->origin->settings.addresses.size(), 2U);
  auto alias = given_record(1, 12, "*.example.com", 5);
  alias.content = "backend.example.net";
  put(alias);
  const auto zone = zones_.find("any.example.com");
  EXPECT_EQ(zone->origin->settings.host, "backend.example.net");
  EXPECT_TRUE(zone->origin->settings.addresses.empty());
}

TEST_F(StoredZonesTest, ForgetWhatIsDeletedOrPaused) {
  put(given_record(1, 10, "example.com"));
  EXPECT_NE(zones_.find("example.com"), nullptr);
  auto paused = given_zone(1, "example.com");
  paused.paused = true;
  put(paused);
  EXPECT_EQ(zones_.find("example.com"), nullptr);
  put(given_zone(1, "example.com"));
  EXPECT_NE(zones_.find("example.com"), nullptr);
  store_.change([](auto& transaction) -> Result<> {
    BRINK_TRY(store::zones::remove(transaction, id(1)));
    return {};
  });
  EXPECT_EQ(zones_.find("example.com"), nullptr);
}

TEST_F(StoredZonesTest, HoldOriginsToTheTermsOfTheFile) {
  put(given_record(1, 10, "example.com"));
  EXPECT_TRUE(zones_.find("example.com")->origin->settings.forbidden.empty());
  config::Origin common;
  common.retries = 3;
  zones_.use(common, {*net::IpNetwork::parse("192.0.2.0/24")});
  const auto zone = zones_.find("example.com");
  EXPECT_EQ(zone->origin->settings.retries, 3U);
  EXPECT_EQ(zone->origin->settings.forbidden.size(), 1U);
}

TEST_F(StoredZonesTest, AreLookedForAgainWhereTheStoreIsNotThereYet) {
  StoredZones early(store_.directory.path("later"));
  EXPECT_EQ(early.find("example.com"), nullptr);
}

TEST_F(StoredZonesTest, ShowTheCertificatesOfAHostUntilOthersAreStored) {
  const tls::Authority authority;
  const auto store_certificate = [&](std::uint8_t number, std::int64_t priority) {
    const auto made = authority.issue({"example.com", "*.example.com"});
    store_.change([&](auto& transaction) {
      return store::certificates::put(transaction, {.id = id(number),
                                                    .zone = id(1),
                                                    .hosts = {"example.com", "*.example.com"},
                                                    .chain = made.certificate,
                                                    .key = made.key,
                                                    .priority = priority,
                                                    .modified = store::time_at(number)});
    });
  };
  EXPECT_EQ(zones_.find_certificates("example.com"), nullptr);
  store_certificate(20, 0);
  const auto entry = zones_.find_certificates("www.example.com");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->certificates.size(), 1U);
  EXPECT_EQ(zones_.find_certificates("www.example.com"), entry);
  put(given_zone(3, "example.org"));
  EXPECT_EQ(zones_.find_certificates("www.example.com"), entry);
  store_certificate(21, 1);
  const auto next = zones_.find_certificates("www.example.com");
  EXPECT_NE(next, entry);
  EXPECT_EQ(next->certificates.size(), 2U);
  EXPECT_EQ(zones_.find_certificates("a.b.example.com"), nullptr);
}

TEST_F(StoredZonesTest, ShowTheLocalCasCertificateOnlyWhereThereIsNoOther) {
  const tls::Authority authority;
  const auto store_certificate = [&](std::uint8_t number, store::CertificateSource source, bool rsa) {
    const auto made = authority.issue({"example.com"}, {.rsa = rsa});
    store_.change([&](auto& transaction) {
      return store::certificates::put(transaction, {.id = id(number),
                                                    .zone = id(1),
                                                    .source = source,
                                                    .hosts = {"example.com"},
                                                    .chain = made.certificate,
                                                    .key = made.key,
                                                    .priority = source == store::CertificateSource::kLocalCa
                                                                    ? std::numeric_limits<std::int64_t>::min()
                                                                    : 0,
                                                    .modified = store::time_at(number)});
    });
  };
  store_certificate(20, store::CertificateSource::kLocalCa, false);
  auto entry = zones_.find_certificates("example.com");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->certificates.front()->key_type(), tls::Certificate::KeyType::kEcdsa);
  // Clients like ECDSA better: beside it they would never see the customer's own.
  store_certificate(21, store::CertificateSource::kCustom, true);
  entry = zones_.find_certificates("example.com");
  ASSERT_EQ(entry->certificates.size(), 1U);
  EXPECT_EQ(entry->certificates.front()->key_type(), tls::Certificate::KeyType::kRsa);
  store_.change([&](auto& transaction) -> Result<> {
    BRINK_TRY(store::certificates::remove(transaction, id(21)));
    return {};
  });
  EXPECT_EQ(zones_.find_certificates("example.com")->certificates.front()->key_type(),
            tls::Certificate::KeyType::kEcdsa);
}

TEST_F(StoredZonesTest, ShowTheCertificateOfAChallengeToWhomChecksIt) {  // RFC 8737
  EXPECT_EQ(zones_.find_acme_challenge("example.com"), nullptr);
  const auto pem =
      tls::make_acme_challenge("example.com", std::string(32, 'd'), std::chrono::system_clock::now());
  ASSERT_TRUE(pem.has_value());
  store_.change(
      [&](auto& transaction) { return store::acme_state::put(transaction, "alpn example.com", *pem); });
  const auto entry = zones_.find_acme_challenge("example.com");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->alpn, std::vector<std::string>{"acme-tls/1"});
  EXPECT_TRUE(entry->certificates.front()->covers("example.com"));
  EXPECT_EQ(zones_.find_certificates("example.com"), nullptr);
  store_.change(
      [&](auto& transaction) { return store::acme_state::put(transaction, "alpn example.com", "rubbish"); });
  EXPECT_EQ(zones_.find_acme_challenge("example.com"), nullptr);
}

TEST_F(StoredZonesTest, AnswerTheChallengesOfAcme) {
  EXPECT_EQ(zones_.acme_answer("token"), std::nullopt);
  store_.change(
      [](auto& transaction) { return store::acme_state::put(transaction, "http token", "token.thumb"); });
  EXPECT_EQ(zones_.acme_answer("token"), "token.thumb");
  EXPECT_EQ(zones_.acme_answer(std::string(1000, 'x')), std::nullopt);
}

}  // namespace
}  // namespace brink::edge
