// The receiving side of HPACK (RFC 7541): header blocks in, fields out. One for each connection; blocks in
// the order in which they came, all of them, whatever becomes of their streams.
#pragma once

#include "base/slice.h"
#include "http/h2/hpack_table.h"

#include <cstddef>
#include <string_view>

namespace brink::http::h2 {

// Takes the fields of a block.
class FieldSink {
 public:
  // The views are gone when the call returns. The name may be of any form; `id` is what it is in any case.
  virtual void on_field(FieldName id, std::string_view name, std::string_view value) = 0;

 protected:
  ~FieldSink() = default;
};

class HpackDecoder {
 public:
  // `max_table_size` is what we have announced as SETTINGS_HEADER_TABLE_SIZE.
  explicit HpackDecoder(std::size_t max_table_size)
      : table_(max_table_size), max_table_size_(max_table_size) {}

  // Decodes a whole block; `sink` nullptr where nobody wants the fields. False where it is malformed: nothing
  // that comes on the connection can be understood then (COMPRESSION_ERROR).
  [[nodiscard]] bool decode(std::string_view block, FieldSink* sink);

  [[nodiscard]] const DynamicTable& table() const { return table_; }

 private:
  DynamicTable table_;
  std::size_t max_table_size_;
};

}  // namespace brink::http::h2
