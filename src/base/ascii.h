// Text in ASCII as protocols use it: no locale, no allocation.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brink {

[[nodiscard]] constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Optional white space of RFC 9110 section 5.6.3: space and tab.
[[nodiscard]] constexpr bool is_ows(char c) { return c == ' ' || c == '\t'; }

[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
  }
  return true;
}

[[nodiscard]] constexpr std::string_view trim_ows(std::string_view text) {
  while (!text.empty() && is_ows(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ows(text.back())) text.remove_suffix(1);
  return text;
}

[[nodiscard]] std::string to_lower(std::string_view text);

// A whole decimal number and nothing else: no sign, no white space; nothing where it does not fit.
template <class Int = std::uint64_t>
[[nodiscard]] constexpr std::optional<Int> parse_decimal(std::string_view text) {
  Int value{};
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Calls f(element) for each element of a comma-separated list (RFC 9110 section 5.6.1), trimmed, empty ones
// left out, commas inside quoted strings kept; f answers false to stop.
template <class F>
constexpr void for_each_list_element(std::string_view list, F f) {
  std::size_t start = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= list.size(); ++i) {
    if (i < list.size()) {
      if (quoted && list[i] == '\\') {
        ++i;
        continue;
      }
      if (list[i] == '"') quoted = !quoted;
      if (quoted || list[i] != ',') continue;
    }
    auto element = trim_ows(list.substr(start, i - start));
    start = i + 1;
    if (!element.empty() && !f(element)) return;
    if (i >= list.size()) return;
  }
  if (start < list.size()) {  // an unfinished quoted string: the rest is one element
    auto element = trim_ows(list.substr(start));
    if (!element.empty()) f(element);
  }
}

// Whether a comma-separated list has `token`, ignoring case.
[[nodiscard]] bool list_has_token(std::string_view list, std::string_view token);

}  // namespace brink
