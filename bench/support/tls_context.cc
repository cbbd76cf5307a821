#include "support/tls_context.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <openssl/err.h>

namespace brink::bench {
namespace {

SslContext new_context(const SSL_METHOD* method) {
  SslContext context(::SSL_CTX_new(method));
  if (!context) die_of_tls("SSL_CTX_new");
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  if (::SSL_CTX_set_ciphersuites(context.get(), "TLS_AES_128_GCM_SHA256") != 1) die_of_tls("ciphersuites");
  if (::SSL_CTX_set1_groups_list(context.get(), "X25519") != 1) die_of_tls("groups");
  ::SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
  ::SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

// ALPN: `chosen` is the floor's only protocol, whatever was offered.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char*, unsigned,
                    void* chosen) {
  const auto* protocol = static_cast<const char*>(chosen);
  *out = reinterpret_cast<const unsigned char*>(protocol);
  *length = static_cast<unsigned char>(std::strlen(protocol));
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

SslContext server_tls(const std::string& certificate_file, const std::string& key_file,
                      const char* protocol) {
  SslContext context = new_context(::TLS_server_method());
  if (::SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1)
    die_of_tls("certificate");
  if (::SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    die_of_tls("key");
  ::SSL_CTX_set_num_tickets(context.get(), 1);
  ::SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, const_cast<char*>(protocol));
  return context;
}

SslContext client_tls() {
  SslContext context = new_context(::TLS_client_method());
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  if (::SSL_CTX_set_alpn_protos(context.get(), kHttp11, sizeof kHttp11 - 1) != 0) die_of_tls("alpn");
  return context;
}

void die_of_tls(const char* what) {
  std::fprintf(stderr, "TLS: %s\n", what);
  ::ERR_print_errors_fp(stderr);
  std::exit(1);
}

}  // namespace brink::bench
