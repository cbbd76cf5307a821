// URL normalization, the phase http_request_sanitize. Pure functions.
#pragma once

#include "base/arena.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace brink::rules {

enum class UrlNormalization : std::uint8_t {
  // RFC 3986 section 6.2.2: escapes of unreserved characters are decoded, bytes that cannot stand in a URL
  // are
  // encoded (so is a % that begins no escape), hexadecimal digits are upper case, dot segments go.
  kRfc3986,
  // First every \ becomes /, and every run of / becomes one; then as above.
  kCloudflare,
};
[[nodiscard]] std::string_view name_of(UrlNormalization type);  // "rfc3986"
[[nodiscard]] std::optional<UrlNormalization> find_url_normalization(std::string_view name);

// What sees the normalized URL.
enum class UrlNormalizationScope : std::uint8_t {
  kNone,
  kIncoming,  // rules and what follows them; the origin gets what was received
  kBoth,      // the origin, too
};
[[nodiscard]] std::string_view name_of(UrlNormalizationScope scope);  // "incoming"
[[nodiscard]] std::optional<UrlNormalizationScope> find_url_normalization_scope(std::string_view name);

// A request's path; one that does not begin with "/" stays. `path` itself where it is normal already, else in
// the arena. Normalizing twice changes nothing.
[[nodiscard]] std::string_view normalize_path(std::string_view path, UrlNormalization type, Arena& arena);

}  // namespace brink::rules
