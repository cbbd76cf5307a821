#include "http/h2/request_error.h"

namespace brink::http::h2 {
namespace {

class RequestDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "http/2 request"; }
  std::string message(int code, std::int64_t) const override {
    switch (static_cast<RequestError>(code)) {
      case RequestError::kMalformedHead: return "the head is malformed";
      case RequestError::kHeadTooLarge: return "the head is larger than allowed";
      case RequestError::kTooManyFields: return "the head has more fields than allowed";
      case RequestError::kUriTooLong: return "the request target is longer than allowed";
      case RequestError::kConnectRefused: return "CONNECT is not served";
      case RequestError::kHeadTimeout: return "the head did not arrive in time";
    }
    return "unknown";
  }
};
constexpr RequestDomain kRequestDomain;

}  // namespace

const ErrorDomain& error_domain(RequestError) { return kRequestDomain; }

}  // namespace brink::http::h2
