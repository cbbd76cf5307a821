#include "config/quantity.h"

#include "base/ascii.h"

#include <fmt/format.h>

namespace brink::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Ascending; the largest that divides a number is the one it is written in.
constexpr Unit kTimeUnits[] = {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit kBinaryUnits[] = {
    {"", 1}, {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}, {"TiB", 1ULL << 40}};
constexpr Unit kDecimalUnits[] = {{"B", 1},          {"kB", 1'000},         {"KB", 1'000},
                                  {"MB", 1'000'000}, {"GB", 1'000'000'000}, {"TB", 1'000'000'000'000}};
constexpr std::uint64_t kLongestMs = 100ULL * 366 * 86'400'000;

// The number in front of a unit of `units`, in multiples of 1.
template <std::size_t N>
std::optional<std::uint64_t> parse_with(std::string_view text, const Unit (&units)[N]) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  const auto number = parse_decimal(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != text.substr(digits)) continue;
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(*number, unit.factor, &product)) return std::nullopt;
    return product;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string text_with(std::uint64_t number, const Unit (&units)[N]) {
  const Unit* best = &units[0];
  for (const Unit& unit : units) {
    if (number % unit.factor == 0) best = &unit;
  }
  return fmt::format("{}{}", number / best->factor, best->name);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto ms = parse_with(text, kTimeUnits);
  if (!ms || *ms > kLongestMs) return std::nullopt;
  return std::chrono::milliseconds(*ms);
}

std::string duration_text(std::chrono::milliseconds duration) {
  if (duration.count() == 0) return "0s";
  return text_with(static_cast<std::uint64_t>(duration.count()), kTimeUnits);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (auto bytes = parse_with(text, kBinaryUnits)) return bytes;
  return parse_with(text, kDecimalUnits);
}

std::string size_text(std::uint64_t bytes) {
  if (bytes == 0) return "0";
  return text_with(bytes, kBinaryUnits);
}

}  // namespace brink::config
