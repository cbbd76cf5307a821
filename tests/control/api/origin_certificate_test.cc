#include "control/api/origin_ca_json.h"
#include "control/api/origin_ca_request.h"
#include "tests/tls/given.h"
#include "tests/tls/given_request.h"

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

Json body(const Json& changes = Json::object()) {
  static const std::string csr = tls::given_request(tls::make_ecdsa_key());
  Json made = {{"csr", csr}, {"hostnames", {"example.com", "*.example.com"}}, {"request_type", "origin-ecc"}};
  made.update(changes);
  return made;
}

// The pointer and the code of the refusal.
std::string refusal(const Json& changes) {
  const auto parsed = OriginCaRequest::parse(body(changes));
  if (parsed) return "";
  EXPECT_FALSE(parsed.error().message.empty());
  EXPECT_EQ(parsed.error().status, 400);
  return parsed.error().pointer + " " + std::to_string(parsed.error().code);
}

TEST(OriginCaRequest, IsForFifteenYearsWhereItDoesNotSay) {
  const auto parsed = OriginCaRequest::parse(body());
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->validity, std::chrono::days(5475));
  EXPECT_EQ(parsed->hosts, (std::vector<std::string>{"example.com", "*.example.com"}));
  EXPECT_EQ(parsed->request_type, "origin-ecc");
}

TEST(OriginCaRequest, TakesOnlyTheValiditiesThatAreListed) {
  for (const int days : {7, 30, 90, 365, 730, 1095, 5475}) {
    const auto parsed = OriginCaRequest::parse(body({{"requested_validity", days}}));
    ASSERT_TRUE(parsed.has_value()) << days;
    EXPECT_EQ(parsed->validity, std::chrono::days(days));
  }
  for (const Json& bad : {Json(0), Json(8), Json(-7), Json(5476), Json("7"), Json(7.5), Json(1ULL << 63)})
    EXPECT_EQ(refusal({{"requested_validity", bad}}), "/requested_validity 1101") << bad.dump();
}

TEST(OriginCaRequest, MustFitTheKeyOfItsCsr) {
  EXPECT_EQ(refusal({{"request_type", "origin-rsa"}}), "/request_type 1101");
  EXPECT_EQ(refusal({{"csr", tls::given_request(tls::shared_rsa_key())}}), "/request_type 1101");
  EXPECT_EQ(refusal({{"csr", tls::given_request(tls::shared_rsa_key())}, {"request_type", "origin-rsa"}}),
            "");
  EXPECT_EQ(refusal({{"request_type", "origin-dsa"}}), "/request_type 1101");
  EXPECT_EQ(refusal({{"request_type", nullptr}}), "/request_type 1101");
  EXPECT_EQ(refusal({{"request_type", "keyless-certificate"}}), "/request_type 10501");
}

TEST(OriginCaRequest, WithACsrThatIsNoneIsRefused) {
  EXPECT_EQ(refusal({{"csr", "nonsense"}}), "/csr 1101");
  EXPECT_EQ(
      refusal({{"csr", "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----"}}),
      "/csr 1101");
  const auto key = tls::make_ecdsa_key();
  const auto other = tls::make_ecdsa_key();
  EXPECT_EQ(refusal({{"csr", tls::given_request(key.get(), other.get())}}), "/csr 1101");
  EXPECT_EQ(refusal({{"csr", 7}}), "/csr 1001");
  EXPECT_EQ(refusal({{"csr", nullptr}}), "/csr 1001");
}

TEST(OriginCaRequest, IsForHostNamesWithOneWildcardAtTheFront) {
  EXPECT_EQ(refusal({{"hostnames", {"A.Example.COM", "a.example.com"}}}), "");
  for (const char* bad :
       {"", "*", "com", "*.*.example.com", "a.*.example.com", "a*.example.com", "-a.example.com",
        "a..example.com", "example.com.", "a b.example.com", "192.0.2.1:80", "b\xc3\xbc.example"}) {
    EXPECT_EQ(refusal({{"hostnames", {"example.com", bad}}}), "/hostnames/1 1101") << bad;
  }
  EXPECT_EQ(refusal({{"hostnames", Json::array()}}), "/hostnames 1101");
  EXPECT_EQ(refusal({{"hostnames", "example.com"}}), "/hostnames 1101");
  EXPECT_EQ(refusal({{"hostnames", {1}}}), "/hostnames/0 1101");
  Json many = Json::array();
  for (int i = 0; i < 200; ++i) many.push_back(std::to_string(i) + ".example.com");
  EXPECT_EQ(refusal({{"hostnames", many}}), "");
  many.push_back("one.more.example.com");
  EXPECT_EQ(refusal({{"hostnames", many}}), "/hostnames 1101");
}

TEST(OriginCaJson, WritesTimesAsGoDoes) {
  EXPECT_EQ(go_time(store::Time(std::chrono::microseconds(2'268'518'400'000'000 + 999'999))),
            "2041-11-20 00:00:00 +0000 UTC");
}

TEST(OriginCaJson, SaysWhenItWasRevokedOnlyWhereItWas) {
  store::OriginCertificate certificate{.serial = "123", .validity_days = 7};
  EXPECT_FALSE(origin_certificate_json(certificate).contains("revoked_at"));
  certificate.revoked = store::Time(std::chrono::seconds(1));
  EXPECT_EQ(origin_certificate_json(certificate)["revoked_at"], "1970-01-01T00:00:01.000000Z");
}

}  // namespace
}  // namespace brink::control::api
