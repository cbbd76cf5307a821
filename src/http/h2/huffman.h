// The Huffman code of HPACK, RFC 7541 section 5.2 and appendix B. Pure functions, safe from any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace brink::http::h2 {

// How many bytes `text` takes when encoded.
[[nodiscard]] std::size_t huffman_encoded_size(std::string_view text);
// Encodes to `out`, which has room for that many bytes; answers where it ended.
char* huffman_encode(std::string_view text, char* out);

// The most that `encoded` bytes can decode to: the shortest code has 5 bits.
[[nodiscard]] constexpr std::size_t huffman_decoded_bound(std::size_t encoded) { return encoded * 8 / 5; }
// Decodes to `out`, which has room for huffman_decoded_bound(encoded.size()) bytes; answers how many bytes
// that made. Nothing where a code does not exist, the end-of-string code is there, or the padding is not as
// it has to be.
[[nodiscard]] std::optional<std::size_t> huffman_decode(std::string_view encoded, char* out);

}  // namespace brink::http::h2
