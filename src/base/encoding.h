// Hexadecimal and base64 (RFC 4648).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace brink {

[[nodiscard]] std::string hex_encode(std::string_view bytes);
[[nodiscard]] std::string base64_encode(std::string_view bytes);
// Base64 with padding and nothing else; nothing where it is malformed.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

// The alphabet for URLs and file names, without padding (RFC 4648 section 5).
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace brink
