#include "http/client.h"

#include <cstring>

namespace brink::http {
namespace {

class ClientDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "origin connection"; }
  std::string message(int code, std::int64_t detail) const override {
    switch (static_cast<ClientError>(code)) {
      case ClientError::kConnectionClosed: return "the origin closed the connection before it answered";
      case ClientError::kConnectionFailed:
        return std::string("the connection to the origin broke: ") + ::strerror(static_cast<int>(detail));
      case ClientError::kMalformedResponse: return "the origin's response is not proper HTTP";
      case ClientError::kHeadTooLarge: return "the head of the origin's response is too large";
      case ClientError::kFirstByteTimeout: return "the origin did not begin its response in time";
      case ClientError::kBodyTimeout: return "the origin's response stopped coming";
      case ClientError::kBodyBroken: return "the origin's response ended before it was complete";
      case ClientError::kRefused: return "the origin refused the stream unprocessed";
      case ClientError::kReset: return "the origin reset the stream with code " + std::to_string(detail);
      case ClientError::kUpgradeNotPossible: return "the origin's protocol cannot carry the upgrade";
    }
    return "unknown";
  }
};
constexpr ClientDomain kClientDomain;

}  // namespace

const ErrorDomain& error_domain(ClientError) { return kClientDomain; }

}  // namespace brink::http
