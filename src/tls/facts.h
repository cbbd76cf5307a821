// What is known of a TLS connection once its handshake is done. Belongs to the connection; read-only then.
#pragma once

#include <cstdint>
#include <string>

namespace brink::tls {

// What the Rules language can ask of a ClientHello beside its fingerprints.
struct HelloFacts {
  std::uint32_t length = 0;   // of the handshake message, in bytes
  std::string random;         // 32 bytes
  std::string cipher_suites;  // as sent: 16-bit numbers in network order
  std::string extensions;     // their types, likewise
};

struct Facts {
  std::uint16_t version = 0;  // 0x0303 TLS 1.2, 0x0304 TLS 1.3
  std::string cipher;  // OpenSSL's name, as in Logpush: "AEAD-AES128-GCM-SHA256" is made from it by the log
  std::string server_name;  // SNI in lower case; empty where there was none
  std::string alpn;         // "h2", "http/1.1" or empty
  bool resumed = false;
  bool client_certificate = false;
  std::string ja3;  // MD5 in hexadecimal
  std::string ja4;  // "t13d1516h2_8daaf6152771_e5627efa2ab1"
  HelloFacts hello;

  [[nodiscard]] const char* version_name() const {  // as in Logpush
    return version == 0x0304 ? "TLSv1.3" : version == 0x0303 ? "TLSv1.2" : "none";
  }
};

}  // namespace brink::tls
