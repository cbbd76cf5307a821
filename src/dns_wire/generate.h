// $GENERATE lines: records by number, as BIND's reference manual describes them.
#pragma once

#include "dns_wire/wire_error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brink::dns_wire {

// "start-stop[/step]": start to stop, both of them in it; at most 2^31-1.
struct GenerateRange {
  std::uint32_t start = 0;
  std::uint32_t stop = 0;
  std::uint32_t step = 1;

  [[nodiscard]] static std::optional<GenerateRange> parse(std::string_view text);
  [[nodiscard]] std::uint32_t count() const { return (stop - start) / step + 1; }
};

// `pattern` with each $ and ${offset[,width[,base]]} as the number: base d, o, x, X, or n, N for nibbles
// backwards with dots between (for ip6.arpa). "$$" and "\$" are a dollar sign. kBadGenerate where the pattern
// is malformed, the number with its offset is below zero, or the width above kMaxGenerateWidth; the detail is
// the byte of `pattern`.
[[nodiscard]] Result<std::string> generate(std::string_view pattern, std::uint32_t number);

}  // namespace brink::dns_wire
