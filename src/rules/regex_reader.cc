#include "rules/regex_reader.h"

#include "base/ascii.h"

#include <optional>

#include <fmt/format.h>

namespace brink::rules {
namespace {

constexpr std::string_view kMetaCharacters = R"(\.+*?()|[]{}^$#&-~/)";
constexpr std::uint32_t kMaxCodePoint = 0x10FFFF;

constexpr bool is_scalar_value(std::uint32_t number) {
  return number <= kMaxCodePoint && (number < 0xD800 || number > 0xDFFF);
}

std::optional<std::uint32_t> hex_digit(char c) {
  if (is_digit(c)) return static_cast<std::uint32_t>(c - '0');
  const char lower = ascii_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<std::uint32_t>(lower - 'a' + 10);
  return std::nullopt;
}

}  // namespace

void RegexReader::skip_insignificant() {
  while (!rest_.empty()) {
    const char c = rest_.front();
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      rest_.remove_prefix(1);
    } else if (c == '#') {
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    } else {
      return;
    }
  }
}

std::expected<std::uint32_t, std::string> RegexReader::read_character() {
  const auto byte_at = [this](std::size_t at) { return static_cast<unsigned char>(rest_[at]); };
  const unsigned lead = byte_at(0);
  std::size_t length = 1;
  std::uint32_t character = lead;
  if (lead >= 0x80) {
    length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    character = lead & (0x7FU >> length);
    bool valid = lead >= 0xC2 && lead <= 0xF4 && rest_.size() >= length;
    for (std::size_t n = 1; valid && n < length; ++n) {
      valid = (byte_at(n) & 0xC0) == 0x80;
      character = character << 6 | (byte_at(n) & 0x3F);
    }
    constexpr std::uint32_t kFirstOfLength[] = {0, 0, 0x80, 0x800, 0x10000};
    if (!valid || !is_scalar_value(character) || character < kFirstOfLength[length])
      return std::unexpected("the pattern is not UTF-8");
  }
  rest_.remove_prefix(length);
  return character;
}

// `digits` hexadecimal digits, or any number of them in braces.
std::expected<std::uint32_t, std::string> RegexReader::read_hex(std::size_t digits) {
  const bool braces = accept("{");
  std::uint32_t number = 0;
  std::size_t count = 0;
  while (!rest_.empty() && (braces || count < digits)) {
    const auto digit = hex_digit(rest_.front());
    if (!digit) break;
    rest_.remove_prefix(1);
    number = number << 4 | *digit;
    ++count;
    if (number > kMaxCodePoint) return std::unexpected("hexadecimal literal is not a Unicode scalar value");
  }
  if (braces ? count == 0 || !accept("}") : count != digits)
    return std::unexpected("hexadecimal literal is incomplete or has an invalid digit");
  if (!is_scalar_value(number)) return std::unexpected("hexadecimal literal is not a Unicode scalar value");
  return number;
}

