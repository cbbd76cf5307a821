#include "tls/signing_request.h"

#include "tls/openssl_handles.h"

#include <utility>

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

namespace brink::tls {
namespace {

class SigningRequestDomain final : public ErrorDomain {
 public:
  [[nodiscard]] std::string_view name() const override { return "signing request"; }
  [[nodiscard]] std::string message(int code, std::int64_t detail) const override {
    switch (static_cast<SigningRequestError>(code)) {
      case SigningRequestError::kNoRequest:
        return "no certificate request in it (expected -----BEGIN CERTIFICATE REQUEST-----)";
      case SigningRequestError::kBadRequest: return "the certificate request cannot be read";
      case SigningRequestError::kUnsupportedKey:
        return "the key is of a kind that is not signed here (expected RSA, or ECDSA on P-256 or P-384)";
      case SigningRequestError::kKeySize:
        return fmt::format("the RSA key has {} bits (expected {} to {})", detail, kLeastRsaBits,
                           kMostRsaBits);
      case SigningRequestError::kBadSignature: return "the request is not signed by the key that is in it";
    }
    return "unknown error";
  }
};
constexpr SigningRequestDomain kDomain;

using RequestHandle = std::unique_ptr<X509_REQ, FreeBy<X509_REQ_free>>;

Result<RequestHandle> read_request(std::string_view pem) {
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  RequestHandle request(PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
  const auto why = take_error();
  if (request != nullptr) return request;
  const bool none = ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
  return fail(none ? SigningRequestError::kNoRequest : SigningRequestError::kBadRequest);
}

Result<Certificate::KeyType> supported_key_type(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: {
      const int bits = EVP_PKEY_get_bits(key);
      if (bits < kLeastRsaBits || bits > kMostRsaBits) return fail(SigningRequestError::kKeySize, bits);
      return Certificate::KeyType::kRsa;
    }
    case EVP_PKEY_EC: {
      char curve[32] = {};
      std::size_t size = 0;
      const bool named = EVP_PKEY_get_group_name(key, curve, sizeof curve, &size) == 1;
      const int id = named ? OBJ_txt2nid(curve) : NID_undef;
      if (id != NID_X9_62_prime256v1 && id != NID_secp384r1) break;
      return Certificate::KeyType::kEcdsa;
    }
    default: break;
  }
  return fail(SigningRequestError::kUnsupportedKey);
}

}  // namespace

const ErrorDomain& error_domain(SigningRequestError) { return kDomain; }

Result<SigningRequest> SigningRequest::parse(std::string_view pem) {
  drain_errors();
  const auto request = BRINK_TRY(read_request(pem));
  PkeyHandle key(X509_REQ_get_pubkey(request.get()));
  take_error();
  if (key == nullptr) return fail(SigningRequestError::kUnsupportedKey);
  // Its size before its signature: checking that of a huge key takes long.
  const auto key_type = supported_key_type(key.get());
  take_error();
  if (!key_type) return std::unexpected(key_type.error());
  const bool is_signed = X509_REQ_verify(request.get(), key.get()) == 1;
  take_error();
  if (!is_signed) return fail(SigningRequestError::kBadSignature);
  SigningRequest made;
  made.key_ = std::move(key);
  made.key_type_ = *key_type;
  return made;
}

}  // namespace brink::tls
