// What was agreed on in a handshake, in one line.
#pragma once

#include <string>

#include <openssl/objects.h>
#include <openssl/ssl.h>

namespace brink::bench {

// "TLSv1.3 TLS_AES_128_GCM_SHA256 X25519 http/1.1"
[[nodiscard]] inline std::string tls_facts(SSL* ssl) {
  std::string text = ::SSL_get_version(ssl);
  text += ' ';
  text += ::SSL_get_cipher_name(ssl);
  text += ' ';
  const long group = ::SSL_get_negotiated_group(ssl);
  const char* name = ::OBJ_nid2sn(static_cast<int>(group));
  text += name == nullptr ? "?" : name;
  const unsigned char* protocol = nullptr;
  unsigned length = 0;
  ::SSL_get0_alpn_selected(ssl, &protocol, &length);
  text += ' ';
  text += length == 0 ? "no-alpn" : std::string(reinterpret_cast<const char*>(protocol), length);
  return text;
}

}  // namespace brink::bench
