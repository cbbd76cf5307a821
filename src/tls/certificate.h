// A certificate with its chain and its private key, read from PEM, and perhaps the OCSP response that goes
// with it. Immutable, safe from any thread, shared by all that use it.
#pragma once

#include "base/error.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;
struct stack_st_X509;
struct x509_st;

namespace brink::tls {

enum class CertificateError {
  kNoCertificate = 1,  // no PEM certificate in the text
  kBadCertificate,     // a PEM certificate that cannot be read; the detail is its place in the file, from 1
  kNoKey,              // no PEM private key in the text
  kBadKey,             // the detail is OpenSSL's error code
  kKeyNeedsPassphrase,
  kKeyDoesNotMatch,  // the key belongs to another certificate than the first one of the chain
  kUnsupportedKey,   // neither RSA nor an elliptic curve
  kTooWeak,  // OpenSSL refuses it at security level 2: RSA under 2048 bits, SHA-1; the detail is its error
             // code
  kBadOcspResponse,   // cannot be read, or the responder did not answer "successful"
  kOcspOfAnother,     // the response is about another certificate
  kOcspBadSignature,  // nobody who may speak for the certificate's issuer has signed the response
  kOcspRevoked,       // the response says that the certificate is revoked, or unknown
  kOcspExpired,       // its next update is past, or its this update is to come
};
const ErrorDomain& error_domain(CertificateError);

class Certificate {
 public:
  enum class KeyType : unsigned char { kRsa, kEcdsa, kEd25519 };
  using Time = std::chrono::system_clock::time_point;

  // `chain_pem`: the certificate, then its issuers, each signed by the next. `key_pem`: PKCS#8, PKCS#1 or
  // SEC1.
  [[nodiscard]] static Result<std::shared_ptr<const Certificate>> parse(std::string_view chain_pem,
                                                                        std::string_view key_pem);

  // The same certificate with an OCSP response in DER to staple, or what is wrong with the response: it must
  // be about this certificate, good, signed by its issuer or whom the issuer allows (checked where the chain
  // has the issuer), and valid at `now`. It is stapled until it expires.
  [[nodiscard]] Result<std::shared_ptr<const Certificate>> with_ocsp_response(std::string_view der,
                                                                              Time now) const;

  // Whether it is good for this host name or IP address, RFC 6125.
  [[nodiscard]] bool covers(const std::string& host) const;
  [[nodiscard]] KeyType key_type() const { return key_type_; }
  [[nodiscard]] Time not_before() const { return not_before_; }
  [[nodiscard]] Time not_after() const { return not_after_; }
  // The host names and addresses it is for, as written in it.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  // Who signed it: the issuer's organization, else its common name; empty where it has neither. UTF-8.
  [[nodiscard]] std::string issuer_name() const;
  // How, as people who read certificates with Go's library or by Cloudflare's API know it:
  // "ECDSAWithSHA256", "SHA256WithRSA", "SHA256WithRSAPSS", "PureEd25519"; OpenSSL's name for anything else.
  [[nodiscard]] std::string signature_name() const;

  // Empty where there is none.
  [[nodiscard]] const std::string& ocsp_response() const { return ocsp_response_; }
  [[nodiscard]] Time ocsp_expiry() const { return ocsp_expiry_; }

  // For this room alone.
  [[nodiscard]] x509_st* leaf() const { return leaf_.get(); }
  [[nodiscard]] stack_st_X509* issuers() const { return issuers_.get(); }
  [[nodiscard]] evp_pkey_st* key() const { return key_.get(); }

 private:
  Certificate() = default;

  std::shared_ptr<x509_st> leaf_;
  std::shared_ptr<stack_st_X509> issuers_;
  std::shared_ptr<evp_pkey_st> key_;
  KeyType key_type_ = KeyType::kRsa;
  Time not_before_;
  Time not_after_;
  std::vector<std::string> names_;
  std::string ocsp_response_;
  Time ocsp_expiry_;
};

}  // namespace brink::tls
