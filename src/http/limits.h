// What a client of ours may take: the limits and times of the server side, with their names and defaults. The
// names are those of the keys in brink.toml ([edge.limits], [edge.timeouts]) and of the label `limit` of the
// metric brink_edge_limit_hits_total.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace brink::http {

struct ServerLimits {
  std::uint32_t header_bytes = 64 * 1024;  // one head: request line and fields (h2: decoded, RFC 9113 10.5.1)
  std::uint32_t header_count = 128;        // fields of one head, and of trailers
  std::uint32_t uri_bytes = 16 * 1024;     // the request target
  std::uint64_t body_bytes = 100 * 1024 * 1024;  // content of one request; 0: no limit
  std::uint32_t streams = 128;                   // h2: requests at the same time on one connection
  std::uint32_t requests_per_connection = 0;     // 0: no limit
  std::uint32_t h2_resets = 200;  // h2: streams the client resets, per 10 seconds, beyond those answered
  std::uint32_t h2_control_frames =
      1000;  // h2: PING, SETTINGS, PRIORITY, WINDOW_UPDATE of the connection, per 10 seconds
  std::uint32_t h2_empty_frames = 100;          // h2: empty DATA or CONTINUATION in a row
  std::uint32_t h2_stream_window = 256 * 1024;  // h2: bytes of a request's content in flight or waiting
  std::uint32_t h2_connection_window = 1024 * 1024;
};

struct ServerTimeouts {
  std::chrono::milliseconds tls_handshake{10'000};
  std::chrono::milliseconds request_header{15'000};  // from a head's first byte to its last
  std::chrono::milliseconds request_body{30'000};    // without progress
  std::chrono::milliseconds keep_alive{75'000};      // between requests
  std::chrono::milliseconds write{30'000};           // without the client taking anything
  std::chrono::milliseconds tunnel_idle{600'000};  // an upgraded connection without bytes in either direction
};

// Which limit was hit.
enum class Limit : std::uint8_t {
  kHeaderBytes,
  kHeaderCount,
  kUriBytes,
  kBodyBytes,
  kConnections,
  kConnectionsPerAddress,
  kStreams,
  kRequestsPerConnection,
  kH2Resets,
  kH2ControlFrames,
  kH2EmptyFrames,
  kTlsHandshake,
  kRequestHeader,
  kRequestBody,
  kKeepAlive,
  kWrite,
  kTunnelIdle,
  kOriginConnections,
  kOriginQueue,
  kOriginQueueTime,
  kCount
};
// "header_bytes"
[[nodiscard]] std::string_view limit_name(Limit limit);

}  // namespace brink::http
