// The one TLS that the benchmark speaks: 1.3, AES-128-GCM, X25519, one protocol by ALPN.
#pragma once

#include <memory>
#include <string>

#include <openssl/ssl.h>

namespace brink::bench {

struct FreeSslContext {
  void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, FreeSslContext>;

// One ticket a handshake, as the tuned peers. `protocol` is chosen whenever a client offers any by ALPN.
[[nodiscard]] SslContext server_tls(const std::string& certificate_file, const std::string& key_file,
                                    const char* protocol = "http/1.1");

// Does not check the certificate's chain: it is the benchmark's own, and the client is not what is measured.
[[nodiscard]] SslContext client_tls();

[[noreturn]] void die_of_tls(const char* what);

}  // namespace brink::bench
