// A P-256 key that signs with SHA-256: "ES256" of JSON Web Signatures (RFC 7518 section 3.4), and the key of
// certificates that are asked for. Immutable, safe from any thread.
#pragma once

#include "base/error.h"

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace brink::tls {

class Es256Key {
 public:
  [[nodiscard]] static Es256Key make();
  // CertificateError::kNoKey, kBadKey; kUnsupportedKey for a key of another kind or curve.
  [[nodiscard]] static Result<Es256Key> parse(std::string_view pem);

  [[nodiscard]] std::string pem() const;  // PKCS#8, not encrypted
  // The public point, 32 bytes each.
  [[nodiscard]] const std::string& x() const { return x_; }
  [[nodiscard]] const std::string& y() const { return y_; }
  // R and S, 32 bytes each.
  [[nodiscard]] std::string sign(std::string_view bytes) const;

  // For this room alone.
  [[nodiscard]] evp_pkey_st* handle() const { return key_.get(); }

 private:
  explicit Es256Key(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  std::string x_;
  std::string y_;
};

// HS256 of JSON Web Signatures: 32 bytes.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace brink::tls
