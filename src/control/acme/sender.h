// How requests reach an ACME server. The seam for tests; the real one is https_sender.h.
#pragma once

#include "control/acme/failure.h"
#include "runtime/task.h"

#include <cstdint>
#include <string>
#include <vector>

namespace brink::control::acme {

struct HttpRequest {
  enum class Method : std::uint8_t { kGet, kHead, kPost };
  Method method = Method::kGet;
  std::string url;
  std::string content;  // of a POST, application/jose+json
};

struct HttpResponse {
  std::uint16_t status = 0;
  std::string content_type;  // without parameters, in lower case
  std::string content;
  std::string nonce;        // Replay-Nonce
  std::string location;     // as sent
  std::string retry_after;  // as sent
};

class Sender {
 public:
  virtual ~Sender() = default;
  // Any answer of the server, whatever its status. Failures are kUnreachable, kProtocol and kCancelled.
  virtual Task<Outcome<HttpResponse>> send(HttpRequest request) = 0;
};

}  // namespace brink::control::acme
