// From a head of the message model to the fields of a header block, clean as RFC 9113 section 8.2 wants them:
// lower-case names, nothing that belongs to a connection.
//
// Lives on the stack while a head is submitted; the texts are the head's own, or in `scratch` where a name
// had capitals.
#pragma once

#include "http/h2/hpack_encoder.h"
#include "http/message.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace brink::http::h2 {

class WireFields {
 public:
  explicit WireFields(Arena& scratch) : scratch_(scratch) {}

  void add(FieldName id, std::string_view name, std::string_view value, bool never_indexed = false);
  // A pseudo-field.
  void add(std::string_view name, std::string_view value) { add(FieldName::kOther, name, value); }
  // A number as a field's value.
  void add_number(FieldName id, std::string_view name, std::uint64_t value);
  // All fields that may be sent.
  void add_all(const Fields& fields);
  [[nodiscard]] std::span<const WireField> view() const;

 private:
  static constexpr std::size_t kInline = 48;  // most heads have fewer

  static_assert(std::is_trivially_copyable_v<WireField>);
  [[nodiscard]] WireField* inline_fields() { return reinterpret_cast<WireField*>(inline_); }

  Arena& scratch_;
  std::size_t size_ = 0;
  alignas(WireField) std::byte inline_[kInline * sizeof(WireField)];  // made as they are added
  std::vector<WireField> more_;  // all of them, once there are more than kInline
};

// :status and the fields; with `length`, Content-Length where the head has none.
void write_response(const ResponseHead& head, std::optional<std::uint64_t> length, WireFields& out);
// The pseudo-fields and the fields; an upgrade becomes an extended CONNECT (RFC 8441).
void write_request(const RequestHead& head, std::optional<std::uint64_t> length, WireFields& out);

}  // namespace brink::http::h2
