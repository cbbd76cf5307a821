// Reads a regular expression in Rust's syntax piece by piece: characters, escapes, and the classes in square
// brackets.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace brink::rules {

using ByteSet = std::bitset<256>;

struct RegexEscape {
  enum class Kind : std::uint8_t {
    kByte,       // \xHH from 80 on, in byte mode
    kCharacter,  // a code point
    kPerlClass,  // \d \D \w \W \s \S: `letter`
    kProperty,   // \pL, \p{Greek}: `text`
    kAssertion,  // \b \B \A \z: `letter`
  };
  Kind kind;
  std::uint32_t number = 0;
  char letter = 0;
  std::string_view text;
};

class RegexReader {
 public:
  // utf8: the pattern's characters are code points in UTF-8, else bytes.
  RegexReader(std::string_view pattern, bool utf8) : rest_(pattern), utf8_(utf8) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] char peek() const { return rest_.front(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool accept(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void skip(std::size_t count) { rest_.remove_prefix(count); }
  // White space and comments of verbose mode.
  void skip_insignificant();

  // One code point of the pattern's own text.
  [[nodiscard]] std::expected<std::uint32_t, std::string> read_character();
  // What follows a backslash that has been read.
  [[nodiscard]] std::expected<RegexEscape, std::string> read_escape();

  // A class whose [ has been read, as its bytes; or, in UTF-8, as RE2 writes it.
  [[nodiscard]] std::expected<ByteSet, std::string> read_byte_class(bool fold, bool verbose,
                                                                    std::size_t depth = 0);
  [[nodiscard]] std::expected<std::string, std::string> read_utf8_class(bool verbose);

 private:
  [[nodiscard]] std::expected<std::uint32_t, std::string> read_hex(std::size_t digits);
  [[nodiscard]] bool accept_posix_class(std::string_view& name, bool& negated);
  [[nodiscard]] std::expected<ByteSet, std::string> read_byte_items(bool verbose);
  [[nodiscard]] std::expected<std::string, std::string> read_utf8_items(bool verbose);
  // One member of a class; after it, a range may go on.
  [[nodiscard]] std::expected<RegexEscape, std::string> read_member();
  [[nodiscard]] bool begins_range(bool verbose);

  std::string_view rest_;
  bool utf8_;
};

// The bytes of \d, \w or \s, or of their opposites.
[[nodiscard]] ByteSet perl_class(char letter);
// The same in UTF-8 as members of a class of RE2; nothing where only the opposite can be written.
[[nodiscard]] std::string_view utf8_members(char letter);
void append_utf8(std::string& out, std::uint32_t code_point);
// As RE2 reads one character, in or out of a class.
void append_re2_character(std::string& out, std::uint32_t character);
void append_re2_class(std::string& out, const ByteSet& bytes);

}  // namespace brink::rules
