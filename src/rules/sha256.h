// SHA-256 and HMAC (RFC 2104) over it without an allocation, for what runs at every request.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace brink::rules {

using Sha256Digest = std::array<char, 32>;

// Of the texts one after another.
[[nodiscard]] Sha256Digest sha256(std::initializer_list<std::string_view> texts);
[[nodiscard]] Sha256Digest hmac_sha256(std::string_view key, std::initializer_list<std::string_view> texts);

}  // namespace brink::rules
