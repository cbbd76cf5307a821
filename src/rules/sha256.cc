// OpenSSL's EVP interface allocates a context and looks an implementation up for each digest; the plain one,
// which it calls deprecated, does neither.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "rules/sha256.h"

#include <algorithm>

#include <openssl/sha.h>

namespace brink::rules {
namespace {

constexpr std::size_t kBlock = SHA256_CBLOCK;

class Sha256 {
 public:
  Sha256() { ::SHA256_Init(&state_); }
  Sha256& add(std::string_view text) {
    ::SHA256_Update(&state_, text.data(), text.size());
    return *this;
  }
  Sha256Digest finish() {
    Sha256Digest digest;
    ::SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), &state_);
    return digest;
  }

 private:
  SHA256_CTX state_;
};

std::string_view view(const auto& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

Sha256Digest sha256(std::initializer_list<std::string_view> texts) {
  Sha256 hash;
  for (const auto text : texts) hash.add(text);
  return hash.finish();
}

Sha256Digest hmac_sha256(std::string_view key, std::initializer_list<std::string_view> texts) {
  std::array<char, kBlock> padded{};
  if (key.size() > kBlock) {
    std::ranges::copy(sha256({key}), padded.begin());
  } else {
    std::ranges::copy(key, padded.begin());
  }
  auto inner_pad = padded;
  for (char& byte : inner_pad) byte = static_cast<char>(byte ^ 0x36);
  for (char& byte : padded) byte = static_cast<char>(byte ^ 0x5C);

  Sha256 inner;
  inner.add(view(inner_pad));
  for (const auto text : texts) inner.add(text);
  return Sha256().add(view(padded)).add(view(inner.finish())).finish();
}

}  // namespace brink::rules
