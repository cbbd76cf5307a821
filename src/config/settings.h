// The limits and times of the edge as brink.toml gives them. Their names, defaults and meanings are those of
// http::ServerLimits and http::ServerTimeouts, into which the edge copies them: config/ and http/ do not know
// each other.
#pragma once

#include <chrono>
#include <cstdint>

namespace brink::config {

struct EdgeLimits {
  std::uint32_t header_bytes = 64 * 1024;
  std::uint32_t header_count = 128;
  std::uint32_t uri_bytes = 16 * 1024;
  std::uint64_t body_bytes = 100 * 1024 * 1024;
  std::uint64_t rules_body_bytes = 128 * 1024;  // of the content, that rules can look at
  std::uint32_t rate_limit_keys = 1'000'000;
  std::uint32_t connections = 200'000;
  std::uint32_t connections_per_address = 20'000;
  std::uint32_t streams = 128;
  std::uint32_t requests_per_connection = 0;
  std::uint32_t h2_resets = 200;
  std::uint32_t h2_control_frames = 1000;
  std::uint32_t h2_empty_frames = 100;
  std::uint32_t h2_stream_window = 256 * 1024;
  std::uint32_t h2_connection_window = 1024 * 1024;
};

struct EdgeTimeouts {
  std::chrono::milliseconds tls_handshake{10'000};
  std::chrono::milliseconds request_header{15'000};
  std::chrono::milliseconds request_body{30'000};
  std::chrono::milliseconds keep_alive{75'000};
  std::chrono::milliseconds write{30'000};
  std::chrono::milliseconds tunnel_idle{600'000};
};

}  // namespace brink::config
