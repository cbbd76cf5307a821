// UTF-8 that may be broken (RFC 3629): what comes from strangers is repaired where it is written.
#pragma once

#include <string_view>

namespace brink::telemetry {

// U+FFFD, which stands for what was no UTF-8.
inline constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";

struct Utf8Piece {
  std::string_view bytes;  // one letter, or the longest start of one that is broken (at least one byte)
  bool is_valid = true;
};
// Takes the first piece off `rest`, which must not be empty.
[[nodiscard]] Utf8Piece take_utf8(std::string_view& rest);

}  // namespace brink::telemetry
