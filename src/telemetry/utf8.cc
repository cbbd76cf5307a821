#include "telemetry/utf8.h"

#include <cstddef>

namespace brink::telemetry {
namespace {

// Of a letter that begins with `first`: its length, and what its second byte may be (RFC 3629 section 4).
struct Sequence {
  std::size_t length = 0;  // 0: no letter begins so
  unsigned char second_least = 0x80;
  unsigned char second_most = 0xbf;
};

constexpr Sequence sequence_of(unsigned char first) {
  if (first < 0x80) return {1};
  if (first < 0xc2) return {};
  if (first < 0xe0) return {2};
  if (first == 0xe0) return {3, 0xa0, 0xbf};
  if (first == 0xed) return {3, 0x80, 0x9f};  // no surrogates
  if (first < 0xf0) return {3};
  if (first == 0xf0) return {4, 0x90, 0xbf};
  if (first < 0xf4) return {4};
  if (first == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

}  // namespace

Utf8Piece take_utf8(std::string_view& rest) {
  const Sequence sequence = sequence_of(static_cast<unsigned char>(rest.front()));
  std::size_t size = 1;
  while (size < sequence.length && size < rest.size()) {
    const auto byte = static_cast<unsigned char>(rest[size]);
    const bool fits =
        size == 1 ? byte >= sequence.second_least && byte <= sequence.second_most : (byte & 0xc0) == 0x80;
    if (!fits) break;
    ++size;
  }
  const Utf8Piece piece{rest.substr(0, size), size == sequence.length};
  rest.remove_prefix(size);
  return piece;
}

}  // namespace brink::telemetry
