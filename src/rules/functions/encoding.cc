#include "base/ascii.h"
#include "base/error.h"
#include "rules/functions/functions.h"

#include <array>
#include <optional>

namespace brink::rules {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xFF;

// The digits of both alphabets.
constexpr auto kDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (const std::string_view alphabet : {kAlphabet, kUrlAlphabet}) {
    for (std::size_t digit = 0; digit < alphabet.size(); ++digit)
      digits[static_cast<unsigned char>(alphabet[digit])] = static_cast<std::uint8_t>(digit);
  }
  return digits;
}();

}  // namespace

// --- decode_base64 ---

Checked check_decode_base64(Arguments arguments, Prepared&) {
  BRINK_TRY(check_arguments(arguments, 1, {{Scalar::kBytes, Written::kField}}));
  return Scalar::kBytes;
}

Value call_decode_base64(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  std::string_view text = values[0].bytes();
  if (const std::size_t padding = text.find('='); padding != text.npos) {
    const auto signs = text.substr(padding);
    if (text.size() % 4 != 0 || signs.size() > 2 || signs.find_first_not_of('=') != signs.npos) return {};
    text = text.substr(0, padding);
  }
  if (text.size() % 4 == 1) return {};

  char* const out = arena.allocate(text.size() / 4 * 3 + 2);
  char* end = out;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::uint8_t digit = kDigits[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return {};
    bits = bits << 6 | digit;
    held += 6;
    if (held >= 8) {
      held -= 8;
      *end++ = static_cast<char>(bits >> held & 0xFF);
    }
  }
  return Value::of_bytes({out, end});
}

// --- encode_base64 ---

Checked check_encode_base64(Arguments arguments, Prepared&) {
  BRINK_TRY(check_arguments(arguments, 1, {{Scalar::kBytes}, {Scalar::kBytes, Written::kLiteral}}));
  if (arguments.size() > 1) BRINK_TRY(check_flags(arguments, 1, "up"));
  return Scalar::kBytes;
}

Value call_encode_base64(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  const std::string_view bytes = values[0].bytes();
  const std::string_view flags = flags_of(values, 1);
  const std::string_view alphabet = flags.contains('u') ? kUrlAlphabet : kAlphabet;
  char* const out = arena.allocate((bytes.size() + 2) / 3 * 4);
  char* end = out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(bytes.size() - at, 3);
    std::uint32_t group = 0;
    for (std::size_t n = 0; n < 3; ++n)
      group = group << 8 | (n < count ? static_cast<unsigned char>(bytes[at + n]) : 0U);
    for (unsigned n = 0; n < count + 1; ++n) *end++ = alphabet[group >> (18 - 6 * n) & 0x3F];
    if (flags.contains('p')) end = std::fill_n(end, 3 - count, '=');
  }
  return Value::of_bytes({out, end});
}

// --- url_decode ---

namespace {

constexpr int kMaxRounds = 10;

std::optional<std::uint32_t> read_hex(std::string_view text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  std::uint32_t number = 0;
  for (const char c : text.substr(0, digits)) {
    const char lower = ascii_lower(c);
    if (is_digit(c)) {
      number = number << 4 | static_cast<std::uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      number = number << 4 | static_cast<std::uint32_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return number;
}

// "%u00e9", or a pair for one character beyond the first plane; a lone half of a pair is no escape.
struct UnicodeEscape {
  std::uint32_t character;
  std::size_t size;
};
std::optional<UnicodeEscape> read_unicode_escape(std::string_view text) {
  if (text.size() < 6 || text[0] != '%' || ascii_lower(text[1]) != 'u') return std::nullopt;
  const auto unit = read_hex(text.substr(2), 4);
  if (!unit) return std::nullopt;
  if (*unit < 0xD800 || *unit > 0xDFFF) return UnicodeEscape{*unit, 6};
  if (*unit > 0xDBFF || text.size() < 12 || text[6] != '%' || ascii_lower(text[7]) != 'u')
    return std::nullopt;
  const auto low = read_hex(text.substr(8), 4);
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::nullopt;
  return UnicodeEscape{0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00), 12};
}

char* write_utf8(char* out, std::uint32_t character) {
  const auto write = [&out](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (character < 0x80) {
    write(character);
  } else if (character < 0x800) {
    write(0xC0 | character >> 6);
    write(0x80 | (character & 0x3F));
  } else {
    if (character < 0x10000) {
      write(0xE0 | character >> 12);
    } else {
      write(0xF0 | character >> 18);
      write(0x80 | (character >> 12 & 0x3F));
    }
    write(0x80 | (character >> 6 & 0x3F));
    write(0x80 | (character & 0x3F));
  }
  return out;
}

// One round, to `out`, which may be where `text` is: what is written is never longer than what was read.
std::string_view decode_once(std::string_view text, char* const out, bool unicode) {
  char* end = out;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '%') {
      if (const auto byte = read_hex(text.substr(at + 1), 2)) {
        *end++ = static_cast<char>(*byte);
        at += 3;
        continue;
      }
      if (const auto escape = unicode ? read_unicode_escape(text.substr(at)) : std::nullopt) {
        end = write_utf8(end, escape->character);
        at += escape->size;
        continue;
      }
    }
    *end++ = c == '+' ? ' ' : c;
    ++at;
  }
  return {out, end};
}

}  // namespace

Checked check_url_decode(Arguments arguments, Prepared&) {
  BRINK_TRY(check_arguments(arguments, 1, {{Scalar::kBytes}, {Scalar::kBytes, Written::kLiteral}}));
  if (arguments.size() > 1) BRINK_TRY(check_flags(arguments, 1, "ru"));
  return Scalar::kBytes;
}

Value call_url_decode(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  std::string_view text = values[0].bytes();
  if (text.find_first_of("%+") == text.npos) return values[0];
  const std::string_view flags = flags_of(values, 1);
  char* const out = arena.allocate(text.size());
  const int rounds = flags.contains('r') ? kMaxRounds : 1;
  for (int round = 0; round < rounds && text.find_first_of("%+") != text.npos; ++round) {
    const std::size_t before = text.size();
    text = decode_once(text, out, flags.contains('u'));
    if (round > 0 && text.size() == before && !text.contains('%')) break;
  }
  return Value::of_bytes(text);
}

}  // namespace brink::rules
