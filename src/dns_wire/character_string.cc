#include "dns_wire/character_string.h"

#include "base/ascii.h"

#include <fmt/format.h>

namespace brink::dns_wire {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  c = ascii_lower(c);
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

}  // namespace

std::optional<char> read_escape(std::string_view text, std::size_t& at) {
  if (at >= text.size()) return std::nullopt;
  if (!is_digit(text[at])) return text[at++];
  if (text.size() - at < 3 || !is_digit(text[at + 1]) || !is_digit(text[at + 2])) return std::nullopt;
  const int value = (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
  if (value > 255) return std::nullopt;
  at += 3;
  return static_cast<char>(value);
}

Result<std::string> unescape(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t position = at;
    char c = text[at++];
    if (c == '\\') {
      const auto escaped = read_escape(text, at);
      if (!escaped) return fail(WireError::kBadEscape, static_cast<std::int64_t>(position));
      c = *escaped;
    }
    bytes.push_back(c);
  }
  return bytes;
}

void append_escaped(std::string& text, char byte, bool special) {
  const auto value = static_cast<unsigned char>(byte);
  if (value < 0x20 || value > 0x7e) {
    fmt::format_to(std::back_inserter(text), "\\{:03}", value);
    return;
  }
  if (special) text += '\\';
  text += byte;
}

void append_quoted(std::string& text, std::string_view bytes) {
  text += '"';
  for (char c : bytes) append_escaped(text, c, c == '"' || c == '\\');
  text += '"';
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = hex_digit(text[i]);
    const auto low = hex_digit(text[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes.push_back(static_cast<char>(*high << 4 | *low));
  }
  return bytes;
}

}  // namespace brink::dns_wire
