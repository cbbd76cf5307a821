// Certificate signing requests, as customers of the origin CA send them.
#pragma once

#include "base/assert.h"
#include "tls/openssl_handles.h"
#include "tls/x509_builder.h"

#include <string>

#include <openssl/ec.h>
#include <openssl/pem.h>

namespace brink::tls {

// A request for `key`, signed by `signer`.
inline std::string given_request(EVP_PKEY* key, EVP_PKEY* signer) {
  X509_REQ* request = X509_REQ_new();
  X509_REQ_set_version(request, X509_REQ_VERSION_1);
  X509_REQ_set_pubkey(request, key);
  const bool pure = EVP_PKEY_get_base_id(signer) == EVP_PKEY_ED25519;
  BRINK_ASSERT(X509_REQ_sign(request, signer, pure ? nullptr : EVP_sha256()) > 0);
  const BioHandle bio(BIO_new(BIO_s_mem()));
  BRINK_ASSERT(PEM_write_bio_X509_REQ(bio.get(), request) == 1);
  X509_REQ_free(request);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

inline std::string given_request(const PkeyHandle& key) { return given_request(key.get(), key.get()); }

}  // namespace brink::tls
