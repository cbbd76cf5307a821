// The keys that brink.toml may name for programs that know no API tokens. Each is the first line of a file;
// of it, as of tokens, only the hash is kept.
#pragma once

#include "store/tokens.h"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace brink::control::api {

inline constexpr std::size_t kLeastKeyBytes = 32;
inline constexpr std::size_t kMostKeyBytes = 256;
inline constexpr std::string_view kOriginCaKeyPrefix = "v1.0-";

// What a client may send as a key at all: so many visible characters of ASCII.
[[nodiscard]] bool looks_like_key(std::string_view text);
[[nodiscard]] bool looks_like_origin_ca_key(std::string_view text);

// The key in a file with that content, or what is wrong with it, with the key of brink.toml that names it.
[[nodiscard]] std::expected<std::string_view, std::string> check_global_key(std::string_view content);
[[nodiscard]] std::expected<std::string_view, std::string> check_origin_ca_key(std::string_view content);

struct NodeKeys {
  std::optional<store::TokenHash> global;     // X-Auth-Key: may everything
  std::optional<store::TokenHash> origin_ca;  // X-Auth-User-Service-Key: /certificates alone
};

}  // namespace brink::control::api
