// The secret of an API token: "brk_" and 40 characters of chance. It is shown once; what is kept is its
// SHA-256.
#pragma once

#include "store/tokens.h"

#include <string>
#include <string_view>

namespace brink::control::api {

inline constexpr std::string_view kTokenPrefix = "brk_";
inline constexpr std::size_t kTokenCharacters = 40;  // after the prefix, of 6 bits each

[[nodiscard]] std::string new_token_secret();
[[nodiscard]] store::TokenHash hash_of(std::string_view secret);
// In a time that does not depend on where they differ.
[[nodiscard]] bool same_hash(const store::TokenHash& a, const store::TokenHash& b);
// Whether it can be a bearer token (RFC 6750 section 2.1): clients' mistakes are told from wrong tokens.
[[nodiscard]] bool looks_like_token(std::string_view text);

}  // namespace brink::control::api
