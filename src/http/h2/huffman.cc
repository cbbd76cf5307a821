#include "http/h2/huffman.h"

#include <array>
#include <bit>
#include <cstdint>

namespace brink::http::h2 {
namespace {

constexpr unsigned kSymbols = 257;  // 256 bytes and the end of the string
constexpr unsigned kMaxBits = 30;
constexpr unsigned kFastBits = 10;  // nearly all of what headers are made of

// RFC 7541 appendix B gives each symbol a length; the codes follow from the lengths, for the code is
// canonical: shorter codes come first, and among those of one length, lower symbols.
constexpr std::array<std::uint8_t, kSymbols> kLengths = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28,
    28, 28, 28, 28, 28, 28, 6,  10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,  5,  5,  5,  6,
    6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10, 13, 6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,
    7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,  15, 5,  6,  5,  6,  5,  6,  6,
    6,  5,  7,  7,  6,  6,  6,  5,  6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7,  15, 11, 14, 13, 28, 20, 22,
    20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23,
    22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22,
    23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22,
    25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30};

struct Code {
  std::array<std::uint32_t, kSymbols> codes{};       // right-aligned
  std::array<std::uint16_t, kSymbols> by_code{};     // symbols in the order of their codes
  std::array<std::uint32_t, kMaxBits + 1> first{};   // the first code of each length
  std::array<std::uint16_t, kMaxBits + 1> offset{};  // where its symbol stands in by_code
  std::array<std::uint16_t, kMaxBits + 1> count{};   // how many codes have that length
  std::array<std::uint16_t, 1 << kFastBits>
      fast{};  // by the next bits: length << 8 | symbol; 0: a longer code
};

constexpr Code kCode = [] {
  Code made;
  std::uint32_t code = 0;
  std::uint16_t placed = 0;
  for (unsigned bits = 1; bits <= kMaxBits; ++bits) {
    code <<= 1;
    made.first[bits] = code;
    made.offset[bits] = placed;
    for (unsigned symbol = 0; symbol < kSymbols; ++symbol) {
      if (kLengths[symbol] != bits) continue;
      made.codes[symbol] = code++;
      made.by_code[placed++] = static_cast<std::uint16_t>(symbol);
      ++made.count[bits];
      if (bits > kFastBits) continue;
      const unsigned shift = kFastBits - bits;
      for (unsigned i = 0; i < 1U << shift; ++i) {
        made.fast[(made.codes[symbol] << shift) + i] = static_cast<std::uint16_t>(bits << 8 | symbol);
      }
    }
  }
  return made;
}();

}  // namespace

std::size_t huffman_encoded_size(std::string_view text) {
  std::size_t bits = 0;
  for (const char c : text) bits += kLengths[static_cast<unsigned char>(c)];
  return (bits + 7) / 8;
}

char* huffman_encode(std::string_view text, char* out) {
  std::uint64_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto symbol = static_cast<unsigned char>(c);
    bits = bits << kLengths[symbol] | kCode.codes[symbol];
    count += kLengths[symbol];
    while (count >= 8) {
      count -= 8;
      *out++ = static_cast<char>(bits >> count);
    }
  }
  if (count > 0) *out++ = static_cast<char>(bits << (8 - count) | (0xffU >> count));  // padded with ones
  return out;
}

std::optional<std::size_t> huffman_decode(std::string_view encoded, char* out) {
  const char* const start = out;
  const auto* in = reinterpret_cast<const unsigned char*>(encoded.data());
  const auto* const end = in + encoded.size();
  std::uint64_t bits = 0;  // the next ones, at the top
  unsigned count = 0;
  for (;;) {
    while (count <= 56 && in != end) {
      bits |= static_cast<std::uint64_t>(*in++) << (56 - count);
      count += 8;
    }
    if (count == 0) return out - start;
    const std::uint16_t fast = kCode.fast[bits >> (64 - kFastBits)];
    unsigned length = fast >> 8;
    unsigned symbol = fast & 0xff;
    if (length == 0) {
      const auto next = static_cast<std::uint32_t>(bits >> 32);
      for (length = kFastBits + 1; length <= kMaxBits; ++length) {
        const std::uint32_t code = next >> (32 - length);
        if (code < kCode.first[length] + kCode.count[length]) {
          symbol = kCode.by_code[kCode.offset[length] + (code - kCode.first[length])];
          break;
        }
      }
      if (length > kMaxBits) return std::nullopt;
    }
    if (length > count) break;               // not a whole code: it must be padding
    if (symbol > 0xff) return std::nullopt;  // the end-of-string code
    *out++ = static_cast<char>(symbol);
    bits <<= length;
    count -= length;
  }
  // Less than a byte of ones, section 5.2.
  if (count >= 8 || std::countl_one(bits) < static_cast<int>(count)) return std::nullopt;
  return out - start;
}

}  // namespace brink::http::h2
