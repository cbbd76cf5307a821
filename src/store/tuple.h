// How values lie in the store: a tuple of fields, each a run of bytes, that a reader uses where it lies.
// Fields are only ever added at the end: a tuple written before a field was there reads as one whose field is
// empty, and a reader that does not know a field leaves it alone. That is all there is of schema evolution.
//
//   u16 count, u32 end of field 0, ... u32 end of field count-1, the fields' bytes; little-endian, unaligned.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::store {

// Microseconds, as the API shows them. The epoch itself means "never".
using Time = std::chrono::sys_time<std::chrono::microseconds>;

class TupleWriter {
 public:
  TupleWriter& text(std::string_view bytes);
  // Little-endian in as few bytes as it needs; 0 is the empty field.
  TupleWriter& number(std::uint64_t value);
  TupleWriter& time(Time time) { return number(static_cast<std::uint64_t>(time.time_since_epoch().count())); }
  TupleWriter& flag(bool value) { return number(value ? 1 : 0); }
  // A list of texts, itself a tuple.
  TupleWriter& texts(const std::vector<std::string_view>& list);
  // Whether all fits: 65535 fields, and their bytes into a value of the store.
  [[nodiscard]] bool fits() const;
  // Without the empty fields at the end, which read the same.
  [[nodiscard]] std::string finish() const;

 private:
  [[nodiscard]] std::string finish(std::size_t count) const;

  std::vector<std::size_t> ends_;
  std::string bytes_;
  bool lists_fit_ = true;
};

// A tuple in place. Never reads past the bytes it was given, whatever they are.
class TupleView {
 public:
  // Nothing where the bytes are no tuple.
  [[nodiscard]] static std::optional<TupleView> parse(std::string_view bytes);

  [[nodiscard]] std::size_t count() const { return count_; }
  // Empty where there is no such field.
  [[nodiscard]] std::string_view text(std::size_t field) const;
  [[nodiscard]] std::uint64_t number(std::size_t field) const;  // 0 where it is no number
  [[nodiscard]] Time time(std::size_t field) const;
  [[nodiscard]] bool flag(std::size_t field) const { return number(field) != 0; }
  [[nodiscard]] std::vector<std::string_view> texts(std::size_t field) const;

 private:
  TupleView(std::string_view bytes, std::size_t count) : bytes_(bytes), count_(count) {}

  std::string_view bytes_;
  std::size_t count_;
};

}  // namespace brink::store
