#include "tls/digest.h"

#include "base/assert.h"
#include "base/encoding.h"
#include "tls/openssl_handles.h"

namespace brink::tls {
namespace {

std::string digest(const EVP_MD* algorithm, std::string_view bytes) {
  static thread_local const MdContextHandle context(EVP_MD_CTX_new());
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const bool done = EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), hash, &size) == 1;
  BRINK_ASSERT(done);
  return {reinterpret_cast<const char*>(hash), size};
}

const EVP_MD* md5_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
  return algorithm;
}

const EVP_MD* sha1_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return algorithm;
}

const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

}  // namespace

std::string md5_hex(std::string_view bytes) { return hex_encode(digest(md5_algorithm(), bytes)); }
std::string sha256_hex(std::string_view bytes) { return hex_encode(digest(sha256_algorithm(), bytes)); }
std::string sha1(std::string_view bytes) { return digest(sha1_algorithm(), bytes); }
std::string sha256(std::string_view bytes) { return digest(sha256_algorithm(), bytes); }

}  // namespace brink::tls
