#include "tls/tls_error.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509.h>

namespace brink::tls {
namespace {

std::string with_reason(std::string_view what, std::int64_t openssl_code) {
  const char* reason = ERR_reason_error_string(static_cast<unsigned long>(openssl_code));
  return reason != nullptr ? fmt::format("{}: {}", what, reason) : std::string(what);
}

class TlsDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "tls"; }
  std::string message(int code, std::int64_t detail) const override {
    switch (static_cast<TlsError>(code)) {
      case TlsError::kHandshakeFailed: return with_reason("TLS handshake failed", detail);
      case TlsError::kCertificateInvalid:
        return fmt::format("certificate not accepted: {}",
                           X509_verify_cert_error_string(static_cast<long>(detail)));
      case TlsError::kNoSharedAlpn: return "no application protocol (ALPN) in common";
      case TlsError::kTimeout: return "TLS handshake timed out";
      case TlsError::kClosed: return "connection closed during the TLS handshake";
      case TlsError::kNotTls: return "what was received is not TLS";
      case TlsError::kBrokenRecord: return with_reason("TLS connection broken", detail);
      case TlsError::kTooManyMessages: return "too many TLS messages without data";
    }
    return "unknown TLS error";
  }
};

constexpr TlsDomain kTlsDomain;

}  // namespace

const ErrorDomain& error_domain(TlsError) { return kTlsDomain; }

}  // namespace brink::tls
