#include "tls/signing_request.h"

#include "tests/tls/given.h"
#include "tests/tls/given_request.h"

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

std::optional<SigningRequestError> refusal(const std::string& pem) {
  const auto parsed = SigningRequest::parse(pem);
  EXPECT_EQ(ERR_peek_error(), 0u) << "the error queue is not clean";
  if (parsed) return std::nullopt;
  EXPECT_FALSE(parsed.error().text().empty());
  return static_cast<SigningRequestError>(parsed.error().code());
}

TEST(SigningRequest, TellsTheKindOfItsKey) {
  const auto ecdsa = SigningRequest::parse(given_request(make_ecdsa_key()));
  ASSERT_TRUE(ecdsa.has_value()) << ecdsa.error().text();
  EXPECT_EQ(ecdsa->key_type(), Certificate::KeyType::kEcdsa);
  const auto rsa = SigningRequest::parse(given_request(shared_rsa_key()));
  ASSERT_TRUE(rsa.has_value()) << rsa.error().text();
  EXPECT_EQ(rsa->key_type(), Certificate::KeyType::kRsa);
  EXPECT_EQ(refusal(given_request(PkeyHandle(EVP_EC_gen("P-384")))), std::nullopt);
}

TEST(SigningRequest, ThatIsNoneOrTornIsRefused) {
  const std::string good = given_request(make_ecdsa_key());
  EXPECT_EQ(refusal(""), SigningRequestError::kNoRequest);
  EXPECT_EQ(refusal("nonsense"), SigningRequestError::kNoRequest);
  EXPECT_EQ(refusal(self_signed({"example.com"}).certificate), SigningRequestError::kNoRequest);
  EXPECT_EQ(refusal("-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"),
            SigningRequestError::kBadRequest);
  std::string torn = good;
  torn[torn.find('\n') + 20] = '!';
  EXPECT_EQ(refusal(torn), SigningRequestError::kBadRequest);
}

TEST(SigningRequest, MustBeSignedByItsOwnKey) {
  const auto key = make_ecdsa_key();
  const auto another = make_ecdsa_key();
  EXPECT_EQ(refusal(given_request(key.get(), another.get())), SigningRequestError::kBadSignature);
}

TEST(SigningRequest, WithAWeakOrAStrangeKeyIsRefused) {
  EXPECT_EQ(refusal(given_request(make_rsa_key(1024))), SigningRequestError::kKeySize);
  EXPECT_EQ(refusal(given_request(PkeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")))),
            SigningRequestError::kUnsupportedKey);
  EXPECT_EQ(refusal(given_request(PkeyHandle(EVP_EC_gen("P-224")))), SigningRequestError::kUnsupportedKey);
}

}  // namespace
}  // namespace brink::tls
