#include "tls/origin_ca.h"

#include "tests/tls/given.h"
#include "tests/tls/given_request.h"
#include "tls/file.h"

#include <set>

#include <sys/stat.h>

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

class OriginCaTest : public testing::Test {
 protected:
  OriginCa open() {
    auto opened = OriginCa::open(path_, clock_.clock());
    EXPECT_TRUE(opened.has_value()) << opened.error().text();
    return *std::move(opened);
  }
  OriginCa::Issued sign(const OriginCa& ca, const PkeyHandle& key, std::chrono::days lifetime) {
    auto issued =
        ca.sign(*SigningRequest::parse(given_request(key)), {"example.com", "*.example.com"}, lifetime);
    EXPECT_TRUE(issued.has_value()) << issued.error().text();
    return *std::move(issued);
  }

  TemporaryDirectory directory_;
  std::string path_ = origin_ca_directory(directory_.path());
  HandClock clock_;
};

TEST_F(OriginCaTest, IsMadeOnceWithItsKeyForItsOwnerAlone) {
  const std::string made = open().authority_pem();
  struct stat status{};
  ASSERT_EQ(::stat((path_ + "/ca-key.pem").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  EXPECT_EQ(*read_file(authority_path(path_)), made);
  EXPECT_EQ(open().authority_pem(), made);
}

TEST_F(OriginCaTest, SignsForTheKeyAndTheNamesThatItIsTold) {
  const auto ca = open();
  const auto key = make_ecdsa_key();
  const auto issued = sign(ca, key, std::chrono::days(90));
  const auto leaf = Certificate::parse(issued.certificate, key_pem(key.get()));
  ASSERT_TRUE(leaf.has_value()) << leaf.error().text();
  EXPECT_EQ((*leaf)->names(), (std::vector<std::string>{"example.com", "*.example.com"}));
  EXPECT_EQ((*leaf)->not_after(), issued.not_after);
  EXPECT_EQ((*leaf)->issuer_name(), "Brink origin CA");
  EXPECT_EQ(issued.not_after, std::chrono::floor<std::chrono::seconds>(*clock_.time) + std::chrono::days(90));
  Connection connection(serving(*leaf), trusting(ca.authority_pem()), {.server_name = "www.example.com"});
  EXPECT_TRUE(connection.shake_hands());
}

TEST_F(OriginCaTest, GivesEachCertificateASerialNumberOfItsOwnInDecimal) {
  const auto ca = open();
  const auto key = make_ecdsa_key();
  std::set<std::string> serials;
  for (int i = 0; i < 50; ++i) serials.insert(sign(ca, key, std::chrono::days(7)).serial);
  EXPECT_EQ(serials.size(), 50u);
  for (const std::string& serial : serials) {
    EXPECT_LE(serial.size(), 48u);
    EXPECT_EQ(serial.find_first_not_of("0123456789"), std::string::npos) << serial;
  }
}

TEST_F(OriginCaTest, SignsNothingThatOutlivesIt) {
  const auto ca = open();
  clock_.advance(OriginCa::kAuthorityLifetime - std::chrono::days(10));
  const auto issued = sign(ca, shared_rsa_key(), std::chrono::days(5475));
  EXPECT_LT(issued.not_after, *clock_.time + std::chrono::days(11));
}

TEST_F(OriginCaTest, RefusesANameThatCannotStandInACertificate) {
  const auto refused =
      open().sign(*SigningRequest::parse(given_request(make_ecdsa_key())), {"a,DNS:b"}, std::chrono::days(7));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().detail(), EINVAL);
}

// What the edge's strict mode does with it.
TEST_F(OriginCaTest, IsTrustedBesidesTheOthersUntilItTakesACertificateBack) {
  const auto ca = open();
  const auto key = make_ecdsa_key();
  const auto issued = sign(ca, key, std::chrono::days(90));
  const auto leaf = *Certificate::parse(issued.certificate, key_pem(key.get()));
  const Authority other;
  auto revoked = std::make_shared<std::set<std::string, std::less<>>>();
  auto context = *ClientContext::make(
      {.ca_pem = other.pem(),
       .own_ca_pem = ca.authority_pem(),
       .is_revoked = [revoked](std::string_view serial) { return revoked->contains(serial); }});
  const auto believes = [&](std::shared_ptr<const Certificate> shown, const char* session_key = "origin") {
    Connection connection(serving(std::move(shown)), context,
                          {.server_name = "example.com", .session_key = session_key});
    const bool good = connection.shake_hands();
    if (good)
      carry(connection.loop, *connection.server, *connection.client, "x");  // and the session's ticket
    return good;
  };
  EXPECT_TRUE(believes(leaf));
  EXPECT_TRUE(believes(other.certificate_for({"example.com"})));
  EXPECT_FALSE(believes(Authority("A stranger").certificate_for({"example.com"}), "stranger"));
  revoked->insert(issued.serial);
  EXPECT_FALSE(believes(leaf)) << "not even with the session of before";
  EXPECT_TRUE(believes(other.certificate_for({"example.com"})));
}

TEST_F(OriginCaTest, IsNotTrustedWhereItIsNoAuthority) {
  const auto torn = ClientContext::make({.own_ca_pem = "torn"});
  ASSERT_FALSE(torn.has_value());
  EXPECT_TRUE(torn.error().is(CertificateError::kBadCertificate));
}

}  // namespace
}  // namespace brink::tls
