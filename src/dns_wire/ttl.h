// Times to live in text: seconds, or numbers with units as BIND and its successors take them: 1h30m, 2w,
// 1d12h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace brink::dns_wire {

// Units s, m, h, d, w in any case and any order, each with its number. Nothing where it is no time, or above
// 2^31-1 seconds (RFC 2181 section 8).
[[nodiscard]] std::optional<std::uint32_t> parse_ttl(std::string_view text);

}  // namespace brink::dns_wire
