#include "http/server.h"

#include <cstring>

namespace brink::http {
namespace {

class ServerDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "client"; }
  std::string message(int code, std::int64_t detail) const override {
    switch (static_cast<ServerError>(code)) {
      case ServerError::kBodyTooLarge: return "the request's content is larger than allowed";
      case ServerError::kBodyTimeout: return "the request's content stopped coming";
      case ServerError::kBodyMalformed: return "the request's content is malformed";
      case ServerError::kClientGone:
        return detail == 0
                   ? "the client closed the connection"
                   : std::string("the client's connection broke: ") + ::strerror(static_cast<int>(detail));
      case ServerError::kWriteTimeout: return "the client stopped taking the response";
      case ServerError::kResponseBroken: return "the response's content broke off";
    }
    return "unknown";
  }
};
constexpr ServerDomain kServerDomain;

}  // namespace

const ErrorDomain& error_domain(ServerError) { return kServerDomain; }

}  // namespace brink::http
