// Times, sizes and shares as brink.toml writes them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brink::config {

// "500ms", "10s", "5m", "1h", "7d": a whole number and a unit; nothing else, and nothing beyond 100 years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// In the largest unit that keeps it whole: "10s"; "0s".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

// "512", "64KiB", "100MiB", "1GB": bytes, with units of 1024 (KiB, MiB, GiB, TiB) or 1000 (kB or KB, MB, GB,
// TB).
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
// In the largest unit of 1024 that keeps it whole: "64KiB"; "100".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

}  // namespace brink::config
