#include "base/ascii.h"
#include "rules/pattern.h"

#include <cstring>

namespace brink::rules {
namespace {

std::vector<std::uint32_t> borders_of(std::string_view literal) {
  std::vector<std::uint32_t> borders(literal.size() + 1, 0);
  std::uint32_t length = 0;
  for (std::size_t n = 1; n < literal.size(); ++n) {
    while (length > 0 && literal[n] != literal[length]) length = borders[length];
    if (literal[n] == literal[length]) ++length;
    borders[n + 1] = length;
  }
  return borders;
}

}  // namespace

std::expected<Wildcard, std::string> Wildcard::compile(std::string_view pattern, bool fold_case) {
  std::vector<Literal> literals(1);
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    char c = pattern[at];
    if (c == '*') {
      if (at + 1 < pattern.size() && pattern[at + 1] == '*')
        return std::unexpected("wildcard contains a double star");
      if (literals.size() > kMaxStars)
        return std::unexpected("invalid wildcard: more than " + std::to_string(kMaxStars) + " stars");
      literals.emplace_back();
      continue;
    }
    if (c == '\\') {
      if (++at == pattern.size()) return std::unexpected(R"(invalid wildcard: it ends in a lone \)");
      c = pattern[at];
      if (c != '*' && c != '\\')
        return std::unexpected(R"(invalid wildcard: after \ only * and \ can stand)");
    }
    literals.back().text += fold_case ? ascii_lower(c) : c;
  }
  if (fold_case) {
    for (std::size_t n = 1; n + 1 < literals.size(); ++n) literals[n].borders = borders_of(literals[n].text);
  }
  return Wildcard(std::string(pattern), std::move(literals), fold_case);
}

// The first literal stands at the start and the last at the end; each between them is taken where it is found
// first, which leaves the most for those behind it, and gives each star the least.
bool Wildcard::find(std::string_view text, std::span<std::string_view> captures) const {
  const Literal& first = literals_.front();
  if (stars() == 0) return text.size() == first.text.size() && equal(text, first);

  const Literal& last = literals_.back();
  if (text.size() < first.text.size() + last.text.size()) return false;
  if (!equal(text.substr(0, first.text.size()), first)) return false;
  if (!equal(text.substr(text.size() - last.text.size()), last)) return false;

  std::string_view between = text.substr(first.text.size());
  between.remove_suffix(last.text.size());
  for (std::size_t star = 0; star + 1 < stars(); ++star) {
    const Literal& next = literals_[star + 1];
    const std::size_t at = search(between, next);
    if (at == between.npos) return false;
    if (star < captures.size()) captures[star] = between.substr(0, at);
    between.remove_prefix(at + next.text.size());
  }
  if (stars() <= captures.size()) captures[stars() - 1] = between;
  return true;
}

// Requires both to be of one size.
bool Wildcard::equal(std::string_view text, const Literal& literal) const {
  if (!fold_case_) return text == literal.text;
  for (std::size_t n = 0; n < text.size(); ++n) {
    if (ascii_lower(text[n]) != literal.text[n]) return false;
  }
  return true;
}

// Where `literal`, which is not empty, begins in `text`; npos where it does not.
std::size_t Wildcard::search(std::string_view text, const Literal& literal) const {
  const std::string& wanted = literal.text;
  if (!fold_case_) {
    if (text.empty()) return text.npos;
    const void* found = ::memmem(text.data(), text.size(), wanted.data(), wanted.size());
    if (found == nullptr) return text.npos;
    return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
  }
  std::size_t matched = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = ascii_lower(text[at]);
    while (matched > 0 && c != wanted[matched]) matched = literal.borders[matched];
    if (c == wanted[matched] && ++matched == wanted.size()) return at + 1 - matched;
  }
  return text.npos;
}

}  // namespace brink::rules
