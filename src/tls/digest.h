// Hashes, for names, fingerprints and the handshake of WebSockets. The algorithms are looked up in OpenSSL
// once per process.
#pragma once

#include <string>
#include <string_view>

namespace brink::tls {

[[nodiscard]] std::string md5_hex(std::string_view bytes);
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
// 20 bytes; proves nothing by itself.
[[nodiscard]] std::string sha1(std::string_view bytes);
// 32 bytes.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace brink::tls
