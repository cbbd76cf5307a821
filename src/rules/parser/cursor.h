// A place in the text of an expression, and how it moves over tokens.
#pragma once

#include "rules/parse.h"

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace brink::rules {

template <class T>
using Parsed = std::expected<T, ParseError>;

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t position() const { return position_; }
  void move_to(std::size_t position) { position_ = position; }
  [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
  // '\0' at the end; a NUL in the text is no token's beginning either.
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(position_); }
  void advance(std::size_t bytes = 1) { position_ += bytes; }

  void skip_space();  // space, CR, LF
  // Moves over `token` where it stands here.
  bool take(std::string_view token);
  // The longest run here of characters for which is(c); empty where there is none. Does not move.
  template <class Is>
  [[nodiscard]] std::string_view run(Is is) const {
    std::size_t end = position_;
    while (end < text_.size() && is(text_[end])) ++end;
    return text_.substr(position_, end - position_);
  }
  // The longest identifier here; empty where there is none. Does not move.
  [[nodiscard]] std::string_view identifier() const;

  // Errors: at a span, from a place up to here, at the next token, or at all that is left of the text.
  [[nodiscard]] static std::unexpected<ParseError> fail(std::string message, Span span) {
    return std::unexpected(ParseError{.message = std::move(message), .span = span, .unavailable = {}});
  }
  [[nodiscard]] std::unexpected<ParseError> fail_from(std::size_t start, std::string message) const {
    return fail(std::move(message), since(start));
  }
  [[nodiscard]] std::unexpected<ParseError> fail_here(std::string message) const;
  [[nodiscard]] std::unexpected<ParseError> fail_at_rest() const;  // "unrecognised input"
  [[nodiscard]] Span since(std::size_t start) const {
    return {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(position_ - start)};
  }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace brink::rules
