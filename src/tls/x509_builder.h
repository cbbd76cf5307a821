// Makes keys and certificates: for the local CA and for tests. For the files of this room and its tests
// alone.
#pragma once

#include "base/error.h"
#include "tls/openssl_handles.h"

#include <chrono>
#include <string>
#include <vector>

namespace brink::tls {

struct X509Request {
  std::string common_name;
  // Host names (wildcards too) and IP addresses.
  std::vector<std::string> names;
  bool is_authority = false;
  bool for_client = false;
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
};

[[nodiscard]] PkeyHandle make_ecdsa_key();  // P-256
[[nodiscard]] PkeyHandle make_rsa_key(unsigned bits);

// Signed by `issuer` with `issuer_key`, or by itself where `issuer` is nullptr. Fails with SystemError,
// EINVAL, where a name cannot stand in a certificate.
[[nodiscard]] Result<X509Handle> make_certificate(const X509Request& request, EVP_PKEY* key, X509* issuer,
                                                  EVP_PKEY* issuer_key);

// Host names and IP addresses as they stand in subjectAltName; nullptr where one of them cannot.
[[nodiscard]] GeneralNamesHandle general_names(const std::vector<std::string>& names);

[[nodiscard]] std::string certificate_pem(X509* certificate);
[[nodiscard]] std::string key_pem(EVP_PKEY* key);  // PKCS#8, not encrypted

}  // namespace brink::tls
