#include "config/problem.h"

#include <string_view>

#include <fmt/format.h>

namespace brink::config {
namespace {

constexpr std::size_t kLongestPart = 240;

// A part of the line as a terminal may show it: keys and messages quote a text that anybody may have written.
std::string safe(std::string_view part) {
  std::string text(part.substr(0, kLongestPart));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  if (part.size() > kLongestPart) text += "...";
  return text;
}

}  // namespace

std::string Problem::text() const {
  std::string text = file;
  if (position.line > 0) text += fmt::format(":{}", position.line);
  if (!key.empty()) text += ": " + safe(key);
  text += ": " + safe(what);
  if (!expected.empty()) text += "; expected " + safe(expected);
  if (!suggestion.empty()) text += fmt::format("; did you mean \"{}\"?", safe(suggestion));
  return text;
}

}  // namespace brink::config
