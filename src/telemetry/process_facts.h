// What the kernel says of a process: /proc/PID/stat and its neighbours.
#pragma once

#include "telemetry/segment.h"

#include <cstdint>
#include <optional>

namespace brink::telemetry {

struct ProcessFacts {
  double cpu_seconds = 0;    // user and system, of the process and its threads
  double start_seconds = 0;  // since the epoch
  std::uint64_t resident_bytes = 0;
  std::uint64_t threads = 0;
  std::optional<std::uint64_t> open_fds;  // nothing where we may not look
};

[[nodiscard]] ProcessIdentity own_identity();
// Nothing where that process has ended.
[[nodiscard]] std::optional<ProcessFacts> read_process(ProcessIdentity process);

}  // namespace brink::telemetry
