#include "base/ascii.h"
#include "base/error.h"
#include "rules/functions/functions.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace brink::rules {

// --- starts_with, ends_with ---

namespace {
Checked check_affix(Arguments arguments) {
  BRINK_TRY(check_arguments(arguments, 2, {{Scalar::kBytes, Written::kField}, {Scalar::kBytes}}));
  return Scalar::kBool;
}
}  // namespace

Checked check_ends_with(Arguments arguments, Prepared&) { return check_affix(arguments); }
Checked check_starts_with(Arguments arguments, Prepared&) { return check_affix(arguments); }

Value call_ends_with(Values values, const Prepared&, Arena&) {
  if (any_missing(values)) return {};
  return Value::of_bool(values[0].bytes().ends_with(values[1].bytes()));
}
Value call_starts_with(Values values, const Prepared&, Arena&) {
  if (any_missing(values)) return {};
  return Value::of_bool(values[0].bytes().starts_with(values[1].bytes()));
}

// --- lower, upper ---

namespace {

constexpr char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; }

// The text itself where nothing changes, which is the common case.
template <auto kChange>
Value change_case(Values values, Arena& arena) {
  if (any_missing(values)) return {};
  const std::string_view text = values[0].bytes();
  const auto changes = [](char c) { return kChange(c) != c; };
  const auto first = std::ranges::find_if(text, changes);
  if (first == text.end()) return values[0];
  char* out = arena.allocate(text.size());
  std::ranges::transform(text, out, kChange);
  return Value::of_bytes({out, text.size()});
}

}  // namespace

Checked check_change_of_case(Arguments arguments, Prepared&) {
  BRINK_TRY(check_arguments(arguments, 1, {{Scalar::kBytes}}));
  return Scalar::kBytes;
}
Value call_lower(Values values, const Prepared&, Arena& arena) {
  return change_case<ascii_lower>(values, arena);
}
Value call_upper(Values values, const Prepared&, Arena& arena) {
  return change_case<ascii_upper>(values, arena);
}

// --- remove_bytes ---

Checked check_remove_bytes(Arguments arguments, Prepared&) {
  BRINK_TRY(check_arguments(arguments, 2, {{Scalar::kBytes}, {Scalar::kBytes}}));
  return Scalar::kBytes;
}

Value call_remove_bytes(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  std::array<bool, 256> removed{};
  for (const char byte : values[1].bytes()) removed[static_cast<unsigned char>(byte)] = true;
  const auto is_removed = [&removed](char byte) { return removed[static_cast<unsigned char>(byte)]; };
  const std::string_view text = values[0].bytes();
  if (std::ranges::none_of(text, is_removed)) return values[0];
  char* out = arena.allocate(text.size());
  const char* end = std::remove_copy_if(text.begin(), text.end(), out, is_removed);
  return Value::of_bytes({out, end});
}

// --- substring ---

Checked check_substring(Arguments arguments, Prepared&) {
  BRINK_TRY(
      check_arguments(arguments, 2, {{Scalar::kBytes, Written::kField}, {Scalar::kInt}, {Scalar::kInt}}));
  return Scalar::kBytes;
}

Value call_substring(Values values, const Prepared&, Arena&) {
  if (any_missing(values)) return {};
  const std::string_view text = values[0].bytes();
  const auto size = static_cast<std::int64_t>(text.size());
  const auto position = [size](std::int64_t index) {
    return std::clamp<std::int64_t>(index >= 0 ? index : index + size, 0, size);
  };
  const std::int64_t start = position(values[1].integer());
  const std::int64_t end = values.size() > 2 ? position(values[2].integer()) : size;
  if (start >= end) return Value::of_bytes("");
  return Value::of_bytes(text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start)));
}

// --- to_string ---

Checked check_to_string(Arguments arguments, Prepared&) {
  BRINK_TRY(check_count(arguments, 1, 1));
  const Type type = arguments[0].type;
  if (type != Scalar::kInt && type != Scalar::kBool && type != Scalar::kIp)
    return wrong_type(0, "Int, Bool or Ip", type);
  return Scalar::kBytes;
}

Value call_to_string(Values values, const Prepared&, Arena& arena) {
  switch (values[0].kind()) {
    case Value::Kind::kBool: return Value::of_bytes(values[0].is_true() ? "true" : "false");
    case Value::Kind::kInt: {
      constexpr std::size_t kMaxDigits = 20;
      char* out = arena.allocate(kMaxDigits);
      return Value::of_bytes({out, std::to_chars(out, out + kMaxDigits, values[0].integer()).ptr});
    }
    case Value::Kind::kIp: {
      char* out = arena.allocate(net::IpAddress::kMaxText);
      return Value::of_bytes({out, values[0].ip().write_text(out)});
    }
    default: return {};
  }
}

// --- remove_query_args ---

Checked check_remove_query_args(Arguments arguments, Prepared&) {
  BRINK_TRY(check_count(arguments, 2));
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    if (at == 0) BRINK_TRY(check_written(arguments, at, Written::kField));
    BRINK_TRY(check_type(arguments, at, Scalar::kBytes));
  }
  const auto field = arguments[0].field_name;
  if (field != "http.request.uri.query" && field != "raw.http.request.uri.query")
    return wrong_value(0, "expected http.request.uri.query or raw.http.request.uri.query");
  return Scalar::kBytes;
}

Value call_remove_query_args(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  const std::string_view query = values[0].bytes();
  char* const out = arena.allocate(query.size());
  char* end = out;
  bool first = true;
  for (std::size_t start = 0; start <= query.size();) {
    const std::size_t stop = std::min(query.find('&', start), query.size());
    const std::string_view piece = query.substr(start, stop - start);
    start = stop + 1;
    const std::string_view name = piece.substr(0, piece.find('='));
    if (std::ranges::any_of(values.subspan(1),
                            [name](const Value& removed) { return removed.bytes() == name; }))
      continue;
    if (!first) *end++ = '&';
    first = false;
    end = std::ranges::copy(piece, end).out;
  }
  return Value::of_bytes({out, end});
}

}  // namespace brink::rules
