// The tables of HPACK, RFC 7541 section 2.3: the static one, and the dynamic one of one direction of a
// connection.
#pragma once

#include "http/field_name.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace brink::http::h2 {

struct HpackField {
  std::string_view name;
  std::string_view value;
  FieldName id = FieldName::kOther;
};

inline constexpr std::size_t kStaticEntries = 61;
// Requires 1 <= index <= kStaticEntries.
[[nodiscard]] const HpackField& static_entry(std::size_t index);
// The first static entry with that name; 0 where there is none.
[[nodiscard]] std::size_t static_index(FieldName name);

// What a field counts for beyond its text, section 4.1.
inline constexpr std::size_t kHpackOverhead = 32;

// Fields in the order of their coming, the newest first; old ones leave when the size would pass the maximum.
// Holds memory in proportion to what is in it. Views are good until the next insert().
class DynamicTable {
 public:
  explicit DynamicTable(std::size_t max_size) : max_size_(max_size) {}

  [[nodiscard]] std::size_t count() const { return entries_.size() - first_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t max_size() const { return max_size_; }
  // 0 is the newest. Requires index < count().
  [[nodiscard]] HpackField at(std::size_t index) const;
  // `field` must not be text of the table. One that is too big empties it (section 4.4).
  void insert(const HpackField& field, std::uint32_t hash = 0);
  void set_max_size(std::size_t max_size);

  // The newest entry with that hash for which `matches(field)`; count() where there is none.
  template <class Matches>
  [[nodiscard]] std::size_t find(std::uint32_t hash, Matches matches) const {
    for (std::size_t i = entries_.size(); i-- > first_;) {
      if (entries_[i].hash == hash && matches(field_of(entries_[i]))) return entries_.size() - 1 - i;
    }
    return count();
  }

 private:
  struct Entry {
    std::uint32_t hash;
    std::uint32_t begin;  // of the name in bytes_; the value follows it
    std::uint16_t name_size;
    std::uint16_t value_size;
    FieldName id;
    [[nodiscard]] std::size_t size() const { return name_size + std::size_t{value_size} + kHpackOverhead; }
  };

  [[nodiscard]] HpackField field_of(const Entry& entry) const;
  void evict_to(std::size_t size);
  void make_room(std::size_t bytes);

  std::vector<Entry> entries_;  // the oldest first; those before first_ have left
  std::size_t first_ = 0;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;  // of bytes_, those of entries that have left included
  std::size_t size_ = 0;
  std::size_t max_size_;
};

}  // namespace brink::http::h2
