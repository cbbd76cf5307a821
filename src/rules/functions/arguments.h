// What the checks of calls have in common: arguments against parameters, and the errors' sentences.
#pragma once

#include "rules/function.h"

#include <initializer_list>

namespace brink::rules {

using Arguments = std::span<const Argument>;
using Values = std::span<const Value>;
using Checked = std::expected<Type, CallError>;

inline constexpr Type kBytesArray = Type::array_of(Scalar::kBytes);
inline constexpr std::size_t kMaxArguments = 32;  // of functions that take any number

// How an argument may be written.
enum class Written : std::uint8_t { kAny, kField, kLiteral };  // kField: anything but a literal

struct Parameter {
  Type type;
  Written written = Written::kAny;
};

[[nodiscard]] std::unexpected<CallError> wrong_count();
[[nodiscard]] std::unexpected<CallError> wrong_type(std::size_t argument, std::string_view expected,
                                                    Type got);
[[nodiscard]] std::unexpected<CallError> wrong_value(std::size_t argument, std::string_view why);
[[nodiscard]] std::expected<void, CallError> check_count(Arguments arguments, std::size_t least,
                                                         std::size_t most = kMaxArguments);
[[nodiscard]] std::expected<void, CallError> check_written(Arguments arguments, std::size_t at,
                                                           Written written);
[[nodiscard]] std::expected<void, CallError> check_type(Arguments arguments, std::size_t at, Type type);

// Arguments against parameters, of which the last ones may be absent.
[[nodiscard]] std::expected<void, CallError> check_arguments(Arguments arguments, std::size_t least,
                                                             std::initializer_list<Parameter> parameters);
// A literal integer that lies in a range.
[[nodiscard]] std::expected<void, CallError> check_range(Arguments arguments, std::size_t at,
                                                         std::int64_t least, std::int64_t most);
// Literal flags, each of `known` at most once.
[[nodiscard]] std::expected<void, CallError> check_flags(Arguments arguments, std::size_t at,
                                                         std::string_view known);

[[nodiscard]] bool any_missing(Values values);
// The flags of a call: the argument at `at`, or none where it is absent.
[[nodiscard]] inline std::string_view flags_of(Values values, std::size_t at) {
  return at < values.size() ? values[at].bytes() : std::string_view();
}

}  // namespace brink::rules
