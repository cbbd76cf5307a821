#include "rules/parse.h"

#include "rules/parser/parser.h"

#include <algorithm>

#include <fmt/format.h>

namespace brink::rules {
namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// The error, where the text is longer than the limit.
std::optional<ParseError> check_length(std::string_view text) {
  if (text.size() <= kMaxExpressionCharacters) return std::nullopt;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (starts_character(text[at]) && ++characters > kMaxExpressionCharacters)
      return ParseError{
          .message = fmt::format("the expression is longer than {} characters", kMaxExpressionCharacters),
          .span = {static_cast<std::uint32_t>(at), 1},
          .unavailable = {}};
  }
  // What begins no character is counted, too, so that no text is without a limit.
  if (text.size() <= kMaxExpressionCharacters * 4) return std::nullopt;
  return ParseError{.message = "the expression is not UTF-8", .span = {0, 1}, .unavailable = {}};
}

template <class Read>
std::expected<ExpressionPtr, ParseError> parse(std::string_view source, const ParseOptions& options,
                                               Read read) {
  const std::string_view text = trimmed(source);
  if (auto error = check_length(text)) return std::unexpected(*std::move(error));
  Parser parser(text, options);
  auto root = read(parser);
  if (!root) return std::unexpected(std::move(root).error());
  auto expression = std::make_shared<Expression>();
  expression->source = source;
  expression->root = *std::move(root);
  std::move(parser).tell(*expression);
  return expression;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::expected<ExpressionPtr, ParseError> parse_filter(std::string_view text, const ParseOptions& options) {
  return parse(text, options, [](Parser& parser) { return parser.filter(); });
}

std::expected<ExpressionPtr, ParseError> parse_value(std::string_view text, std::span<const Type> wanted,
                                                     const ParseOptions& options) {
  return parse(text, options, [&](Parser& parser) { return parser.value_of(wanted); });
}

std::string ParseError::text(std::string_view source) const {
  const std::string_view text = trimmed(source);
  const std::size_t place = std::min<std::size_t>(span.start, text.size());
  const std::string_view before = text.substr(0, place);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const std::string_view shown = text.substr(line_start, text.find('\n', place) - line_start);
  const std::size_t column = place - line_start;
  const std::size_t room = shown.size() - std::min(column, shown.size());
  const std::size_t carets = std::max<std::size_t>(1, std::min<std::size_t>(span.length, room));
  return fmt::format("Filter parsing error ({}:{}):\n{}\n{}{} {}\n", line, column + 1, shown,
                     std::string(column, ' '), std::string(carets, '^'), message);
}

}  // namespace brink::rules
