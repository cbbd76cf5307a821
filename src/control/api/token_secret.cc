#include "control/api/token_secret.h"

#include "base/ascii.h"
#include "base/random.h"
#include "tls/digest.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <openssl/crypto.h>

namespace brink::control::api {

std::string new_token_secret() {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  std::array<unsigned char, kTokenCharacters> chance;
  fill_secret(chance);
  std::string secret(kTokenPrefix);
  for (const unsigned char byte : chance) secret += kAlphabet[byte & 63];
  OPENSSL_cleanse(chance.data(), chance.size());
  return secret;
}

store::TokenHash hash_of(std::string_view secret) {
  const std::string digest = tls::sha256(secret);
  store::TokenHash hash{};
  std::memcpy(hash.data(), digest.data(), std::min(hash.size(), digest.size()));
  return hash;
}

bool same_hash(const store::TokenHash& a, const store::TokenHash& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool looks_like_token(std::string_view text) {
  constexpr std::size_t kMost = 4096;
  const auto is_token_character = [](char c) {
    return is_alpha(c) || is_digit(c) || std::string_view("-._~+/=").contains(c);
  };
  return !text.empty() && text.size() <= kMost && std::ranges::all_of(text, is_token_character);
}

}  // namespace brink::control::api
