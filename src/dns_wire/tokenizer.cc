#include "dns_wire/tokenizer.h"

#include "base/ascii.h"

#include <algorithm>

namespace brink::dns_wire {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool ends_word(char c) { return is_blank(c) || c == '\n' || c == ';' || c == '(' || c == ')'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The end of the quoted string whose first byte is text[at]: where its closing quote is. npos where it does
// not end on its line.
std::size_t closing_quote(std::string_view text, std::size_t at) {
  for (; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] == '"') return at;
    if (text[at] == '\\') ++at;
  }
  return text.npos;
}

// The end of the unquoted word at text[at]. A quote directly after "=" opens a string inside of it, as in
// alpn="h2,h3".
Result<std::size_t> word_end(std::string_view text, std::size_t at) {
  for (; at < text.size() && !ends_word(text[at]); ++at) {
    const char c = text[at];
    if (c == '\\') {
      if (++at >= text.size() || text[at] == '\n')
        return fail(WireError::kBadEscape, static_cast<std::int64_t>(at) - 1);
    } else if (c == '"') {
      if (text[at - 1] != '=') return fail(WireError::kStrayCharacter, static_cast<std::int64_t>(at));
      const std::size_t close = closing_quote(text, at + 1);
      if (close == text.npos) return fail(WireError::kUnclosedQuote, static_cast<std::int64_t>(at));
      at = close;
    } else if (is_control(c)) {
      return fail(WireError::kStrayCharacter, static_cast<std::int64_t>(at));
    }
  }
  return at;
}

}  // namespace

std::unexpected<Error> Tokenizer::fail_at(WireError error, std::size_t position) const {
  return fail(error, static_cast<std::int64_t>(position));
}

Result<bool> Tokenizer::next(Entry& entry) {
  while (at_ < text_.size()) {
    entry.tokens.clear();
    entry.comment = {};
    entry.position = at_;
    entry.line = line_;
    entry.starts_blank = is_blank(text_[at_]);
    parentheses_ = 0;
    if (auto read = read_entry(entry); !read) {
      skip_line();
      return std::unexpected(read.error());
    }
    if (!entry.tokens.empty()) return true;
  }
  return false;
}

// Up to the end of the line, or of the line that closes the last parenthesis.
Result<> Tokenizer::read_entry(Entry& entry) {
  while (at_ < text_.size()) {
    if (at_ - entry.position > kMaxEntryBytes || entry.tokens.size() > kMaxEntryTokens)
      return fail_at(WireError::kEntryTooLarge, entry.position);
    const char c = text_[at_];
    if (c == '\n') {
      ++at_;
      ++line_;
      if (parentheses_ == 0) return {};
    } else if (is_blank(c)) {
      ++at_;
    } else if (c == ';') {
      read_comment(entry);
    } else if (c == '(') {
      ++parentheses_;
      ++at_;
    } else if (c == ')') {
      if (parentheses_ == 0) return fail_at(WireError::kUnbalancedParenthesis, at_);
      --parentheses_;
      ++at_;
    } else if (c == '"') {
      BRINK_TRY(read_quoted(entry));
    } else {
      BRINK_TRY(read_word(entry));
    }
  }
  if (parentheses_ != 0) return fail_at(WireError::kUnbalancedParenthesis, entry.position);
  return {};
}

Result<> Tokenizer::read_quoted(Entry& entry) {
  const std::size_t close = closing_quote(text_, at_ + 1);
  if (close == text_.npos) return fail_at(WireError::kUnclosedQuote, at_);
  entry.tokens.push_back(
      {.text = text_.substr(at_ + 1, close - at_ - 1), .quoted = true, .position = at_ + 1});
  at_ = close + 1;
  return {};
}

Result<> Tokenizer::read_word(Entry& entry) {
  const std::size_t end = BRINK_TRY(word_end(text_, at_));
  entry.tokens.push_back({.text = text_.substr(at_, end - at_), .position = at_});
  at_ = end;
  return {};
}

void Tokenizer::read_comment(Entry& entry) {
  const std::size_t end = std::min(text_.find('\n', at_), text_.size());
  const auto comment = trim(text_.substr(at_ + 1, end - at_ - 1));
  if (!comment.empty()) entry.comment = comment;
  at_ = end;
}

void Tokenizer::skip_line() {
  const std::size_t end = text_.find('\n', at_);
  at_ = end == text_.npos ? text_.size() : end + 1;
  ++line_;
}

Tokenizer::Place Tokenizer::place(std::size_t position) const {
  const auto before = text_.substr(0, position);
  const auto lines = std::ranges::count(before, '\n');
  const std::size_t start = before.rfind('\n');  // npos + 1 is 0
  return {.line = static_cast<std::uint32_t>(lines + 1),
          .column = static_cast<std::uint32_t>(before.size() - (start + 1) + 1)};
}

Result<std::vector<Token>> tokenize(std::string_view text) {
  const auto fail_at = [](WireError error, std::size_t position) {
    return fail(error, static_cast<std::int64_t>(position));
  };
  if (text.size() > kMaxEntryBytes) return fail_at(WireError::kEntryTooLarge, 0);
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    if (tokens.size() >= kMaxEntryTokens) return fail_at(WireError::kEntryTooLarge, at);
    const char c = text[at];
    if (c == ' ' || c == '\t') {
      ++at;
    } else if (c == '"') {
      const std::size_t close = closing_quote(text, at + 1);
      if (close == text.npos) return fail_at(WireError::kUnclosedQuote, at);
      tokens.push_back({.text = text.substr(at + 1, close - at - 1), .quoted = true, .position = at + 1});
      at = close + 1;
    } else {
      const std::size_t end = BRINK_TRY(word_end(text, at));
      if (end == at)
        return fail_at(WireError::kStrayCharacter, at);  // a line's end, a comment, a parenthesis
      tokens.push_back({.text = text.substr(at, end - at), .position = at});
      at = end;
    }
  }
  return tokens;
}

}  // namespace brink::dns_wire
