#include "tls/es256_key.h"

#include "base/assert.h"
#include "tls/certificate.h"
#include "tls/openssl_handles.h"
#include "tls/x509_builder.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

namespace brink::tls {
namespace {

constexpr int kCoordinate = 32;

using SignatureHandle = std::unique_ptr<ECDSA_SIG, FreeBy<ECDSA_SIG_free>>;

std::string coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  BRINK_ASSERT(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string bytes(kCoordinate, '\0');
  const int size = BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), kCoordinate);
  BN_free(number);
  BRINK_ASSERT(size == kCoordinate);
  return bytes;
}

bool is_p256(const EVP_PKEY* key) {
  char group[64] = {};
  std::size_t size = 0;
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
         OBJ_txt2nid(group) == NID_X9_62_prime256v1;
}

}  // namespace

Es256Key::Es256Key(std::shared_ptr<evp_pkey_st> key)
    : key_(std::move(key)),
      x_(coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X)),
      y_(coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y)) {}

Es256Key Es256Key::make() { return Es256Key(std::shared_ptr<evp_pkey_st>(make_ecdsa_key())); }

Result<Es256Key> Es256Key::parse(std::string_view pem) {
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  PkeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  const auto why = take_error();
  if (key == nullptr) {
    if (!pem.contains("PRIVATE KEY-----")) return fail(CertificateError::kNoKey);
    return fail(CertificateError::kBadKey, static_cast<std::int64_t>(why));
  }
  const bool fits = is_p256(key.get());
  drain_errors();
  if (!fits) return fail(CertificateError::kUnsupportedKey);
  return Es256Key(std::shared_ptr<evp_pkey_st>(std::move(key)));
}

std::string Es256Key::pem() const { return key_pem(key_.get()); }

std::string Es256Key::sign(std::string_view bytes) const {
  const MdContextHandle context(EVP_MD_CTX_new());
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  unsigned char der[128];
  std::size_t size = sizeof der;
  const bool is_signed = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
                         EVP_DigestSign(context.get(), der, &size, data, bytes.size()) == 1;
  BRINK_ASSERT(is_signed);
  const unsigned char* at = der;
  const SignatureHandle signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  BRINK_ASSERT(signature != nullptr);
  std::string raw(2 * kCoordinate, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  const bool fits =
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, kCoordinate) == kCoordinate &&
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + kCoordinate, kCoordinate) == kCoordinate;
  BRINK_ASSERT(fits);
  return raw;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  // An empty key needs a place too: OpenSSL takes nullptr for "the key of last time".
  const void* place = key.empty() ? "" : key.data();
  const unsigned char* made =
      HMAC(EVP_sha256(), place, static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), mac, &size);
  BRINK_ASSERT(made != nullptr);
  return {reinterpret_cast<const char*>(mac), size};
}

}  // namespace brink::tls
