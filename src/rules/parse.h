// From text to a typed tree. Errors name the place, what stood there and what was expected.
#pragma once

#include "rules/list.h"
#include "rules/phase.h"
#include "rules/tree.h"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace brink::rules {

inline constexpr std::size_t kMaxExpressionCharacters = 4096;  // Unicode scalar values
inline constexpr std::size_t kMaxNesting = 128;                // parentheses, not, quantifiers, calls
inline constexpr std::size_t kMaxRegexes = 64;                 // in one expression

struct ParseError {
  std::string message;  // "unknown identifier"
  Span span;            // in the trimmed text
  // Where the message names more than the grammar, as a field that this server does not have, the sentence
  // that the API gives as the reason; else empty.
  std::string unavailable;

  // "Filter parsing error (1:15):\n<line>\n  ^^^ message\n", line and column from 1, the column in bytes.
  [[nodiscard]] std::string text(std::string_view source) const;
};

struct ParseOptions {
  Phase phase = Phase::kRequestFirewallCustom;  // its fields can be read
  const ListCatalog* lists = nullptr;           // nullptr: no list is known
  bool characteristic = false;                  // fields that only characteristics may name are known, too
  bool stored = false;    // fields that this server does not have are missing rather than refused
  bool counting = false;  // so are those of the response (rate limits' counting)
};

// The text without white space at its ends, to which spans refer.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// A filter: type Bool.
[[nodiscard]] std::expected<ExpressionPtr, ParseError> parse_filter(std::string_view text,
                                                                    const ParseOptions& options);
// A value expression, whose type must be one of `wanted`; none named: of any type.
[[nodiscard]] std::expected<ExpressionPtr, ParseError> parse_value(std::string_view text,
                                                                   std::span<const Type> wanted,
                                                                   const ParseOptions& options);

}  // namespace brink::rules
