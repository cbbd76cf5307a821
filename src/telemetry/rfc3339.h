// Points in time as RFC 3339 writes them, in UTC with milliseconds: "2026-11-24T05:30:00.123Z".
#pragma once

#include <chrono>
#include <cstddef>

namespace brink::telemetry {

inline constexpr std::size_t kRfc3339Size = 24;

// Writes kRfc3339Size bytes. Of years beyond 0000 to 9999 it writes the nearest of these.
void write_rfc3339(std::chrono::system_clock::time_point time, char* out);

}  // namespace brink::telemetry
