#include "base/error.h"
#include "rules/functions/functions.h"

#include <algorithm>
#include <new>

namespace brink::rules {
namespace {

std::span<Value> make_values(std::size_t count, Arena& arena) {
  auto* values = reinterpret_cast<Value*>(arena.allocate(count * sizeof(Value), alignof(Value)));
  std::uninitialized_value_construct_n(values, count);
  return {values, count};
}

bool equal(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Value::Kind::kMissing: return false;
    case Value::Kind::kBool:
    case Value::Kind::kInt: return a.integer() == b.integer();
    case Value::Kind::kBytes: return a.bytes() == b.bytes();
    case Value::Kind::kIp: return a.ip() == b.ip();
    case Value::Kind::kArray: return std::ranges::equal(a.elements(), b.elements(), equal);
    case Value::Kind::kMap:
      return a.entries().size() == b.entries().size() &&
             std::ranges::all_of(a.entries(), [&b](const MapEntry& entry) {
               return equal(entry.value, look_up(b, entry.key));
             });
  }
  return false;
}

}  // namespace

// --- coalesce ---

Checked check_coalesce(Arguments arguments, Prepared&) {
  BRINK_TRY(check_count(arguments, 2));
  for (std::size_t at = 1; at < arguments.size(); ++at)
    BRINK_TRY(check_type(arguments, at, arguments[0].type));
  return arguments[0].type;
}

Value call_coalesce(Values values, const Prepared&, Arena&) {
  const auto found = std::ranges::find_if_not(values, &Value::is_missing);
  return found == values.end() ? Value() : *found;
}

// --- concat ---

Checked check_concat(Arguments arguments, Prepared&) {
  BRINK_TRY(check_count(arguments, 2));
  const Type type = arguments[0].type;
  const auto expected = [](Type got) {
    const bool has_text = got == Scalar::kInt || got == Scalar::kBool || got == Scalar::kIp;
    return has_text ? "Bytes or Array (to_string() makes Bytes)" : "Bytes or Array";
  };
  if (type != Scalar::kBytes && !type.is_array()) return wrong_type(0, expected(type), type);
  for (std::size_t at = 1; at < arguments.size(); ++at) {
    if (arguments[at].type == type) continue;
    const bool hint = type == Scalar::kBytes && arguments[at].type.is_scalar();
    return wrong_type(at, hint ? type.text() + " (to_string() makes Bytes)" : type.text(),
                      arguments[at].type);
  }
  return type;
}

Value call_concat(Values values, const Prepared&, Arena& arena) {
  std::size_t size = 0;
  const Value* some = nullptr;
  std::size_t present = 0;
  for (const Value& value : values) {
    if (value.is_missing()) continue;
    some = &value;
    ++present;
    size += value.kind() == Value::Kind::kBytes ? value.bytes().size() : value.elements().size();
  }
  if (present <= 1) return some == nullptr ? Value() : *some;

  if (some->kind() == Value::Kind::kBytes) {
    char* const out = arena.allocate(size);
    char* end = out;
    for (const Value& value : values) {
      if (!value.is_missing()) end = std::ranges::copy(value.bytes(), end).out;
    }
    return Value::of_bytes({out, end});
  }
  const std::span<Value> out = make_values(size, arena);
  auto end = out.begin();
  for (const Value& value : values) {
    if (!value.is_missing()) end = std::ranges::copy(value.elements(), end).out;
  }
  return Value::of_array(out);
}

// --- has_key, has_value ---

Checked check_has_key(Arguments arguments, Prepared&) {
  BRINK_TRY(check_count(arguments, 2, 2));
  BRINK_TRY(check_written(arguments, 0, Written::kField));
  if (!arguments[0].type.is_map()) return wrong_type(0, "Map", arguments[0].type);
  BRINK_TRY(check_type(arguments, 1, Scalar::kBytes));
  return Scalar::kBool;
}

