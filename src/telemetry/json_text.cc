#include "telemetry/json_text.h"

#include "telemetry/utf8.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace brink::telemetry {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = 0x8080808080808080;

// The high bit of each byte that is not to be copied as it is: below 0x20, ", \ or beyond ASCII. Of the
// lowest such byte it is exact; those above may be wrong, for a borrow runs upwards.
constexpr std::uint64_t special_bytes(std::uint64_t word) {
  const std::uint64_t quotes = word ^ (kOnes * '"');
  const std::uint64_t backslashes = word ^ (kOnes * '\\');
  return (word | (word - kOnes * 0x20) | (quotes - kOnes) | (backslashes - kOnes)) & kHighs;
}

constexpr bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 && c != '"' &&
         c != '\\';
}

// How many bytes at the start of `text` are to be copied as they are.
std::size_t plain_length(std::string_view text) {
  std::size_t at = 0;
  if constexpr (std::endian::native == std::endian::little) {
    while (text.size() - at >= sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, sizeof word);
      const std::uint64_t special = special_bytes(word);
      if (special != 0) return at + static_cast<std::size_t>(std::countr_zero(special)) / 8;
      at += sizeof word;
    }
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

// An ASCII character that must be escaped, in `out`.
std::string_view escape(char c, char (&out)[6]) {
  switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
  }
  constexpr char kDigits[] = "0123456789abcdef";
  std::memcpy(out, "\\u00", 4);
  out[4] = kDigits[static_cast<unsigned char>(c) >> 4];
  out[5] = kDigits[static_cast<unsigned char>(c) & 15];
  return {out, 6};
}

}  // namespace

JsonText write_json_text(std::string_view text, std::span<char> room) {
  JsonText result;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t left = room.size() - result.written;
    if (left == 0) break;
    const std::size_t plain = plain_length(rest.substr(0, left + 1));
    if (plain > 0) {
      const std::size_t size = std::min(plain, left);
      std::memcpy(room.data() + result.written, rest.data(), size);
      result.written += size;
      rest.remove_prefix(size);
      if (size < plain) break;
      continue;
    }
    char escaped[6];
    std::string_view after = rest;
    const Utf8Piece piece = take_utf8(after);
    std::string_view piece_text = piece.is_valid ? piece.bytes : kReplacementCharacter;
    if (piece.bytes.size() == 1 && piece.is_valid) piece_text = escape(piece.bytes.front(), escaped);
    if (piece_text.size() > left) break;
    std::memcpy(room.data() + result.written, piece_text.data(), piece_text.size());
    result.written += piece_text.size();
    rest = after;
  }
  result.taken = text.size() - rest.size();
  return result;
}

}  // namespace brink::telemetry
