// The inside of a JSON string (RFC 8259 section 7), from bytes that may be anything: control characters, "
// and \ are escaped, what is no UTF-8 becomes U+FFFD. Allocates nothing.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace brink::telemetry {

// As much of `text` as fits into `room` in whole letters and escapes, and how much that was.
struct JsonText {
  std::size_t written = 0;  // bytes of room
  std::size_t taken = 0;    // bytes of text
};
[[nodiscard]] JsonText write_json_text(std::string_view text, std::span<char> room);

}  // namespace brink::telemetry
