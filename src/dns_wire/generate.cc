#include "dns_wire/generate.h"

#include "base/ascii.h"
#include "dns_wire/limits.h"

#include <fmt/format.h>

namespace brink::dns_wire {
namespace {

constexpr std::uint32_t kMaxNumber = 0x7fff'ffff;

struct Modifier {
  std::int64_t offset = 0;
  std::size_t width = 0;
  char base = 'd';
};

// What stands between the braces.
std::optional<Modifier> parse_modifier(std::string_view text) {
  Modifier modifier;
  const std::size_t first = text.find(',');
  auto offset = text.substr(0, first);
  const bool negative = offset.starts_with('-');
  if (negative || offset.starts_with('+')) offset.remove_prefix(1);
  const auto distance = parse_decimal<std::uint32_t>(offset);
  if (!distance || *distance > kMaxNumber) return std::nullopt;
  modifier.offset = negative ? -static_cast<std::int64_t>(*distance) : *distance;
  if (first == text.npos) return modifier;

  const auto rest = text.substr(first + 1);
  const std::size_t second = rest.find(',');
  const auto width = parse_decimal<std::uint32_t>(rest.substr(0, second));
  if (!width || *width > kMaxGenerateWidth) return std::nullopt;
  modifier.width = *width;
  if (second == rest.npos) return modifier;

  const auto base = rest.substr(second + 1);
  if (base.size() != 1 || std::string_view("doxXnN").find(base[0]) == std::string_view::npos)
    return std::nullopt;
  modifier.base = base[0];
  return modifier;
}

// The width counts the dots too.
std::string nibbles(std::uint64_t value, std::size_t width, bool upper) {
  const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string text;
  do {
    text += digits[value & 15];
    value >>= 4;
    if (value != 0 || text.size() < width) text += '.';
  } while (value != 0 || text.size() < width);
  return text;
}

std::string number_text(std::uint64_t value, const Modifier& modifier) {
  switch (modifier.base) {
    case 'o': return fmt::format("{:0{}o}", value, modifier.width);
    case 'x': return fmt::format("{:0{}x}", value, modifier.width);
    case 'X': return fmt::format("{:0{}X}", value, modifier.width);
    case 'n': return nibbles(value, modifier.width, false);
    case 'N': return nibbles(value, modifier.width, true);
    default: return fmt::format("{:0{}}", value, modifier.width);
  }
}

}  // namespace

std::optional<GenerateRange> GenerateRange::parse(std::string_view text) {
  const std::size_t hyphen = text.find('-');
  if (hyphen == text.npos) return std::nullopt;
  const std::size_t slash = std::min(text.find('/', hyphen), text.size());
  const auto start = parse_decimal<std::uint32_t>(text.substr(0, hyphen));
  const auto stop = parse_decimal<std::uint32_t>(text.substr(hyphen + 1, slash - hyphen - 1));
  const auto step = slash == text.size() ? std::optional<std::uint32_t>(1)
                                         : parse_decimal<std::uint32_t>(text.substr(slash + 1));
  if (!start || !stop || !step || *start > *stop || *stop > kMaxNumber || *step == 0) return std::nullopt;
  return GenerateRange{*start, *stop, *step};
}

Result<std::string> generate(std::string_view pattern, std::uint32_t number) {
  std::string text;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const auto fail_here = [&] { return fail(WireError::kBadGenerate, static_cast<std::int64_t>(at)); };
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      text += pattern.substr(at++, 2);
      continue;
    }
    if (pattern[at] != '$') {
      text += pattern[at];
      continue;
    }
    Modifier modifier;
    const char following = at + 1 < pattern.size() ? pattern[at + 1] : '\0';
    if (following == '$') {
      text += pattern[at++];
      continue;
    }
    if (following == '{') {
      const std::size_t close = pattern.find('}', at);
      if (close == pattern.npos) return fail_here();
      const auto parsed = parse_modifier(pattern.substr(at + 2, close - at - 2));
      if (!parsed) return fail_here();
      modifier = *parsed;
      at = close;
    }
    const std::int64_t value = modifier.offset + number;
    if (value < 0) return fail_here();
    text += number_text(static_cast<std::uint64_t>(value), modifier);
    if (text.size() > kMaxEntryBytes) return fail_here();
  }
  return text;
}

}  // namespace brink::dns_wire
