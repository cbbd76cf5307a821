#include "base/ascii.h"
#include "base/error.h"
#include "rules/parser/literals.h"

namespace brink::rules {
namespace {

constexpr std::size_t kMaxHashes = 255;
constexpr std::string_view kBadEscape = R"(expected ", xHH or OOO after \)";
constexpr std::string_view kNoEnd = "could not find an ending quote";

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

bool is_separator(char c) { return c == ':' || c == '-' || c == '.'; }

// What follows a backslash, the cursor behind it.
Parsed<char> read_escape(Cursor& cursor) {
  const std::size_t start = cursor.position() - 1;
  const char first = cursor.peek();
  if (first == '"' || first == '\\') {
    cursor.advance();
    return first;
  }
  if (first == 'x' && hex_value(cursor.peek(1)) >= 0 && hex_value(cursor.peek(2)) >= 0) {
    const int byte = hex_value(cursor.peek(1)) << 4 | hex_value(cursor.peek(2));
    cursor.advance(3);
    return static_cast<char>(byte);
  }
  if (is_octal(first) && first <= '3' && is_octal(cursor.peek(1)) && is_octal(cursor.peek(2))) {
    const int byte = (first - '0') << 6 | (cursor.peek(1) - '0') << 3 | (cursor.peek(2) - '0');
    cursor.advance(3);
    return static_cast<char>(byte);
  }
  if (!cursor.at_end()) cursor.advance();
  return cursor.fail_from(start, std::string(kBadEscape));
}

Parsed<std::string> read_raw(Cursor& cursor) {
  const std::size_t start = cursor.position();
  cursor.advance();  // r
  const std::size_t hashes = cursor.run([](char c) { return c == '#'; }).size();
  cursor.advance(hashes);
  if (hashes > kMaxHashes)
    return cursor.fail_from(start, "invalid raw string hash count, there can't be more than 255 #s");
  if (!cursor.take("\"")) return cursor.fail_here(R"(expected " or r)");
  const std::string end = '"' + std::string(hashes, '#');
  const std::string_view rest = cursor.rest();
  const std::size_t length = rest.find(end);
  if (length == std::string_view::npos) {
    cursor.advance(rest.size());
    return cursor.fail_from(start, std::string(kNoEnd));
  }
  cursor.advance(length + end.size());
  return std::string(rest.substr(0, length));
}

// "...", where the backslash pairs are for the engine of regular expressions, and quotes in classes, too.
Parsed<std::string> read_quoted_regex(Cursor& cursor) {
  const std::size_t start = cursor.position();
  cursor.advance();
  std::string text;
  bool in_class = false;
  while (!cursor.at_end()) {
    const char c = cursor.peek();
    cursor.advance();
    if (c == '"' && !in_class) return text;
    if (c == '\\' && !cursor.at_end()) {
      const char next = cursor.peek();
      cursor.advance();
      if (next != '"' || in_class) text += '\\';
      text += next;
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    text += c;
  }
  return cursor.fail_from(start, std::string(kNoEnd));
}

}  // namespace

bool at_string(const Cursor& cursor) {
  return cursor.peek() == '"' || (cursor.peek() == 'r' && (cursor.peek(1) == '"' || cursor.peek(1) == '#'));
}

std::string_view byte_string(const Cursor& cursor) {
  const std::string_view text = cursor.rest();
  const auto is_group = [&](std::size_t at) {
    return at + 1 < text.size() && hex_value(text[at]) >= 0 && hex_value(text[at + 1]) >= 0;
  };
  std::size_t end = 0;
  std::size_t groups = 0;
  for (std::size_t at = 0; is_group(at); ++at) {
    end = at + 2;
    ++groups;
    at = end;
    if (at >= text.size() || !is_separator(text[at])) break;
  }
  return groups < 2 ? std::string_view() : text.substr(0, end);
}

Parsed<std::string> read_quoted(Cursor& cursor) {
  const std::size_t start = cursor.position();
  cursor.advance();
  std::string text;
  while (!cursor.at_end()) {
    const char c = cursor.peek();
    cursor.advance();
    if (c == '"') return text;
    text += c == '\\' ? BRINK_TRY(read_escape(cursor)) : c;
  }
  return cursor.fail_from(start, std::string(kNoEnd));
}

Parsed<std::string> read_string(Cursor& cursor) {
  if (cursor.peek() == '"') return read_quoted(cursor);
  if (at_string(cursor)) return read_raw(cursor);
  const std::string_view bytes = byte_string(cursor);
  if (bytes.empty()) return cursor.fail_here(R"(expected " or r)");
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    text += static_cast<char>(hex_value(bytes[at]) << 4 | hex_value(bytes[at + 1]));
  }
  cursor.advance(bytes.size());
  return text;
}

Parsed<std::string> read_regex_string(Cursor& cursor) {
  return cursor.peek() == '"' ? read_quoted_regex(cursor) : read_string(cursor);
}

}  // namespace brink::rules
