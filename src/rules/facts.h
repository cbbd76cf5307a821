// What expressions read: the fields of one request, as they stand in one phase.
#pragma once

#include "base/arena.h"
#include "rules/field.h"
#include "rules/value.h"

#include <array>
#include <bitset>

namespace brink::rules {

// Where the values of fields come from: the edge reads them from an Exchange, the command line from a file.
// A field's type is the table's; a field that cannot be known is its no-data value or missing.
class FactSource {
 public:
  [[nodiscard]] virtual Value read(FieldId field, Arena& arena) const = 0;
  // What `field`, a map, has for `key`, without making the whole map where that can be spared. The same as
  // look_up(read(field), key).
  [[nodiscard]] virtual Value read_key(FieldId field, std::string_view key, Arena& arena) const {
    return look_up(read(field, arena), key);
  }

 protected:
  ~FactSource() = default;
};

// The fields of one request during one phase; each is read from the source once, when an expression first
// asks for it. Belongs to one loop. What it hands out lives as long as the arena and the source's request.
class Facts {
 public:
  // Both must outlive this.
  Facts(const FactSource& source, Arena& arena) : source_(source), arena_(arena) {}
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  [[nodiscard]] const Value& get(FieldId field) {
    const auto at = static_cast<std::size_t>(field);
    if (!known_[at]) {
      values_[at] = source_.read(field, arena_);
      known_[at] = true;
    }
    return values_[at];
  }
  // As get(field)[key] for a map, without making it where nobody needs the whole.
  [[nodiscard]] Value get_key(FieldId field, std::string_view key) {
    const auto at = static_cast<std::size_t>(field);
    return known_[at] ? look_up(values_[at], key) : source_.read_key(field, key, arena_);
  }
  // A phase may have changed the request: fields are read anew.
  void begin_phase() { known_.reset(); }
  // For what functions make.
  [[nodiscard]] Arena& arena() { return arena_; }

 private:
  const FactSource& source_;
  Arena& arena_;
  std::bitset<kFieldCount> known_;
  std::array<Value, kFieldCount> values_;
};

}  // namespace brink::rules
