// From the regular expressions of Rust's regex crate, byte mode, to those of RE2. What both read alike stays;
// what RE2 would read otherwise is written so that it means what Rust says, or is refused (the rules
// language's page in docs/ has the table).
//
// In byte mode every class becomes the set of its bytes, so that set operations, \s, and the folding of ASCII
// letters alone are Rust's. A pattern that begins with (?u) works on UTF-8; there, set operations, word
// boundaries, and \W and \S inside a class are refused.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace brink::rules {

struct TranslatedRegex {
  std::string pattern;  // for RE2
  bool utf8 = false;    // else Latin-1: a byte is a character
};

inline constexpr std::size_t kMaxRegexNesting = 128;  // groups, classes, repetitions of repetitions
inline constexpr std::size_t kMaxRepetition = 1000;   // RE2's

// The error is a sentence about the pattern.
[[nodiscard]] std::expected<TranslatedRegex, std::string> translate_regex(std::string_view pattern);

}  // namespace brink::rules
