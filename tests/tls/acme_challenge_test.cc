#include "tls/acme_challenge.h"

#include "tests/tls/given.h"
#include "tls/chain.h"
#include "tls/openssl_handles.h"
#include "tls/request_builder.h"

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

const std::string kDigest(32, '\x5a');

TEST(AcmeChallenge, HasTheDigestInACriticalExtension) {  // RFC 8737 section 3
  const auto pem = make_acme_challenge("www.example.com", kDigest, wall_now());
  ASSERT_TRUE(pem.has_value());
  const auto certificate = Certificate::parse(*pem, *pem);
  ASSERT_TRUE(certificate.has_value()) << certificate.error().text();
  EXPECT_EQ((*certificate)->names(), std::vector<std::string>{"www.example.com"});
  EXPECT_EQ(X509_verify((*certificate)->leaf(), (*certificate)->key()), 1);  // by itself, as it is now
  ASN1_OBJECT* id = OBJ_txt2obj("1.3.6.1.5.5.7.1.31", 1);
  const int place = X509_get_ext_by_OBJ((*certificate)->leaf(), id, -1);
  ASN1_OBJECT_free(id);
  ASSERT_GE(place, 0);
  X509_EXTENSION* extension = X509_get_ext((*certificate)->leaf(), place);
  EXPECT_EQ(X509_EXTENSION_get_critical(extension), 1);
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                        static_cast<std::size_t>(ASN1_STRING_length(value))),
            "\x04\x20" + kDigest);
}

TEST(AcmeChallenge, IsNotMadeForWhatIsNoNameOrNoDigest) {
  EXPECT_FALSE(make_acme_challenge("a,b", kDigest, wall_now()).has_value());
  EXPECT_FALSE(make_acme_challenge("", kDigest, wall_now()).has_value());
  EXPECT_FALSE(make_acme_challenge("a.example", "short", wall_now()).has_value());
}

TEST(RequestBuilder, AsksForTheNamesWithTheKey) {
  const auto key = Es256Key::make();
  const auto der = make_certificate_request({"example.com", "*.example.com"}, key);
  ASSERT_TRUE(der.has_value());
  const auto* at = reinterpret_cast<const unsigned char*>(der->data());
  X509_REQ* request = d2i_X509_REQ(nullptr, &at, static_cast<long>(der->size()));
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(X509_REQ_verify(request, key.handle()), 1);
  STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(request);
  auto* names =
      static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr));
  ASSERT_NE(names, nullptr);
  EXPECT_EQ(sk_GENERAL_NAME_num(names), 2);
  GENERAL_NAMES_free(names);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  X509_REQ_free(request);
  EXPECT_FALSE(make_certificate_request({}, key).has_value());
  EXPECT_FALSE(make_certificate_request({"a b"}, key).has_value());
}

TEST(Chain, HangsTogetherOrNot) {
  const Authority authority;
  const Authority other("Other CA");
  const Pem issued = authority.issue({"a.example"});
  EXPECT_TRUE(check_chain(**Certificate::parse(issued.certificate, issued.key)).has_value());
  const Pem alone = self_signed({"a.example"});
  EXPECT_TRUE(check_chain(**Certificate::parse(alone.certificate, alone.key)).has_value());
  const auto wrong = Certificate::parse(alone.certificate + other.pem(), alone.key);
  ASSERT_TRUE(wrong.has_value());
  const auto checked = check_chain(**wrong);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().detail(), 1);
}

}  // namespace
}  // namespace brink::tls
