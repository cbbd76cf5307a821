// One rule while it is read: where it stands, and its expressions. For the readers of this room.
#pragma once

#include "rules/json_members.h"
#include "rules/parse.h"
#include "rules/read_ruleset.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace brink::rules {

struct RuleReading {
  const ReadContext& context;
  Kind kind;
  Phase phase;
  Problems& problems;
  ExpressionPtr filter;  // of the rule, once it is read; nullptr where it is wrong

  // The expression in a member; nullptr where it is absent, or wrong, which is a problem.
  [[nodiscard]] ExpressionPtr read_filter(Members& members, std::string_view name);
  [[nodiscard]] ExpressionPtr read_value(Members& members, std::string_view name,
                                         std::span<const Type> wanted);
  // A characteristic of a rate limit, or any other expression that stands at `pointer`.
  [[nodiscard]] ExpressionPtr read_characteristic(const std::string& text, const std::string& pointer);

  // `value` or `expression` of an object: exactly one. Nothing where that is wrong. `empty_is_good`: of the
  // value.
  [[nodiscard]] std::optional<TextSource> read_source(Members& members, std::span<const Type> wanted,
                                                      bool empty_is_good = false);

  // Something that is accepted but has no effect here.
  void warn(std::string pointer, std::string message) const;

 private:
  [[nodiscard]] ParseOptions options(bool characteristic = false) const {
    return {.phase = phase, .lists = context.lists, .characteristic = characteristic};
  }
  void expression_problem(std::string pointer, std::string_view name, const std::string& text,
                          const ParseError& error) const;
};

inline constexpr Type kTextType[] = {Scalar::kBytes};
// What to_string turns into text.
inline constexpr Type kPrintableTypes[] = {Scalar::kBytes, Scalar::kInt, Scalar::kIp};

}  // namespace brink::rules
