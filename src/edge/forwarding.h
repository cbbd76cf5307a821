// What Brink says of itself and of the visitor to the origin and in responses: Via, Forwarded (RFC 7239),
// X-Forwarded-*, CF-Connecting-IP, CDN-Loop (RFC 8586), Brink-Ray and CF-Ray, Proxy-Status (RFC 9209).
#pragma once

#include "edge/request.h"

namespace brink::edge {

// The visitor's address: the connection's client, or, where that is a trusted proxy, the nearest address in
// X-Forwarded-For that is not.
[[nodiscard]] net::IpAddress visitor_address(const Request& request);

// False where the request has come through Brink kMaxPasses times already: it runs in a circle.
inline constexpr int kMaxPasses = 4;
[[nodiscard]] bool add_forwarding_fields(Request& request);

void add_response_fields(Request& request);

// What a response that Brink itself made says of that: Server, CF-Ray, Brink-Ray.
void add_identity_fields(http::ResponseHead& response, const http::Exchange& exchange);

}  // namespace brink::edge
