// A certificate signing request (PKCS #10, RFC 2986) as somebody sends it in PEM: whose key it is, proven by
// its signature. What else it asks for (names, extensions) is not looked at: whoever signs says what the
// certificate is for.
#pragma once

#include "base/error.h"
#include "tls/certificate.h"

#include <memory>
#include <string>
#include <string_view>

namespace brink::tls {

enum class SigningRequestError {
  kNoRequest = 1,   // no PEM request in the text
  kBadRequest,      // one that cannot be read
  kUnsupportedKey,  // neither RSA nor ECDSA on P-256 or P-384
  kKeySize,         // RSA under kLeastRsaBits or above kMostRsaBits; the detail is its bits
  kBadSignature,    // not signed by the key that is in it
};
const ErrorDomain& error_domain(SigningRequestError);

inline constexpr int kLeastRsaBits = 2048;
inline constexpr int kMostRsaBits = 8192;

class SigningRequest {
 public:
  // The first request in the text.
  [[nodiscard]] static Result<SigningRequest> parse(std::string_view pem);

  // RSA or ECDSA.
  [[nodiscard]] Certificate::KeyType key_type() const { return key_type_; }

  // For this room alone: the public key.
  [[nodiscard]] evp_pkey_st* key() const { return key_.get(); }

 private:
  SigningRequest() = default;

  std::shared_ptr<evp_pkey_st> key_;
  Certificate::KeyType key_type_ = Certificate::KeyType::kRsa;
};

}  // namespace brink::tls
