#include "rules/url_escapes.h"

namespace brink::rules {
namespace {

// The value of a hexadecimal digit; negative where it is none.
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string_view url_decode_once(std::string_view text, Arena& arena) {
  if (text.find_first_of("%+") == std::string_view::npos) return text;
  char* const place = arena.allocate(text.size());
  char* at = place;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      *at++ = ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
               hex_digit(text[i + 2]) >= 0) {
      *at++ = static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
      i += 2;
    } else {
      *at++ = text[i];
    }
  }
  return {place, static_cast<std::size_t>(at - place)};
}

}  // namespace brink::rules
