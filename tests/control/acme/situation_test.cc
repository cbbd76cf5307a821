#include "control/acme/situation.h"

#include "store/certificates.h"
#include "tests/store/given_store.h"

#include <fmt/format.h>

namespace brink::control::acme {
namespace {

using Names = std::vector<std::string>;
using store::id;

class WantedNames : public testing::Test {
 protected:
  void given_zone(std::string_view declaration = {}) {
    given_.change([&](auto& write) {
      store::Zone zone = store::given_zone(1, "example.com");
      zone.declaration = declaration;
      return store::zones::put(write, zone);
    });
  }
  void given_record(std::uint8_t number, std::string_view name, bool proxied = true) {
    given_.change([&](auto& write) {
      store::DnsRecord record = store::given_record(1, number, name);
      record.proxied = proxied;
      return store::dns_records::put(write, record);
    });
  }
  Names wanted(std::vector<ChallengeType> types = {ChallengeType::kHttp01}) {
    const auto read = given_.read();
    return wanted_names(*read, *store::zones::get(*read, id(1)), {std::move(types)}, WallTime());
  }

  store::GivenStore given_;
};

TEST_F(WantedNames, AreThoseOfProxiedRecords) {
  given_zone();
  given_record(1, "www.example.com");
  given_record(2, "mail.example.com", false);
  given_record(3, "*.example.com");
  given_record(4, "_x.example.com");
  EXPECT_EQ(wanted(), (Names{"www.example.com"}));
  EXPECT_EQ(wanted({ChallengeType::kDns01}), (Names{"*.example.com", "example.com"}));
}

TEST_F(WantedNames, AreAlsoTheHostsOfAZoneOfAFile) {
  given_zone(R"({"file":"brink.toml","hosts":["example.com","*.example.com","shop.elsewhere.example"]})");
  given_record(1, "www.example.com");
  EXPECT_EQ(wanted(), (Names{"example.com", "shop.elsewhere.example", "www.example.com"}));
  EXPECT_EQ(wanted({ChallengeType::kDns01}),
            (Names{"*.example.com", "example.com", "shop.elsewhere.example"}));
}

TEST_F(WantedNames, AreNotThoseThatTheFileHasCertificatesFor) {
  given_zone(
      R"({"hosts":["example.com","www.example.com"],"certificates":[{"certificate":"a.pem","key":"a.key"}]})");
  given_record(1, "www.example.com");
  given_record(2, "api.example.com");
  EXPECT_EQ(wanted(), (Names{"api.example.com"}));
}

TEST_F(WantedNames, AreNoAddressesAndNoOneLabel) {
  given_zone(R"({"hosts":["192.0.2.1","localhost","*","a_b.example.com",7]})");
  EXPECT_TRUE(wanted().empty());
}

TEST_F(WantedNames, AreNotThoseOfACustomersOwnCertificateUntilItEnds) {
  given_zone(R"({"hosts":["example.com"]})");
  for (const auto expires : {WallTime(std::chrono::seconds(10)), WallTime(std::chrono::seconds(-10))}) {
    given_.change([&](auto& write) {
      return store::certificates::put(
          write, {.id = id(1), .zone = id(1), .hosts = {"example.com"}, .expires = store::Time(expires)});
    });
    EXPECT_EQ(wanted(), expires > WallTime() ? Names() : Names{"example.com"});
  }
}

TEST_F(WantedNames, AreNoneOfAZoneWithoutHttps) {
  given_zone(R"({"hosts":["example.com"]})");
  given_.change([](auto& write) {
    return store::settings::put(write, id(1), {.id = "ssl", .value = "\"off\"", .modified = {}});
  });
  EXPECT_TRUE(wanted().empty());
}

}  // namespace
}  // namespace brink::control::acme
