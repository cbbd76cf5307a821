#include "config/problem.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace brink::config {
namespace {

constexpr std::size_t kLongestPart = 240;
constexpr std::size_t kMostLines = 4;

// A part of the line as a terminal may show it: keys and messages quote a text that anybody may have written.
std::string safe(std::string_view part) {
  std::string text(part.substr(0, kLongestPart));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  if (part.size() > kLongestPart) text += "...";
  return text;
}

// What may have lines of its own, as an expression with a mark below what is wrong in it: each is indented.
std::string safe_lines(std::string_view text) {
  std::string out;
  for (std::size_t lines = 0; !text.empty() && lines < kMostLines; ++lines) {
    const auto end = std::min(text.find('\n'), text.size());
    if (lines > 0) out += "\n    ";
    out += safe(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string Problem::text() const {
  std::string text = file;
  if (position.line > 0) text += fmt::format(":{}", position.line);
  if (!key.empty()) text += ": " + safe(key);
  text += ": " + safe_lines(what);
  if (!expected.empty()) text += "; expected " + safe(expected);
  if (!suggestion.empty()) text += fmt::format("; did you mean \"{}\"?", safe(suggestion));
  return text;
}

}  // namespace brink::config
