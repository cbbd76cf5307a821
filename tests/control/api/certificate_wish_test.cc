#include "control/api/certificate_wish.h"

#include "tests/tls/given.h"

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

const tls::Authority& authority() {
  static const tls::Authority made;
  return made;
}

store::Time now() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

// The error's text with the member that it points to before it.
std::string refusal(const std::string& chain, const std::string& key) {
  const auto given = read_certificate(chain, key, now());
  if (given) return "";
  EXPECT_EQ(given.error().code, 1001);
  EXPECT_EQ(given.error().status, 400);
  return given.error().pointer + " " + given.error().message;
}

TEST(GivenCertificate, SaysWhatItIsFor) {
  const auto pem = authority().issue({"Example.com", "*.example.com", "example.com"});
  const auto given = read_certificate(pem.certificate, pem.key, now());
  ASSERT_TRUE(given.has_value()) << given.error().message;
  EXPECT_EQ(given->hosts, (std::vector<std::string>{"example.com", "*.example.com"}));
  EXPECT_EQ(given->issuer, "Test CA");
  EXPECT_EQ(given->signature, "ECDSAWithSHA256");
  EXPECT_LT(given->not_before, now());
  EXPECT_GT(given->not_after, now());
  EXPECT_EQ(given->chain, pem.certificate);
  EXPECT_EQ(given->key, pem.key);
}

TEST(GivenCertificate, ThatCannotBeReadIsRefusedWithThePlace) {
  const auto pem = authority().issue({"example.com"});
  const auto other = authority().issue({"example.com"});
  EXPECT_EQ(refusal("nonsense", pem.key),
            "/certificate certificate: no certificate in it (expected -----BEGIN CERTIFICATE-----)");
  EXPECT_EQ(refusal("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", pem.key),
            "/certificate certificate: certificate number 1 in it cannot be read");
  EXPECT_EQ(refusal(pem.certificate, "nonsense"),
            "/private_key private_key: no private key in it (expected -----BEGIN PRIVATE KEY-----)");
  EXPECT_EQ(refusal(pem.certificate, other.key),
            "/private_key private_key: the private key does not belong to the first certificate");
}

TEST(GivenCertificate, ThatHasExpiredIsRefusedButNotOneOfTomorrow) {
  const auto past = authority().issue({"example.com"}, {.not_after = tls::wall_now() - tls::hours(1)});
  EXPECT_TRUE(refusal(past.certificate, past.key).starts_with("/certificate certificate: it expired on 20"));
  const auto future = authority().issue({"example.com"}, {.not_before = tls::wall_now() + tls::hours(1)});
  EXPECT_EQ(refusal(future.certificate, future.key), "");
}

TEST(GivenCertificate, ForAddressesOrForNothingIsRefused) {
  const auto address = authority().issue({"example.com", "192.0.2.1"});
  EXPECT_EQ(refusal(address.certificate, address.key),
            "/certificate certificate: it is for the address 192.0.2.1, which is no host of a zone");
  const auto key = tls::make_ecdsa_key();
  const auto nameless = *tls::make_certificate({.common_name = "example.com",
                                                .names = {},
                                                .not_before = tls::wall_now() - tls::hours(1),
                                                .not_after = tls::wall_now() + tls::hours(1)},
                                               key.get(), nullptr, nullptr);
  EXPECT_EQ(refusal(tls::certificate_pem(nameless.get()), tls::key_pem(key.get())),
            "/certificate certificate: it is for no host: it has no subjectAltName with a DNS name");
}

int code_of(const Json& body) {
  const auto wish = CertificateWish::parse(body);
  return wish ? 0 : wish.error().code;
}

TEST(CertificateWish, TakesWhatIsSpecifiedAndNothingElse) {
  const auto wish = CertificateWish::parse({{"bundle_method", "force"},
                                            {"type", "sni_custom"},
                                            {"geo_restrictions", {{"label", "eu"}}},
                                            {"policy", "(country: US)"},
                                            {"custom_csr_id", ""},
                                            {"deploy", "production"},
                                            {"unknown", 1}});
  ASSERT_TRUE(wish.has_value()) << wish.error().message;
  CertificateDetails details;
  wish->apply_to(details);
  EXPECT_EQ(details.bundle_method, "force");
  EXPECT_EQ(details.type, "sni_custom");
  EXPECT_EQ(details.geo_label, "eu");
  EXPECT_EQ(details.policy, "(country: US)");

  for (const Json& bad :
       {Json::array(), Json{{"bundle_method", "best"}}, Json{{"type", 1}}, Json{{"geo_restrictions", "eu"}},
        Json{{"geo_restrictions", {{"label", "mars"}}}}, Json{{"policy", true}}, Json{{"private_key", 1}},
        Json{{"certificate", std::string(kMaxCertificateBytes + 1, 'x')}}}) {
    EXPECT_EQ(code_of(bad), 1001) << bad.dump().substr(0, 80);
  }
  EXPECT_EQ(code_of({{"custom_csr_id", "7b163417-1d2b-4c84-a38a-2fb7a0cd7752"}}), 10501);
  EXPECT_EQ(code_of({{"deploy", "staging"}}), 10501);
}

TEST(CertificateJson, NeverShowsTheKeyAndTellsTheStatusByTime) {
  const auto at = [](int seconds) { return store::Time(std::chrono::seconds(seconds)); };
  CertificateDetails details{.bundle_method = "optimal", .geo_label = "us", .not_before = at(100)};
  const std::string text = details.text();
  const store::Certificate certificate{.hosts = {"example.com"},
                                       .chain = "CHAIN",
                                       .key = "SECRET",
                                       .issuer = "Test CA",
                                       .signature = "ECDSAWithSHA256",
                                       .details = text,
                                       .priority = 3,
                                       .expires = at(200)};
  EXPECT_EQ(certificate_status(certificate, at(99)), "pending");
  EXPECT_EQ(certificate_status(certificate, at(100)), "active");
  EXPECT_EQ(certificate_status(certificate, at(200)), "expired");
  const Json shown = certificate_json(certificate, at(100));
  EXPECT_EQ(shown["bundle_method"], "optimal");
  EXPECT_EQ(shown["geo_restrictions"]["label"], "us");
  EXPECT_FALSE(shown.contains("policy_restrictions"));
  EXPECT_EQ(shown["expires_on"], "1970-01-01T00:03:20.000000Z");
  EXPECT_EQ(shown["priority"], 3);
  for (const Json& each : {shown, audited_certificate_json(certificate, at(100))})
    EXPECT_EQ(json_text(each).find("SECRET"), std::string::npos);
  EXPECT_EQ(audited_certificate_json(certificate, at(100))["private_key"], "**********");
}

TEST(CertificateJson, SurvivesDetailsThatAreNone) {
  const store::Certificate certificate{.details = "{\"type\": 7", .expires = store::Time::max()};
  EXPECT_EQ(certificate_json(certificate, {})["type"], "legacy_custom");
}

}  // namespace
}  // namespace brink::control::api
