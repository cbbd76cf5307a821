// The time of day, handed in wherever it matters: the age of tickets, of certificates and of OCSP responses.
#pragma once

#include <chrono>
#include <functional>

namespace brink::tls {

// Called from any thread.
using WallClock = std::function<std::chrono::system_clock::time_point()>;

[[nodiscard]] inline WallClock system_wall_clock() {
  return [] { return std::chrono::system_clock::now(); };
}

}  // namespace brink::tls
