// What the kernel knows of the way to a peer (Linux tcp(7), TCP_INFO).
#pragma once

#include <chrono>
#include <cstdint>

namespace brink::net {

struct PathEstimate {
  std::chrono::microseconds round_trip{0};  // smoothed; 0: not known
  std::uint64_t delivery_rate = 0;          // bytes a second; 0: not known
};

// Of a connected TCP socket; nothing is known of other sockets.
[[nodiscard]] PathEstimate estimate_path(int socket);

}  // namespace brink::net
