#include "http/limits.h"

#include <iterator>

namespace brink::http {

std::string_view limit_name(Limit limit) {
  static constexpr std::string_view kNames[] = {
      "header_bytes",    "header_count",
      "uri_bytes",       "body_bytes",
      "connections",     "connections_per_address",
      "streams",         "requests_per_connection",
      "h2_resets",       "h2_control_frames",
      "h2_empty_frames", "tls_handshake",
      "request_header",  "request_body",
      "keep_alive",      "write",
      "tunnel_idle",     "connections_per_origin",
      "queue",           "queue_timeout",
  };
  static_assert(std::size(kNames) == static_cast<std::size_t>(Limit::kCount));
  return kNames[static_cast<std::size_t>(limit)];
}

}  // namespace brink::http
