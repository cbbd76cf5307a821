#include "origin/origin.h"

#include <cstring>

namespace brink::origin {
namespace {

class OriginDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "origin"; }
  std::string message(int code, std::int64_t detail) const override {
    switch (static_cast<OriginError>(code)) {
      case OriginError::kResolve: return "the origin's host name has no address";
      case OriginError::kRefused: return "the origin refused the connection";
      case OriginError::kUnreachable: return "the origin cannot be reached";
      case OriginError::kConnectTimeout: return "the origin did not accept the connection in time";
      case OriginError::kConnectFailed:
        return std::string("the connection to the origin failed: ") + ::strerror(static_cast<int>(detail));
      case OriginError::kTlsHandshake: return "the TLS handshake with the origin failed";
      case OriginError::kTlsTimeout: return "the TLS handshake with the origin took too long";
      case OriginError::kCertificate:
        return "the origin's certificate is not valid (X509_V_ERR " + std::to_string(detail) + ")";
      case OriginError::kForbidden: return "the origin's address is one that must not be connected to";
      case OriginError::kQueueFull: return "too many requests wait for a connection to the origin";
      case OriginError::kQueueTimeout: return "no connection to the origin became free in time";
    }
    return "unknown";
  }
};
constexpr OriginDomain kOriginDomain;

}  // namespace

const ErrorDomain& error_domain(OriginError) { return kOriginDomain; }

}  // namespace brink::origin
