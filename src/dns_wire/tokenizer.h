// Master files as words (RFC 1035 section 5.1): entries, which are lines or what parentheses make of several,
// quoted strings, comments. Nothing is copied: tokens are views of the text.
#pragma once

#include "dns_wire/limits.h"
#include "dns_wire/wire_error.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace brink::dns_wire {

struct Token {
  std::string_view text;  // with its escapes; without the quotes of a quoted string
  bool quoted = false;
  std::size_t position = 0;  // the byte of the whole text where it begins, its quote left out
};

struct Entry {
  std::vector<Token> tokens;
  bool starts_blank = false;  // white space stands before the first token: the owner is the one before
  std::string_view comment;   // the last comment in it, without its semicolon and outer white space
  std::size_t position = 0;
  std::uint32_t line = 0;  // on which it begins, from 1
};

class Tokenizer {
 public:
  // `text` outlives the tokenizer and the entries.
  explicit Tokenizer(std::string_view text) : text_(text) {}

  // The next entry that has tokens; false at the end. After an error it goes on at the next line.
  [[nodiscard]] Result<bool> next(Entry& entry);

  // The line and column, from 1, of a byte.
  struct Place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
  };
  [[nodiscard]] Place place(std::size_t position) const;

 private:
  Result<> read_entry(Entry& entry);
  Result<> read_quoted(Entry& entry);
  Result<> read_word(Entry& entry);
  void read_comment(Entry& entry);
  void skip_line();
  std::unexpected<Error> fail_at(WireError error, std::size_t position) const;

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t parentheses_ = 0;
};

// The words of one record's data, as an API takes it: one line; no comments and no parentheses.
[[nodiscard]] Result<std::vector<Token>> tokenize(std::string_view text);

}  // namespace brink::dns_wire