std::expected<RegexEscape, std::string> RegexReader::read_escape() {
  using Kind = RegexEscape::Kind;
  if (rest_.empty()) return std::unexpected("incomplete escape sequence, reached end of pattern prematurely");
  const char letter = rest_.front();
  rest_.remove_prefix(1);
  const auto character = [](char c) {
    return RegexEscape{.kind = Kind::kCharacter, .number = static_cast<unsigned char>(c)};
  };
  switch (letter) {
    case 'd':
    case 'D':
    case 'w':
    case 'W':
    case 's':
    case 'S': return RegexEscape{.kind = Kind::kPerlClass, .letter = letter};
    case 'b':
    case 'B':
      if (rest_.starts_with('{'))
        return std::unexpected(R"(\b{...} is not supported; \b is a word boundary)");
      return RegexEscape{.kind = Kind::kAssertion, .letter = letter};
    case 'A':
    case 'z': return RegexEscape{.kind = Kind::kAssertion, .letter = letter};
    case 'a': return character('\a');
    case 'f': return character('\f');
    case 'n': return character('\n');
    case 'r': return character('\r');
    case 't': return character('\t');
    case 'v': return character('\v');
    case 'x':
    case 'u':
    case 'U': {
      const bool braces = rest_.starts_with('{');
      const auto number = read_hex(letter == 'x' ? 2 : letter == 'u' ? 4 : 8);
      if (!number) return std::unexpected(number.error());
      const bool byte = !utf8_ && letter == 'x' && !braces && *number >= 0x80;
      return RegexEscape{.kind = byte ? Kind::kByte : Kind::kCharacter, .number = *number};
    }
    case 'p':
    case 'P': {
      if (!utf8_) return std::unexpected(R"(Unicode not allowed here: \p needs (?u) at the pattern's start)");
      if (rest_.empty()) return std::unexpected("incomplete escape sequence");
      const std::size_t end = rest_.front() == '{' ? rest_.find('}') : 0;
      if (end == rest_.npos) return std::unexpected("incomplete escape sequence");
      const RegexEscape property{.kind = Kind::kProperty, .letter = letter, .text = rest_.substr(0, end + 1)};
      rest_.remove_prefix(end + 1);
      return property;
    }
    case '<':
    case '>': return std::unexpected(R"(\< and \> are not supported; \b is a word boundary)");
    default: break;
  }
  if (is_digit(letter)) return std::unexpected("backreferences are not supported");
  if (is_alpha(letter) || static_cast<unsigned char>(letter) >= 0x80)
    return std::unexpected("unrecognized escape sequence");
  return character(letter);
}

ByteSet perl_class(char letter) {
  ByteSet set;
  const auto add = [&set](unsigned first, unsigned last) {
    for (unsigned byte = first; byte <= last; ++byte) set.set(byte);
  };
  switch (ascii_lower(letter)) {
    case 'w':
      add('A', 'Z');
      add('a', 'z');
      add('_', '_');
      [[fallthrough]];
    case 'd': add('0', '9'); break;
    default: add('\t', '\r'); add(' ', ' ');
  }
  return letter >= 'a' ? set : ~set;
}

std::string_view utf8_members(char letter) {
  switch (letter) {
    case 'd': return R"(\p{Nd})";
    case 'D': return R"(\P{Nd})";
    case 'w':
      return R"(\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{24b6}-\x{24e9}\x{1f130}-\x{1f149}\x{1f150}-\x{1f169})"
             R"(\x{1f170}-\x{1f189}\x{200c}\x{200d})";
    case 's': return R"(\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
    default: return {};
  }
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto append = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) return append(code_point);
  if (code_point < 0x800) {
    append(0xC0 | code_point >> 6);
  } else if (code_point < 0x10000) {
    append(0xE0 | code_point >> 12);
    append(0x80 | (code_point >> 6 & 0x3F));
  } else {
    append(0xF0 | code_point >> 18);
    append(0x80 | (code_point >> 12 & 0x3F));
    append(0x80 | (code_point >> 6 & 0x3F));
  }
  append(0x80 | (code_point & 0x3F));
}

void append_re2_character(std::string& out, std::uint32_t character) {
  if (character >= 0x7F || character < 0x20) {
    fmt::format_to(std::back_inserter(out), "\\x{{{:x}}}", character);
    return;
  }
  const char c = static_cast<char>(character);
  if (kMetaCharacters.contains(c)) out += '\\';
  out += c;
}

void append_re2_class(std::string& out, const ByteSet& bytes) {
  if (bytes.none()) {
    out += R"([^\x00-\xff])";
    return;
  }
  out += '[';
  for (std::size_t first = 0; first < bytes.size(); ++first) {
    if (!bytes[first]) continue;
    std::size_t last = first;
    while (last + 1 < bytes.size() && bytes[last + 1]) ++last;
    append_re2_character(out, static_cast<std::uint32_t>(first));
    if (last > first) {
      out += '-';
      append_re2_character(out, static_cast<std::uint32_t>(last));
    }
    first = last;
  }
  out += ']';
}

}  // namespace brink::rules
