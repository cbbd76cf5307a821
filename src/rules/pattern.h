// The patterns of the language, compiled once and shared by all threads: regular expressions (`matches`,
// regex_replace) and wildcards (`wildcard`, wildcard_replace).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace brink::rules {

// A regular expression in the syntax of Rust's regex crate, byte mode, run by RE2: linear in the text's
// length whatever the pattern. What the two read differently is translated or refused (docs/rules.md).
class Regex {
 public:
  static constexpr std::size_t kMaxMemory = 2 * 1024 * 1024;
  static constexpr std::size_t kMaxGroups = 8;  // that a replacement can name

  // Whether find() tells what the groups took; a search that need not tell runs faster.
  enum class Groups : bool { kNotTold, kTold };
  // The error is a sentence about the pattern.
  [[nodiscard]] static std::expected<std::shared_ptr<const Regex>, std::string> compile(
      std::string_view pattern, Groups groups = Groups::kNotTold);
  ~Regex();

  [[nodiscard]] const std::string& pattern() const { return pattern_; }
  // Whether it is found anywhere in the text.
  [[nodiscard]] bool matches(std::string_view text) const;
  // The first match: groups[0] is the whole, groups[n] the n-th; groups that took no part, or are not told,
  // are empty. False where there is none. Never writes more than groups.size().
  [[nodiscard]] bool find(std::string_view text, std::span<std::string_view> groups) const;

 private:
  Regex(std::string pattern, std::unique_ptr<re2::RE2> compiled);

  const std::string pattern_;
  const std::unique_ptr<re2::RE2> compiled_;
};

// `*` is any run of bytes, `\*` and `\\` are the characters, everything else is itself. The whole text must
// match. The time is linear in the text's length, whatever the pattern.
class Wildcard {
 public:
  static constexpr std::size_t kMaxStars = 32;

  // The error is a sentence about the pattern.
  [[nodiscard]] static std::expected<Wildcard, std::string> compile(std::string_view pattern, bool fold_case);

  [[nodiscard]] bool matches(std::string_view text) const { return find(text, {}); }
  // As above; each star takes as little as it can, from left to right. captures[n] is what the n-th star
  // took, from 0; stars beyond captures.size() are matched but not told. False leaves captures unspecified.
  [[nodiscard]] bool find(std::string_view text, std::span<std::string_view> captures) const;
  [[nodiscard]] std::size_t stars() const { return literals_.size() - 1; }
  [[nodiscard]] const std::string& pattern() const { return pattern_; }

 private:
  // What stands before, between or behind stars.
  struct Literal {
    std::string text;  // in lower case where case is folded
    // Where case is folded and the literal stands between two stars, it is searched for as Knuth, Morris and
    // Pratt do: borders[n] is the length of the longest proper prefix of the first n bytes that is their end.
    std::vector<std::uint32_t> borders;
  };
  Wildcard(std::string pattern, std::vector<Literal> literals, bool fold_case)
      : pattern_(std::move(pattern)), literals_(std::move(literals)), fold_case_(fold_case) {}
  [[nodiscard]] bool equal(std::string_view text, const Literal& literal) const;
  [[nodiscard]] std::size_t search(std::string_view text, const Literal& literal) const;

  std::string pattern_;
  std::vector<Literal> literals_;  // one more than there are stars
  bool fold_case_;
};

// The replacement of regex_replace and wildcard_replace: text, ${1} to ${8}, and $$.
class Replacement {
 public:
  static constexpr std::size_t kMaxReferences = 8;

  [[nodiscard]] static std::expected<Replacement, std::string> parse(std::string_view text);
  struct Piece {
    std::string text;
    std::uint8_t group = 0;  // 0: the text
  };
  [[nodiscard]] std::span<const Piece> pieces() const { return pieces_; }

 private:
  std::vector<Piece> pieces_;
};

}  // namespace brink::rules
