// The ClientHello of RFC 8446 section 4.1.2, read from its bytes by ourselves, because OpenSSL does not show
// the extensions that it does not know; and the two fingerprints of a client that are made from it. Pure
// functions, safe from any thread. Never reads beyond the view; every list has a limit.
#pragma once

#include "base/error.h"
#include "tls/facts.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace brink::tls {

enum class ClientHelloError {
  kTruncated = 1,  // a length reaches beyond what holds it; the detail is the position
  kNotClientHello,
  kMalformed,  // a list of odd size, an empty name, bytes after the end
  kDuplicate,  // an extension twice; the detail is its number
  kTooMany,    // more cipher suites or extensions than the limits here
};
const ErrorDomain& error_domain(ClientHelloError);

// Numbers of 16 bits, in network order, in the bytes of somebody else.
class U16List {
 public:
  U16List() = default;
  explicit U16List(std::string_view bytes) : bytes_(bytes) {}  // requires an even size

  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size() / 2; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::uint16_t operator[](std::size_t i) const {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes_[2 * i]) << 8 |
                                      static_cast<unsigned char>(bytes_[2 * i + 1]));
  }

 private:
  std::string_view bytes_;
};

// All views are of the message's bytes and live as long as they do.
struct ClientHello {
  static constexpr std::size_t kMaxCipherSuites = 1024;
  static constexpr std::size_t kMaxExtensions = 128;

  struct Extension {
    std::uint16_t type = 0;
    std::string_view body;
  };

  std::uint16_t legacy_version = 0;
  std::string_view random;
  std::string_view session_id;
  U16List cipher_suites;
  std::string_view compression_methods;
  Extension extensions[kMaxExtensions];  // in the order received, GREASE among them
  std::size_t extension_count = 0;

  bool has_server_name = false;
  std::string_view server_name;  // as sent; empty where the extension has no host name
  std::string_view alpn;         // the list's bytes: each name after its one byte of length
  U16List supported_versions;
  U16List groups;
  std::string_view point_formats;
  U16List signature_algorithms;

  [[nodiscard]] std::span<const Extension> all_extensions() const { return {extensions, extension_count}; }
  [[nodiscard]] std::string_view first_alpn() const;  // empty where there is none
};

// Reads a whole handshake message: type, length and body, without a record header. Fills `hello` as far as it
// comes.
[[nodiscard]] Result<> parse_client_hello(std::string_view message, ClientHello& hello);

// RFC 8701: 0x0a0a, 0x1a1a, ... 0xfafa.
[[nodiscard]] constexpr bool is_grease(std::uint16_t value) {
  return (value & 0x0f0f) == 0x0a0a && (value >> 8) == (value & 0xff);
}

// JA3: "771,4865-4866,0-23,29-23,0" without GREASE, and its MD5 in hexadecimal.
[[nodiscard]] std::string ja3_text(const ClientHello& hello);
[[nodiscard]] std::string ja3(const ClientHello& hello);

// JA4 as FoxIO publishes it (github.com/FoxIO-LLC/ja4, technical_details/JA4.md):
// "t13d1516h2_8daaf6152771_e5627efa2ab1". `transport` is 't' for TCP, 'q' for QUIC.
[[nodiscard]] std::string ja4(const ClientHello& hello, char transport);

// What is kept of a ClientHello, which was a message of `length` bytes.
[[nodiscard]] HelloFacts hello_facts(const ClientHello& hello, std::size_t length);

}  // namespace brink::tls
