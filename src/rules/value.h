// A value while an expression is computed: a scalar, a view of bytes, or a view of an array or a map; or
// missing. Trivially copyable; what it shows lives in the request, in the expression or in the evaluation's
// arena, and is good until the facts it was computed from change.
#pragma once

#include "net/address.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace brink::rules {

struct MapEntry;

class Value {
 public:
  enum class Kind : std::uint8_t { kMissing, kBool, kInt, kBytes, kIp, kArray, kMap };

  constexpr Value() : data_{.number = 0} {}  // missing
  [[nodiscard]] static Value of_bool(bool value) {
    Value made(Kind::kBool);
    made.data_.number = value ? 1 : 0;
    return made;
  }
  [[nodiscard]] static Value of_int(std::int64_t value) {
    Value made(Kind::kInt);
    made.data_.number = value;
    return made;
  }
  [[nodiscard]] static Value of_bytes(std::string_view value) {
    Value made(Kind::kBytes);
    made.data_.bytes = value.data();
    made.size_ = value.size();
    return made;
  }
  // The address is not copied.
  [[nodiscard]] static Value of_ip(const net::IpAddress& value) {
    Value made(Kind::kIp);
    made.data_.ip = &value;
    return made;
  }
  [[nodiscard]] static Value of_array(std::span<const Value> elements) {
    Value made(Kind::kArray);
    made.data_.elements = elements.data();
    made.size_ = elements.size();
    return made;
  }
  // Keys are unique.
  [[nodiscard]] static Value of_map(std::span<const MapEntry> entries) {
    Value made(Kind::kMap);
    made.data_.entries = entries.data();
    made.size_ = entries.size();
    return made;
  }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_missing() const { return kind_ == Kind::kMissing; }
  // Missing counts as false, as everywhere in the language.
  [[nodiscard]] bool is_true() const { return kind_ == Kind::kBool && data_.number != 0; }
  // Each requires the kind.
  [[nodiscard]] std::int64_t integer() const { return data_.number; }
  [[nodiscard]] std::string_view bytes() const { return {data_.bytes, size_}; }
  [[nodiscard]] const net::IpAddress& ip() const { return *data_.ip; }
  [[nodiscard]] std::span<const Value> elements() const { return {data_.elements, size_}; }
  [[nodiscard]] std::span<const MapEntry> entries() const;

 private:
  explicit Value(Kind kind) : kind_(kind), data_{.number = 0} {}

  Kind kind_ = Kind::kMissing;
  std::size_t size_ = 0;
  union {
    std::int64_t number;
    const char* bytes;
    const net::IpAddress* ip;
    const Value* elements;
    const MapEntry* entries;
  } data_;
};

struct MapEntry {
  std::string_view key;
  Value value;
};

inline std::span<const MapEntry> Value::entries() const { return {data_.entries, size_}; }

// The value of `key`; missing where the map has none.
[[nodiscard]] inline Value look_up(const Value& map, std::string_view key) {
  if (map.kind() != Value::Kind::kMap) return {};
  for (const MapEntry& entry : map.entries()) {
    if (entry.key == key) return entry.value;
  }
  return {};
}

}  // namespace brink::rules
