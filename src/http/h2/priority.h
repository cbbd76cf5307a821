// The priority of a response, RFC 9218: the value of the Priority field and of PRIORITY_UPDATE frames.
#pragma once

#include <cstdint>
#include <string_view>

namespace brink::http::h2 {

struct Priority {
  std::uint8_t urgency = 3;  // 0 (first) to 7 (last)
  bool incremental = false;  // useful in parts: shares the connection with others of its urgency
  friend bool operator==(const Priority&, const Priority&) = default;
};

// Reads a structured-field dictionary (RFC 8941) as far as it says something about priority. What is
// malformed or out of range counts as not said, as RFC 9218 section 4 has it.
[[nodiscard]] Priority parse_priority(std::string_view value);

}  // namespace brink::http::h2
