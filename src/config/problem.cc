#include "config/problem.h"

#include <fmt/format.h>

namespace brink::config {

std::string Problem::text() const {
  std::string text = file;
  if (position.line > 0) text += fmt::format(":{}", position.line);
  if (!key.empty()) text += fmt::format(": {}", key);
  text += fmt::format(": {}", what);
  if (!expected.empty()) text += fmt::format("; expected {}", expected);
  if (!suggestion.empty()) text += fmt::format("; did you mean \"{}\"?", suggestion);
  return text;
}

}  // namespace brink::config
