// Reads the fields of a row one after the other, in the order in which they were written, and remembers
// whether all of them are what they should be: a row that is not reads as nothing.
#pragma once

#include "store/id.h"
#include "store/tuple.h"

#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

namespace brink::store {

class Fields {
 public:
  explicit Fields(std::string_view row) : tuple_(TupleView::parse(row)), good_(tuple_.has_value()) {}

  // Whether all that was read so far was there as it should be.
  [[nodiscard]] bool good() const { return good_; }

  std::string_view text() { return tuple_ ? tuple_->text(next_++) : std::string_view(); }
  std::uint64_t number() {
    const std::string_view bytes = text();
    std::uint64_t value = 0;
    // The shortest form is the only one.
    if (bytes.size() > sizeof value || (!bytes.empty() && bytes.back() == 0)) {
      good_ = false;
      return 0;
    }
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }
  // A number of a smaller type.
  template <class Int>
  Int small() {
    const std::uint64_t value = number();
    if (value > std::numeric_limits<Int>::max()) good_ = false;
    return good_ ? static_cast<Int>(value) : Int{};
  }
  bool flag() { return choice(1) != 0; }
  // One of an enum whose last is `last`.
  template <class Enum>
    requires std::is_enum_v<Enum>
  Enum choice(Enum last) {
    return static_cast<Enum>(choice(static_cast<std::uint64_t>(last)));
  }
  Time time() { return Time(std::chrono::microseconds(static_cast<std::int64_t>(number()))); }
  // The nil id may be an empty field.
  Id id() {
    const std::string_view bytes = text();
    Id id;
    if (bytes.size() == id.bytes.size()) {
      std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
    } else if (!bytes.empty()) {
      good_ = false;
    }
    return id;
  }
  std::vector<std::string_view> texts() {
    const std::string_view bytes = text();
    std::vector<std::string_view> list;
    if (bytes.empty()) return list;
    const auto inner = TupleView::parse(bytes);
    if (!inner) {
      good_ = false;
      return list;
    }
    list.reserve(inner->count());
    for (std::size_t i = 0; i < inner->count(); ++i) list.push_back(inner->text(i));
    return list;
  }

 private:
  std::uint64_t choice(std::uint64_t last) {
    const std::uint64_t value = number();
    if (value > last) good_ = false;
    return good_ ? value : 0;
  }

  std::optional<TupleView> tuple_;
  std::size_t next_ = 0;
  bool good_;
};

// An id as a field: nil is empty.
[[nodiscard]] inline std::string_view id_field(const Id& id) {
  return id.is_nil() ? std::string_view() : id.view();
}

}  // namespace brink::store