Value call_has_key(Values values, const Prepared&, Arena&) {
  if (any_missing(values)) return Value::of_bool(false);
  const auto entries = values[0].entries();
  return Value::of_bool(std::ranges::find(entries, values[1].bytes(), &MapEntry::key) != entries.end());
}

Checked check_has_value(Arguments arguments, Prepared&) {
  BRINK_TRY(check_count(arguments, 2, 2));
  BRINK_TRY(check_written(arguments, 0, Written::kField));
  const Type collection = arguments[0].type;
  if (collection.is_scalar()) return wrong_type(0, "Array or Map", collection);
  BRINK_TRY(check_type(arguments, 1, collection.element()));
  return Scalar::kBool;
}

Value call_has_value(Values values, const Prepared&, Arena&) {
  const auto is_wanted = [&values](const Value& value) { return equal(value, values[1]); };
  switch (values[0].kind()) {
    case Value::Kind::kArray: return Value::of_bool(std::ranges::any_of(values[0].elements(), is_wanted));
    case Value::Kind::kMap:
      return Value::of_bool(std::ranges::any_of(values[0].entries(), is_wanted, &MapEntry::value));
    default: return Value::of_bool(false);
  }
}

// --- join ---

Checked check_join(Arguments arguments, Prepared&) {
  BRINK_TRY(check_arguments(arguments, 2, {{kBytesArray}, {Scalar::kBytes}}));
  return Scalar::kBytes;
}

Value call_join(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  const auto items = values[0].elements();
  const std::string_view separator = values[1].bytes();
  if (items.empty()) return Value::of_bytes("");
  std::size_t size = separator.size() * (items.size() - 1);
  for (const Value& item : items) size += item.is_missing() ? 0 : item.bytes().size();
  char* const out = arena.allocate(size);
  char* end = out;
  for (std::size_t n = 0; n < items.size(); ++n) {
    if (n > 0) end = std::ranges::copy(separator, end).out;
    if (!items[n].is_missing()) end = std::ranges::copy(items[n].bytes(), end).out;
  }
  return Value::of_bytes({out, end});
}

// --- len ---

Checked check_len(Arguments arguments, Prepared&) {
  BRINK_TRY(check_count(arguments, 1, 1));
  const Type type = arguments[0].type;
  if (type != Scalar::kBytes && !type.is_array()) return wrong_type(0, "Bytes or Array", type);
  return Scalar::kInt;
}

Value call_len(Values values, const Prepared&, Arena&) {
  if (any_missing(values)) return {};
  const bool text = values[0].kind() == Value::Kind::kBytes;
  return Value::of_int(
      static_cast<std::int64_t>(text ? values[0].bytes().size() : values[0].elements().size()));
}

// --- split ---

namespace {
constexpr std::int64_t kMaxPieces = 128;
}

Checked check_split(Arguments arguments, Prepared&) {
  BRINK_TRY(check_arguments(
      arguments, 2,
      {{Scalar::kBytes}, {Scalar::kBytes, Written::kLiteral}, {Scalar::kInt, Written::kLiteral}}));
  if (arguments[1].literal.bytes().empty()) return wrong_value(1, "the separator is empty");
  if (arguments.size() > 2) BRINK_TRY(check_range(arguments, 2, 1, kMaxPieces));
  return kBytesArray;
}

Value call_split(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  std::string_view text = values[0].bytes();
  const std::string_view separator = values[1].bytes();
  const auto limit = static_cast<std::size_t>(values.size() > 2 ? values[2].integer() : kMaxPieces);

  std::size_t count = 1;
  for (std::size_t at = text.find(separator); at != text.npos && count < limit; ++count)
    at = text.find(separator, at + separator.size());
  const std::span<Value> pieces = make_values(count, arena);
  for (Value& piece : pieces.first(count - 1)) {
    const std::size_t end = text.find(separator);
    piece = Value::of_bytes(text.substr(0, end));
    text.remove_prefix(end + separator.size());
  }
  pieces.back() = Value::of_bytes(text);
  return Value::of_array(pieces);
}

}  // namespace brink::rules
