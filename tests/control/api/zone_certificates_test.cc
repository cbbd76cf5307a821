#include "control/api/zone_certificates.h"

#include "control/api/certificate_renewal.h"
#include "store/certificates.h"
#include "tests/store/given_store.h"
#include "tests/tls/given.h"

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

using store::given_zone;
using store::id;

class ZoneCertificatesTest : public testing::Test {
 protected:
  ZoneCertificatesTest() {
    auto opened = CertificateAuthorities::open(directory_.path(), clock_.clock());
    EXPECT_TRUE(opened.has_value()) << opened.error().text();
    authorities_ = *std::move(opened);
  }

  void put_zone(std::uint8_t number, const std::string& name) {
    store_.change([&](auto& write) { return store::zones::put(write, given_zone(number, name)); });
  }
  void put_certificate(std::uint8_t zone, std::uint8_t number, const std::string& name) {
    const auto made = make_zone_certificate(*authorities_, name);
    ASSERT_TRUE(made.has_value()) << made.error().text();
    store_.change([&](auto& write) { return put_zone_certificate(write, id(zone), id(number), *made); });
  }
  [[nodiscard]] store::Time in(std::chrono::hours later) const {
    return std::chrono::floor<std::chrono::microseconds>(*clock_.time + later);
  }
  // The certificates of the zone, by the last byte of their ids.
  std::size_t count_of(std::uint8_t zone) {
    return store::certificates::of_zone(*store_.read(), id(zone)).size();
  }
  std::size_t look() {
    CertificateRenewal renewal(*store_.environment, *store_.writer, store_.loop, random_, *authorities_);
    const auto made = tls::run(store_.loop, renewal.look());
    EXPECT_TRUE(made.has_value()) << made.error().text();
    return made.value_or(0);
  }

  tls::TemporaryDirectory directory_;
  tls::HandClock clock_;
  FastRandom random_{1};
  std::unique_ptr<CertificateAuthorities> authorities_;
  store::GivenStore store_;
};

TEST_F(ZoneCertificatesTest, AreForTheZonesNameAndOneLabelBelow) {
  put_zone(1, "example.com");
  put_certificate(1, 10, "example.com");
  const auto read = store_.read();
  for (const char* host : {"example.com", "www.example.com"}) {
    const auto found = store::certificates::for_host(*read, host, store::Time{});
    ASSERT_EQ(found.size(), 1u) << host;
    EXPECT_EQ(found[0].source, store::CertificateSource::kLocalCa);
    EXPECT_EQ(found[0].issuer, "Brink local CA");
    EXPECT_TRUE(tls::Certificate::parse(found[0].chain, found[0].key).has_value());
  }
  EXPECT_TRUE(store::certificates::for_host(*read, "a.b.example.com", store::Time{}).empty());
}

TEST_F(ZoneCertificatesTest, StandBehindEveryOther) {
  put_zone(1, "example.com");
  put_certificate(1, 10, "example.com");
  store_.change([](auto& write) {
    return store::certificates::put(write, {.id = id(11),
                                            .zone = id(1),
                                            .hosts = {"*.example.com"},
                                            .chain = "chain",
                                            .key = "key",
                                            .priority = -1'000'000'000,
                                            .expires = store::time_at(1)});
  });
  const auto read = store_.read();
  EXPECT_EQ(store::certificates::for_host(*read, "www.example.com", store::Time{}).front().id, id(11));
  EXPECT_EQ(store::certificates::for_host(*read, "example.com", store::Time{}).front().id, id(10));
}

TEST_F(ZoneCertificatesTest, OfANameThatIsTooLongForAWildcardGoWithoutIt) {
  const std::string label(62, 'a');
  const std::string name = label + "." + label + "." + label + "." + label + ".e";
  const auto made = make_zone_certificate(*authorities_, name);
  ASSERT_TRUE(made.has_value()) << made.error().text();
  EXPECT_EQ(made->hosts, std::vector{name});
}

TEST_F(ZoneCertificatesTest, AreWantedByZonesWithoutOneAndBeforeTheyEnd) {
  put_zone(1, "example.com");
  EXPECT_TRUE(wants_zone_certificate(*store_.read(), id(1), in(tls::hours(0))));
  put_certificate(1, 10, "example.com");
  EXPECT_FALSE(wants_zone_certificate(*store_.read(), id(1), in(tls::hours(0))));
  EXPECT_FALSE(wants_zone_certificate(*store_.read(), id(1), in(std::chrono::days(59))));
  EXPECT_TRUE(wants_zone_certificate(*store_.read(), id(1), in(std::chrono::days(61))));
}

TEST_F(ZoneCertificatesTest, AreMadeForAllZonesThatWantThem) {
  // More than one turn's worth of zones, some of which are served already.
  std::vector<std::string> names;
  store_.change([&](auto& write) -> Result<> {
    for (std::size_t i = 0; i < CertificateRenewal::kZonesPerTurn + 20; ++i) {
      store::Zone zone = given_zone(0, "example.com");
      zone.id.bytes[0] = static_cast<std::uint8_t>(1 + i / 250);
      zone.id.bytes[1] = static_cast<std::uint8_t>(i % 250);
      names.push_back("z" + std::to_string(i) + ".example.com");
      zone.name = names.back();
      BRINK_TRY(store::zones::put(write, zone));
    }
    return {};
  });
  EXPECT_EQ(look(), names.size());
  EXPECT_EQ(look(), 0u);
  const auto read = store_.read();
  for (const std::string& name : names)
    EXPECT_EQ(store::certificates::for_host(*read, name, store::Time{}).size(), 1u) << name;
}

TEST_F(ZoneCertificatesTest, AreRenewedInPlaceBeforeTheyExpire) {
  put_zone(1, "example.com");
  *clock_.time -= std::chrono::days(75);  // made two and a half months ago: a fortnight is left
  put_certificate(1, 10, "example.com");
  const auto before = store::certificates::get(*store_.read(), id(10))->expires;
  *clock_.time += std::chrono::days(75);
  EXPECT_EQ(look(), 1u);
  EXPECT_EQ(count_of(1), 1u);
  EXPECT_GT(store::certificates::get(*store_.read(), id(10))->expires, before + std::chrono::days(70));
  EXPECT_EQ(look(), 0u);
}

TEST_F(ZoneCertificatesTest, AreNotMadeForNoZones) { EXPECT_EQ(look(), 0u); }

}  // namespace
}  // namespace brink::control::api
