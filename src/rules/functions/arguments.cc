#include "rules/functions/arguments.h"

#include "base/error.h"

#include <algorithm>

#include <fmt/format.h>

namespace brink::rules {

std::unexpected<CallError> wrong_count() {
  return std::unexpected(CallError{.kind = CallError::Kind::kCount, .text = "invalid number of arguments"});
}

std::unexpected<CallError> wrong_type(std::size_t argument, std::string_view expected, Type got) {
  return std::unexpected(
      CallError{.kind = CallError::Kind::kType,
                .argument = argument,
                .text = fmt::format("invalid type of argument #{}: expected value of type {}, but got {}",
                                    argument, expected, got.text())});
}

std::unexpected<CallError> wrong_value(std::size_t argument, std::string_view why) {
  return std::unexpected(CallError{.kind = CallError::Kind::kValue,
                                   .argument = argument,
                                   .text = fmt::format("invalid value of argument #{}: {}", argument, why)});
}

std::expected<void, CallError> check_count(Arguments arguments, std::size_t least, std::size_t most) {
  if (arguments.size() < least || arguments.size() > most) return wrong_count();
  return {};
}

std::expected<void, CallError> check_written(Arguments arguments, std::size_t at, Written written) {
  if (written == Written::kAny || arguments[at].is_literal == (written == Written::kLiteral)) return {};
  const bool wants_field = written == Written::kField;
  return std::unexpected(CallError{
      .kind = CallError::Kind::kKind,
      .argument = at,
      .text = fmt::format("invalid kind of argument #{}: expected argument of kind {}, but got {}", at,
                          wants_field ? "Field" : "Literal", wants_field ? "Literal" : "Field")});
}

std::expected<void, CallError> check_type(Arguments arguments, std::size_t at, Type type) {
  if (arguments[at].type == type) return {};
  return wrong_type(at, type.text(), arguments[at].type);
}

std::expected<void, CallError> check_arguments(Arguments arguments, std::size_t least,
                                               std::initializer_list<Parameter> parameters) {
  BRINK_TRY(check_count(arguments, least, parameters.size()));
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const Parameter& parameter = parameters.begin()[at];
    BRINK_TRY(check_written(arguments, at, parameter.written));
    BRINK_TRY(check_type(arguments, at, parameter.type));
  }
  return {};
}

std::expected<void, CallError> check_range(Arguments arguments, std::size_t at, std::int64_t least,
                                           std::int64_t most) {
  const std::int64_t number = arguments[at].literal.integer();
  if (number >= least && number <= most) return {};
  return wrong_value(at, fmt::format("expected an integer from {} to {}, but got {}", least, most, number));
}

std::expected<void, CallError> check_flags(Arguments arguments, std::size_t at, std::string_view known) {
  const std::string_view flags = arguments[at].literal.bytes();
  for (const char flag : flags) {
    if (!known.contains(flag) || std::ranges::count(flags, flag) > 1) {
      return wrong_value(at, known.size() == 1
                                 ? fmt::format("the only flag is \"{}\"", known)
                                 : fmt::format("flags are letters of \"{}\", each at most once", known));
    }
  }
  return {};
}

bool any_missing(Values values) { return std::ranges::any_of(values, &Value::is_missing); }

}  // namespace brink::rules
