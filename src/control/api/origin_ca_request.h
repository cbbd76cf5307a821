// What a client wants of the origin CA: the body of POST /certificates, checked but for whose the hosts are.
#pragma once

#include "control/api/api_error.h"
#include "control/api/json.h"
#include "tls/signing_request.h"

#include <chrono>
#include <string>
#include <vector>

namespace brink::control::api {

inline constexpr std::size_t kMaxOriginHosts = 200;  // of one certificate

struct OriginCaRequest {
  std::string csr;  // as it was sent
  tls::SigningRequest signing;
  std::vector<std::string> hosts;  // lower case, each once
  std::string request_type;        // "origin-rsa", "origin-ecc"
  std::chrono::days validity{};

  // 1101 for what is no such request, its key not of the type, a host that is none.
  [[nodiscard]] static Outcome<OriginCaRequest> parse(const Json& body);
};

}  // namespace brink::control::api
