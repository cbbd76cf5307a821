// Patterns of the Rules language. Of the two first bytes, one says what is tried, the other how many bytes
// are the pattern; the rest is the text.
//
// Regular expressions: what translates is read by RE2, but for its limits on size; patterns that both
// languages read alike find the same with and without the translation. Wildcards: as a matcher that tries
// everything.
#include "base/ascii.h"
#include "base/assert.h"
#include "rules/pattern.h"
#include "rules/regex_translation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>

namespace {

using namespace brink::rules;  // NOLINT: a fuzz target is a leaf

struct Input {
  std::string_view pattern;
  std::string_view text;
};

// Without escapes, flags, counts, set operations and posix classes, both languages read the same.
bool reads_alike(std::string_view pattern) {
  for (const std::string_view special : {"\\", "(?", "{", "&&", "--", "~~", "[[", "[:", "**", "*+", "++",
                                         "+*", "?*", "?+", "*?", "+?", "??"}) {
    if (pattern.contains(special)) return false;
  }
  return std::ranges::all_of(pattern, [](char c) { return c >= ' ' && c <= '~'; }) &&
         std::ranges::count(pattern, '[') <= 1;
}

void try_regex(const Input& input) {
  const auto translated = translate_regex(input.pattern);
  if (!translated) {
    BRINK_ASSERT(!translated.error().empty());
    return;
  }
  const auto regex = Regex::compile(input.pattern, Regex::Groups::kTold);
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(translated->utf8 ? re2::RE2::Options::EncodingUTF8
                                        : re2::RE2::Options::EncodingLatin1);
  if (!regex) {
    // RE2 knows fewer properties than Rust, and limits sizes of its own.
    const re2::RE2 direct(translated->pattern, options);
    const auto code = direct.error_code();
    BRINK_ASSERT(code == re2::RE2::NoError || code == re2::RE2::ErrorPatternTooLarge ||
                 code == re2::RE2::ErrorRepeatSize || translated->utf8);
    return;
  }
  std::array<std::string_view, 9> groups;
  const bool found = (*regex)->find(input.text, groups);
  BRINK_ASSERT(found == (*regex)->matches(input.text));
  for (const auto group : groups) {
    BRINK_ASSERT(group.empty() || (group.data() >= input.text.data() &&
                                   group.data() + group.size() <= input.text.data() + input.text.size()));
  }
  if (!reads_alike(input.pattern)) return;
  const re2::RE2 direct(re2::StringPiece(input.pattern.data(), input.pattern.size()), options);
  if (!direct.ok()) return;
  re2::StringPiece whole;
  const re2::StringPiece text(input.text.data(), input.text.size());
  BRINK_ASSERT(direct.Match(text, 0, text.size(), re2::RE2::UNANCHORED, &whole, 1) == found);
  BRINK_ASSERT(!found || std::string_view(whole.data(), whole.size()) == groups[0]);
}

// Whether the pattern, as its characters and stars, matches: which of its beginnings match the text so far.
bool matches_naively(const std::vector<int>& pattern, std::string_view text, bool fold_case) {
  constexpr int kStar = -1;
  const auto fold = [fold_case](char c) { return fold_case ? brink::ascii_lower(c) : c; };
  std::vector<bool> reached(pattern.size() + 1, false);
  const auto skip_stars = [&] {
    for (std::size_t n = 0; n < pattern.size(); ++n) {
      if (reached[n] && pattern[n] == kStar) reached[n + 1] = true;
    }
  };
  reached[0] = true;
  skip_stars();
  for (const char c : text) {
    std::vector<bool> next(pattern.size() + 1, false);
    for (std::size_t n = 0; n < pattern.size(); ++n) {
      if (!reached[n]) continue;
      if (pattern[n] == kStar)
        next[n] = true;
      else if (fold(static_cast<char>(pattern[n])) == fold(c))
        next[n + 1] = true;
    }
    reached = std::move(next);
    skip_stars();
  }
  return reached.back();
}

void try_wildcard(const Input& input, bool fold_case) {
  const auto wildcard = Wildcard::compile(input.pattern, fold_case);
  if (!wildcard) {
    BRINK_ASSERT(!wildcard.error().empty());
    return;
  }
  std::vector<int> pattern;
  for (std::size_t at = 0; at < input.pattern.size(); ++at) {
    const char c = input.pattern[at];
    if (c == '\\') {
      pattern.push_back(static_cast<unsigned char>(input.pattern[++at]));
    } else {
      pattern.push_back(c == '*' ? -1 : static_cast<unsigned char>(c));
    }
  }
  std::vector<std::string_view> captures(wildcard->stars());
  const bool found = wildcard->find(input.text, captures);
  BRINK_ASSERT(found == matches_naively(pattern, input.text, fold_case));
  BRINK_ASSERT(found == wildcard->matches(input.text));
  if (!found) return;
  // The captures and the literals between them are the text again.
  std::size_t star = 0;
  std::string_view rest = input.text;
  for (const int c : pattern) {
    const std::size_t size = c == -1 ? captures[star].size() : 1;
    BRINK_ASSERT(size <= rest.size());
    if (c == -1) BRINK_ASSERT(rest.substr(0, size) == captures[star++]);
    rest.remove_prefix(size);
  }
  BRINK_ASSERT(rest.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = std::min<std::size_t>(data[1], bytes.size());
  const Input input{bytes.substr(0, cut), bytes.substr(cut)};
  switch (data[0] % 3) {
    case 0: try_regex(input); break;
    case 1: try_wildcard(input, false); break;
    default: try_wildcard(input, true); break;
  }
  return 0;
}
