// Classes in square brackets, as regex-syntax's parser reads them: first any number of -, or a ], stand for
// themselves; && -- ~~ join what is left and right of them, from left to right; [ begins a class within.
#include "base/ascii.h"
#include "rules/regex_reader.h"
#include "rules/regex_translation.h"

#include <array>
#include <utility>

namespace brink::rules {
namespace {

constexpr std::string_view kUnclosed = "unclosed character class";
constexpr std::string_view kNotARange = "invalid range boundary, must be a literal";
constexpr std::string_view kDescending =
    "invalid character class range, the start must be less than or equal to the end";

struct PosixClass {
  std::string_view name;
  bool (*has)(unsigned char byte);
};
constexpr auto kPosixClasses = std::to_array<PosixClass>({
    {"alnum", [](unsigned char b) { return is_alpha(char(b)) || is_digit(char(b)); }},
    {"alpha", [](unsigned char b) { return is_alpha(char(b)); }},
    {"ascii", [](unsigned char b) { return b < 0x80; }},
    {"blank", [](unsigned char b) { return b == ' ' || b == '\t'; }},
    {"cntrl", [](unsigned char b) { return b < 0x20 || b == 0x7F; }},
    {"digit", [](unsigned char b) { return is_digit(char(b)); }},
    {"graph", [](unsigned char b) { return b > ' ' && b < 0x7F; }},
    {"lower", [](unsigned char b) { return b >= 'a' && b <= 'z'; }},
    {"print", [](unsigned char b) { return b >= ' ' && b < 0x7F; }},
    {"punct",
     [](unsigned char b) { return b > ' ' && b < 0x7F && !is_alpha(char(b)) && !is_digit(char(b)); }},
    {"space", [](unsigned char b) { return b == ' ' || (b >= '\t' && b <= '\r'); }},
    {"upper", [](unsigned char b) { return b >= 'A' && b <= 'Z'; }},
    {"word", [](unsigned char b) { return is_alpha(char(b)) || is_digit(char(b)) || b == '_'; }},
    {"xdigit",
     [](unsigned char b) {
       return is_digit(char(b)) || (ascii_lower(char(b)) >= 'a' && ascii_lower(char(b)) <= 'f');
     }},
});

const PosixClass* find_posix_class(std::string_view name) {
  for (const PosixClass& known : kPosixClasses) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

ByteSet bytes_of(const PosixClass& posix, bool negated) {
  ByteSet set;
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (posix.has(static_cast<unsigned char>(byte)) != negated) set.set(byte);
  }
  return set;
}

void fold_letters(ByteSet& set) {
  for (unsigned letter = 'a'; letter <= 'z'; ++letter) {
    const unsigned upper = letter - 0x20;
    if (set[letter] || set[upper]) {
      set.set(letter);
      set.set(upper);
    }
  }
}

ByteSet join(const ByteSet& left, std::string_view operation, const ByteSet& right) {
  if (operation == "&&") return left & right;
  if (operation == "--") return left & ~right;
  return left ^ right;
}

}  // namespace

// "[:alpha:]" or "[:^alpha:]"; what only looks like one is a class within.
bool RegexReader::accept_posix_class(std::string_view& name, bool& negated) {
  if (!rest_.starts_with("[:")) return false;
  const std::size_t end = rest_.find(":]", 2);
  if (end == rest_.npos) return false;
  std::string_view inner = rest_.substr(2, end - 2);
  negated = inner.starts_with('^');
  if (negated) inner.remove_prefix(1);
  if (find_posix_class(inner) == nullptr) return false;
  name = inner;
  rest_.remove_prefix(end + 2);
  return true;
}

std::expected<RegexEscape, std::string> RegexReader::read_member() {
  if (rest_.empty()) return std::unexpected(std::string(kUnclosed));
  if (accept("\\")) {
    auto escape = read_escape();
    if (escape && escape->kind == RegexEscape::Kind::kAssertion)
      return std::unexpected("invalid escape sequence found in character class");
    return escape;
  }
  const auto character = read_character();
  if (!character) return std::unexpected(character.error());
  return RegexEscape{.kind = RegexEscape::Kind::kCharacter, .number = *character};
}

// Whether a - that begins a range stands next, and reads it.
bool RegexReader::begins_range(bool verbose) {
  if (verbose) skip_insignificant();
  if (!rest_.starts_with('-')) return false;
  RegexReader behind(rest_.substr(1), utf8_);
  if (verbose) behind.skip_insignificant();
  if (behind.at_end() || behind.peek() == ']' || behind.peek() == '-') return false;
  rest_ = behind.rest();
  return true;
}

// A member or a range of a class in byte mode.
std::expected<ByteSet, std::string> RegexReader::read_byte_items(bool verbose) {
  using Kind = RegexEscape::Kind;
  const auto boundary = [](const RegexEscape& member) -> std::expected<unsigned, std::string> {
    if (member.kind == Kind::kByte) return member.number;
    if (member.kind != Kind::kCharacter) return std::unexpected(std::string(kNotARange));
    if (member.number >= 0x80)
      return std::unexpected(
          "Unicode not allowed here: a class with characters outside ASCII needs (?u) at the pattern's "
          "start");
    return member.number;
  };
  const auto first = read_member();
  if (!first) return std::unexpected(first.error());
  if (first->kind == Kind::kPerlClass && !begins_range(verbose)) return perl_class(first->letter);

  const auto from = boundary(*first);
  if (!from) return std::unexpected(from.error());
  auto to = from;
  if (begins_range(verbose)) {
    const auto last = read_member();
    if (!last) return std::unexpected(last.error());
    to = boundary(*last);
    if (!to) return std::unexpected(to.error());
    if (*from > *to) return std::unexpected(std::string(kDescending));
  }
  ByteSet set;
  for (unsigned byte = *from; byte <= *to; ++byte) set.set(byte);
  return set;
}

std::expected<ByteSet, std::string> RegexReader::read_byte_class(bool fold, bool verbose, std::size_t depth) {
  if (depth >= kMaxRegexNesting) return std::unexpected("classes nest too deeply");
  const auto skip_space = [&] {
    if (verbose) skip_insignificant();
  };
  skip_space();
  const bool negated = accept("^");
  skip_space();
  ByteSet left, right;
  std::string_view operation;
  bool empty = true;
  while (accept("-")) {
    right.set('-');
    empty = false;
    skip_space();
  }
  if (empty && accept("]")) right.set(']');

  const auto finish_operand = [&] {
    if (fold) fold_letters(right);
    left = operation.empty() ? right : join(left, operation, right);
    right.reset();
  };
  while (true) {
    skip_space();
    if (rest_.empty()) return std::unexpected(std::string(kUnclosed));
    if (accept("]")) break;
    const auto two = rest_.substr(0, 2);
    if (two == "&&" || two == "--" || two == "~~") {
      rest_.remove_prefix(2);
      finish_operand();
      operation = two;
      continue;
    }
    std::string_view name;
    bool not_posix = false;
    if (accept_posix_class(name, not_posix)) {
      right |= bytes_of(*find_posix_class(name), not_posix);
      continue;
    }
    const auto items = accept("[") ? read_byte_class(fold, verbose, depth + 1) : read_byte_items(verbose);
    if (!items) return items;
    right |= *items;
  }
  finish_operand();
  return negated ? ~left : left;
}

// A member or a range of a class in UTF-8, as RE2 reads it.
std::expected<std::string, std::string> RegexReader::read_utf8_items(bool verbose) {
  using Kind = RegexEscape::Kind;
  const auto first = read_member();
  if (!first) return std::unexpected(first.error());
  const bool range = begins_range(verbose);
  std::string out;
  if (first->kind == Kind::kCharacter) {
    append_re2_character(out, first->number);
    if (!range) return out;
    const auto last = read_member();
    if (!last) return std::unexpected(last.error());
    if (last->kind != Kind::kCharacter) return std::unexpected(std::string(kNotARange));
    if (first->number > last->number) return std::unexpected(std::string(kDescending));
    out += '-';
    append_re2_character(out, last->number);
    return out;
  }
  if (range) return std::unexpected(std::string(kNotARange));
  if (first->kind == Kind::kProperty) return out.append("\\").append(1, first->letter).append(first->text);
  const auto members = utf8_members(first->letter);
  if (members.empty()) return std::unexpected(R"(\W and \S are not supported inside a class after (?u))");
  return std::string(members);
}

std::expected<std::string, std::string> RegexReader::read_utf8_class(bool verbose) {
  const auto skip_space = [&] {
    if (verbose) skip_insignificant();
  };
  std::string out = "[";
  skip_space();
  if (accept("^")) out += '^';
  skip_space();
  bool empty = true;
  while (accept("-")) {
    if (empty) out += R"(\-)";
    empty = false;
    skip_space();
  }
  if (empty && accept("]")) out += R"(\])";
  while (true) {
    skip_space();
    if (rest_.empty()) return std::unexpected(std::string(kUnclosed));
    if (accept("]")) return out += ']';
    const auto two = rest_.substr(0, 2);
    std::string_view name;
    bool negated = false;
    if (accept_posix_class(name, negated)) {
      out.append(negated ? "[:^" : "[:").append(name).append(":]");
    } else if (two == "&&" || two == "--" || two == "~~" || rest_.starts_with('[')) {
      return std::unexpected("set operations and classes within classes are not supported after (?u)");
    } else {
      const auto items = read_utf8_items(verbose);
      if (!items) return items;
      out += *items;
    }
  }
}

}  // namespace brink::rules
