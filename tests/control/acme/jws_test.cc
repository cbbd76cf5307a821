#include "control/acme/jws.h"

#include "base/encoding.h"
#include "control/api/json.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace brink::control::acme {
namespace {

// The key of RFC 7515 appendix A.3.
constexpr char kKey[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n"
    "H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n"
    "7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n"
    "-----END PRIVATE KEY-----\n";

tls::Es256Key rfc_key() { return tls::Es256Key::parse(kKey).value(); }

// Whether `raw` (R and S) is the key's signature of `bytes`, by OpenSSL's own word.
bool is_signature(std::string_view raw, std::string_view bytes, std::string_view pem) {
  if (raw.size() != 64) return false;
  const auto* at = reinterpret_cast<const unsigned char*>(raw.data());
  ECDSA_SIG* signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, BN_bin2bn(at, 32, nullptr), BN_bin2bn(at + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &der);
  ECDSA_SIG_free(signature);
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool good = EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key) == 1 &&
                    EVP_DigestVerify(context, der, static_cast<std::size_t>(size),
                                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  OPENSSL_free(der);
  return good;
}

TEST(Jws, SignsWhatTheRfcSigns) {  // RFC 7515 appendix A.3.1
  const std::string input =
      signing_input(R"({"alg":"ES256"})",
                    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
  EXPECT_EQ(input,
            "eyJhbGciOiJFUzI1NiJ9."
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
  // The RFC's own signature, to know that the checker is right, and then ours, which has chance in it.
  EXPECT_TRUE(is_signature(
      base64url_decode(
          "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
          .value(),
      input, kKey));
  EXPECT_TRUE(is_signature(rfc_key().sign(input), input, kKey));
  EXPECT_FALSE(is_signature(rfc_key().sign(input), input + "x", kKey));
}

TEST(Jws, ShowsTheKeyAsTheRfcDoes) {
  EXPECT_EQ(jwk(rfc_key()), R"({"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                            R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
  EXPECT_EQ(thumbprint(rfc_key()), "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
  EXPECT_EQ(key_authorization(rfc_key(), "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"),  // RFC 8555 8.1
            "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
}

TEST(Jws, NamesTheAccountOrShowsTheKey) {
  const auto header_of = [](const std::string& request) {
    const auto parsed = api::stored_json(request);
    return api::stored_json(base64url_decode(parsed["protected"].get<std::string>()).value());
  };
  const auto named =
      header_of(signed_request(rfc_key(), "https://ca/acct/1", "https://ca/order", "n1", "{}"));
  EXPECT_EQ(named["kid"], "https://ca/acct/1");
  EXPECT_EQ(named["url"], "https://ca/order");
  EXPECT_EQ(named["nonce"], "n1");
  EXPECT_EQ(named["alg"], "ES256");
  EXPECT_FALSE(named.contains("jwk"));
  const auto shown = header_of(signed_request(rfc_key(), "", "https://ca/new", "n2", ""));
  EXPECT_EQ(shown["jwk"]["x"], "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
  EXPECT_FALSE(shown.contains("kid"));
  const auto request = api::stored_json(signed_request(rfc_key(), "", "https://ca/new", "n2", ""));
  EXPECT_EQ(request["payload"], "");  // POST-as-GET
}

TEST(Jws, SignsABindingWithTheMacKey) {  // RFC 8555 section 7.3.4
  const auto binding =
      api::stored_json(external_account_binding(rfc_key(), "kid-1", "secret", "https://ca/new"));
  const std::string header = base64url_decode(binding["protected"].get<std::string>()).value();
  EXPECT_EQ(api::stored_json(header)["alg"], "HS256");
  EXPECT_EQ(api::stored_json(header)["kid"], "kid-1");
  EXPECT_EQ(base64url_decode(binding["payload"].get<std::string>()), jwk(rfc_key()));
  const std::string input = signing_input(header, jwk(rfc_key()));
  EXPECT_EQ(base64url_decode(binding["signature"].get<std::string>()), tls::hmac_sha256("secret", input));
}

TEST(Es256Key, ComesBackFromItsText) {
  const auto key = tls::Es256Key::make();
  const auto again = tls::Es256Key::parse(key.pem());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->x(), key.x());
  EXPECT_EQ(again->y(), key.y());
  EXPECT_FALSE(tls::Es256Key::parse("").has_value());
  EXPECT_FALSE(
      tls::Es256Key::parse("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").has_value());
}

}  // namespace
}  // namespace brink::control::acme
