// The sending side of HPACK (RFC 7541): fields in, header blocks out. One for each connection; blocks are
// sent in the order in which they were encoded.
#pragma once

#include "http/h2/hpack_table.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace brink::http::h2 {

// A field as it goes out.
struct WireField {
  FieldName id = FieldName::kOther;
  std::string_view name;  // lower case
  std::string_view value;
  bool never_indexed = false;
};

class HpackEncoder {
 public:
  // `max_table_size`: what we are willing to keep, whatever the peer would.
  explicit HpackEncoder(std::size_t max_table_size)
      : table_(max_table_size), own_max_(max_table_size), lowest_pending_(max_table_size) {}

  // The peer's SETTINGS_HEADER_TABLE_SIZE.
  void set_peer_table_size(std::size_t size);

  // How long the block of `fields` can be at most.
  [[nodiscard]] static std::size_t bound(std::span<const WireField> fields);
  // Encodes to `out`, which has room for bound(fields) bytes; answers where it ended.
  char* encode(std::span<const WireField> fields, char* out);

  [[nodiscard]] const DynamicTable& table() const { return table_; }

 private:
  char* encode_field(const WireField& field, char* out);

  DynamicTable table_;
  std::size_t own_max_;
  std::size_t lowest_pending_;  // the smallest size since the last block, which the peer has to be told
  bool size_pending_ = false;
};

}  // namespace brink::http::h2
