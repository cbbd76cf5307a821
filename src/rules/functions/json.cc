#include "base/error.h"
#include "rules/functions/functions.h"
#include "rules/json_lookup.h"

namespace brink::rules {
namespace {

std::expected<void, CallError> check_lookup(Arguments arguments) {
  BRINK_TRY(check_count(arguments, 2, 1 + kMaxJsonPath));
  BRINK_TRY(check_written(arguments, 0, Written::kField));
  BRINK_TRY(check_type(arguments, 0, Scalar::kBytes));
  for (std::size_t at = 1; at < arguments.size(); ++at) {
    const Argument& step = arguments[at];
    if (step.type != Scalar::kBytes && step.type != Scalar::kInt)
      return wrong_type(at, "Bytes or Int", step.type);
    if (step.is_literal && step.type == Scalar::kInt && step.literal.integer() < 0)
      return wrong_value(at, "positions count from 0");
  }
  return {};
}

}  // namespace

Checked check_lookup_json_integer(Arguments arguments, Prepared&) {
  BRINK_TRY(check_lookup(arguments));
  return Scalar::kInt;
}

Value call_lookup_json_integer(Values values, const Prepared&, Arena&) {
  if (any_missing(values)) return {};
  const auto found = find_json(values[0].bytes(), values.subspan(1));
  const auto number = found ? json_integer(*found) : std::nullopt;
  return number ? Value::of_int(*number) : Value();
}

Checked check_lookup_json_string(Arguments arguments, Prepared&) {
  BRINK_TRY(check_lookup(arguments));
  return Scalar::kBytes;
}

Value call_lookup_json_string(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  const auto found = find_json(values[0].bytes(), values.subspan(1));
  const auto text = found ? json_string(*found, arena) : std::nullopt;
  return text ? Value::of_bytes(*text) : Value();
}

}  // namespace brink::rules
