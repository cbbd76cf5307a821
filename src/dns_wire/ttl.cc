#include "dns_wire/ttl.h"

#include "base/ascii.h"
#include "dns_wire/limits.h"

namespace brink::dns_wire {
namespace {

std::uint64_t seconds_of(char unit) {
  switch (ascii_lower(unit)) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return 86'400;
    case 'w': return 604'800;
    default: return 0;
  }
}

}  // namespace

std::optional<std::uint32_t> parse_ttl(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t total = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    const auto number = parse_decimal<std::uint32_t>(text.substr(start, at - start));
    if (!number) return std::nullopt;
    std::uint64_t unit = 1;
    if (at < text.size()) {
      unit = seconds_of(text[at++]);
    } else if (start != 0) {
      return std::nullopt;  // "1h30": of what?
    }
    if (unit == 0) return std::nullopt;
    total += *number * unit;
    if (total > kMaxTtl) return std::nullopt;
  }
  return static_cast<std::uint32_t>(total);
}

}  // namespace brink::dns_wire
