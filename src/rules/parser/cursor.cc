#include "rules/parser/cursor.h"

#include "base/ascii.h"

namespace brink::rules {
namespace {

bool is_word(char c) { return is_digit(c) || is_alpha(c) || c == '_'; }

constexpr std::string_view kTab = "unrecognised input: a tab, where only spaces and line breaks can stand";

}  // namespace

void Cursor::skip_space() {
  while (peek() == ' ' || peek() == '\r' || peek() == '\n') ++position_;
}

bool Cursor::take(std::string_view token) {
  if (!rest().starts_with(token)) return false;
  position_ += token.size();
  return true;
}

std::string_view Cursor::identifier() const {
  const std::string_view text = rest();
  std::size_t end = 0;
  while (true) {
    std::size_t at = end == 0 ? 0 : end + 1;  // over the dot
    const std::size_t start = at;
    while (at < text.size() && is_word(text[at])) ++at;
    if (at == start) break;
    end = at;
    if (end == text.size() || text[end] != '.') break;
  }
  return text.substr(0, end);
}

std::unexpected<ParseError> Cursor::fail_here(std::string message) const {
  if (peek() == '\t') return fail(std::string(kTab), {static_cast<std::uint32_t>(position_), 1});
  const auto token = run([](char c) { return c != ' ' && c != '\r' && c != '\n' && c != '\t'; });
  return fail(std::move(message),
              {static_cast<std::uint32_t>(position_), static_cast<std::uint32_t>(token.size())});
}

std::unexpected<ParseError> Cursor::fail_at_rest() const {
  if (peek() == '\t') return fail_here({});
  return fail("unrecognised input",
              {static_cast<std::uint32_t>(position_), static_cast<std::uint32_t>(text_.size() - position_)});
}

}  // namespace brink::rules
