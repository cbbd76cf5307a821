// Owners of OpenSSL's objects, and its error queue. For the files of this room alone.
#pragma once

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace brink::tls {

template <auto Free>
struct FreeBy {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

inline void free_x509_stack(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }
inline void free_general_names(GENERAL_NAMES* names) { GENERAL_NAMES_free(names); }

using SslHandle = std::unique_ptr<SSL, FreeBy<SSL_free>>;
using SslCtxHandle = std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>>;
using SessionHandle = std::unique_ptr<SSL_SESSION, FreeBy<SSL_SESSION_free>>;
using BioHandle = std::unique_ptr<BIO, FreeBy<BIO_free>>;
using X509Handle = std::unique_ptr<X509, FreeBy<X509_free>>;
using X509StackHandle = std::unique_ptr<STACK_OF(X509), FreeBy<free_x509_stack>>;
using X509StoreHandle = std::unique_ptr<X509_STORE, FreeBy<X509_STORE_free>>;
using PkeyHandle = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using MdContextHandle = std::unique_ptr<EVP_MD_CTX, FreeBy<EVP_MD_CTX_free>>;
using OcspResponseHandle = std::unique_ptr<OCSP_RESPONSE, FreeBy<OCSP_RESPONSE_free>>;
using OcspBasicHandle = std::unique_ptr<OCSP_BASICRESP, FreeBy<OCSP_BASICRESP_free>>;
using OcspIdHandle = std::unique_ptr<OCSP_CERTID, FreeBy<OCSP_CERTID_free>>;
using GeneralNamesHandle = std::unique_ptr<GENERAL_NAMES, FreeBy<free_general_names>>;

// Empties this thread's error queue: a leftover of an earlier call would be taken for the failure of the next
// one (SSL_get_error looks there). Emptying costs some 300 ns whether there is anything or not, looking a
// fifth of it.
inline void drain_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

// The code of the latest failure, with the queue emptied.
inline unsigned long take_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  return code;
}

}  // namespace brink::tls
