#include "dns_wire/location.h"

#include "base/ascii.h"
#include "dns_wire/bytes.h"

#include <array>
#include <optional>

#include <fmt/format.h>

namespace brink::dns_wire {
namespace {

constexpr std::uint32_t kMiddle = 1u << 31;         // the equator, the prime meridian
constexpr std::int64_t kAltitudeBase = 10'000'000;  // centimetres below the reference spheroid
constexpr std::uint64_t kMillisecondsPerDegree = 3'600'000;
constexpr std::uint8_t kDefaultSize = 0x12;        // 1 m
constexpr std::uint8_t kDefaultHorizontal = 0x16;  // 10 km
constexpr std::uint8_t kDefaultVertical = 0x13;    // 10 m

constexpr std::uint64_t power_of_ten(unsigned exponent) {
  std::uint64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

// A decimal number times 10^places, with at most so many digits after the point.
std::optional<std::uint64_t> fixed_point(std::string_view text, unsigned places) {
  const std::size_t point = text.find('.');
  const auto whole = parse_decimal<std::uint32_t>(text.substr(0, point));
  if (!whole) return std::nullopt;
  std::uint64_t value = *whole * power_of_ten(places);
  if (point == text.npos) return value;
  const auto digits = text.substr(point + 1);
  const auto fraction = parse_decimal<std::uint32_t>(digits);
  if (!fraction || digits.size() > places) return std::nullopt;
  return value + *fraction * power_of_ten(places - static_cast<unsigned>(digits.size()));
}

std::optional<std::uint64_t> centimetres(std::string_view text) {
  if (text.ends_with('m') || text.ends_with('M')) text.remove_suffix(1);
  return fixed_point(text, 2);
}

class Parser {
 public:
  explicit Parser(std::span<const Token> tokens) : tokens_(tokens) {}

  // "42 21 54.5 N": milliseconds of arc, from the middle.
  Result<std::uint32_t> angle(std::string_view directions, std::uint32_t most_degrees) {
    std::uint64_t total = 0;
    for (unsigned part = 0;; ++part) {
      if (at_ == tokens_.size()) return fail_here(WireError::kTooFewFields);
      const auto text = tokens_[at_].text;
      if (part > 0 && text.size() == 1 && !is_digit(text[0])) break;
      if (part == 3) return fail_here(WireError::kBadLocation);
      const auto value = fixed_point(text, part == 2 ? 3 : 0);
      if (!value || *value > (part == 0 ? most_degrees : part == 1 ? 59 : 59'999))
        return fail_here(WireError::kBadLocation);
      total += *value * (part == 0 ? kMillisecondsPerDegree : part == 1 ? 60'000 : 1);
      ++at_;
    }
    const char direction = ascii_lower(tokens_[at_].text[0]);
    if (directions.find(direction) == directions.npos || total > most_degrees * kMillisecondsPerDegree)
      return fail_here(WireError::kBadLocation);
    ++at_;
    const auto arc = static_cast<std::uint32_t>(total);
    return direction == directions[0] ? kMiddle + arc : kMiddle - arc;
  }

  Result<std::uint32_t> altitude() {
    if (at_ == tokens_.size()) return fail_here(WireError::kTooFewFields);
    auto text = tokens_[at_].text;
    const bool below = text.starts_with('-');
    if (below) text.remove_prefix(1);
    const auto height = centimetres(text);
    if (!height || *height > 0xffff'ffff) return fail_here(WireError::kBadLocation);
    const std::int64_t value = kAltitudeBase + (below ? -1 : 1) * static_cast<std::int64_t>(*height);
    if (value < 0 || value > 0xffff'ffff) return fail_here(WireError::kBadLocation);
    ++at_;
    return static_cast<std::uint32_t>(value);
  }

  // One digit and a power of ten (RFC 1876 section 2): what is finer is cut off.
  Result<std::uint8_t> size(std::uint8_t by_default) {
    if (at_ == tokens_.size()) return by_default;
    auto value = centimetres(tokens_[at_].text);
    if (!value || *value > 9 * power_of_ten(9)) return fail_here(WireError::kBadLocation);
    unsigned exponent = 0;
    for (; *value > 9; *value /= 10) ++exponent;
    ++at_;
    return static_cast<std::uint8_t>(*value << 4 | exponent);
  }

  Result<> end() {
    if (at_ < tokens_.size()) return fail_here(WireError::kTooManyFields);
    return {};
  }

 private:
  std::unexpected<Error> fail_here(WireError error) const {
    const auto position = tokens_.empty()        ? 0
                          : at_ < tokens_.size() ? tokens_[at_].position
                                                 : tokens_.back().position + tokens_.back().text.size();
    return fail(error, static_cast<std::int64_t>(position));
  }

  std::span<const Token> tokens_;
  std::size_t at_ = 0;
};

// A zero has one form only, as BIND reads it: else records that differ would be written the same.
bool is_size(std::uint8_t byte) {
  const int digit = byte >> 4;
  return byte == 0 || (digit >= 1 && digit <= 9 && (byte & 15) <= 9);
}

std::string size_text(std::uint8_t byte) {
  const std::uint64_t value = (byte >> 4) * power_of_ten(byte & 15);
  return fmt::format("{}.{:02}m", value / 100, value % 100);
}

std::optional<std::string> angle_text(std::uint32_t wire, std::string_view directions,
                                      std::uint64_t most_degrees) {
  const bool positive = wire >= kMiddle;
  const std::uint32_t arc = positive ? wire - kMiddle : kMiddle - wire;
  if (arc > most_degrees * kMillisecondsPerDegree) return std::nullopt;
  return fmt::format("{} {} {}.{:03} {}", arc / kMillisecondsPerDegree, arc / 60'000 % 60, arc / 1000 % 60,
                     arc % 1000, directions[positive ? 0 : 1]);
}

}  // namespace

Result<> parse_location(std::span<const Token> tokens, std::string& wire) {
  Parser parser(tokens);
  const auto latitude = BRINK_TRY(parser.angle("ns", 90));
  const auto longitude = BRINK_TRY(parser.angle("ew", 180));
  const auto altitude = BRINK_TRY(parser.altitude());
  const auto size = BRINK_TRY(parser.size(kDefaultSize));
  const auto horizontal = BRINK_TRY(parser.size(kDefaultHorizontal));
  const auto vertical = BRINK_TRY(parser.size(kDefaultVertical));
  BRINK_TRY(parser.end());
  for (std::uint8_t byte : {std::uint8_t{0}, size, horizontal, vertical}) put_u8(wire, byte);
  put_u32(wire, latitude);
  put_u32(wire, longitude);
  put_u32(wire, altitude);
  return {};
}

Result<> print_location(std::string_view wire, std::string& text) {
  if (u8_at(wire, 0) != 0) return fail(WireError::kBadLocation, 0);  // the version
  for (std::size_t at = 1; at <= 3; ++at) {
    if (!is_size(u8_at(wire, at))) return fail(WireError::kBadLocation, static_cast<std::int64_t>(at));
  }
  const auto latitude = angle_text(u32_at(wire, 4), "NS", 90);
  if (!latitude) return fail(WireError::kBadLocation, 4);
  const auto longitude = angle_text(u32_at(wire, 8), "EW", 180);
  if (!longitude) return fail(WireError::kBadLocation, 8);
  const std::int64_t altitude = static_cast<std::int64_t>(u32_at(wire, 12)) - kAltitudeBase;
  const std::int64_t height = altitude < 0 ? -altitude : altitude;
  text += fmt::format("{} {} {}{}.{:02}m {} {} {}", *latitude, *longitude, altitude < 0 ? "-" : "",
                      height / 100, height % 100, size_text(u8_at(wire, 1)), size_text(u8_at(wire, 2)),
                      size_text(u8_at(wire, 3)));
  return {};
}

}  // namespace brink::dns_wire
