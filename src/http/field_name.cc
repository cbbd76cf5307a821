#include "http/field_name.h"

#include <array>

#include "base/ascii.h"

namespace brink::http {
namespace {

struct Names {
  std::string_view lower;
  std::string_view canonical;
};

constexpr Names kNames[] = {
    {"", ""},
#define BRINK_HTTP_FIELD_NAMES(identifier, lower, canonical) {lower, canonical},
    BRINK_HTTP_FIELDS(BRINK_HTTP_FIELD_NAMES)
#undef BRINK_HTTP_FIELD_NAMES
};
constexpr std::size_t kCount = static_cast<std::size_t>(FieldName::kCount);
static_assert(std::size(kNames) == kCount);
static_assert(kCount <= 256);

// A hash of length and three letters, open addressing over a table of four times the size: one or two compares.
constexpr std::size_t kTable = 512;

constexpr std::size_t hash(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]) | 0x20U; };
  const std::size_t n = text.size();
  return (n * 131 + at(0) * 31 + at(n - 1) * 17 + at(n / 2) * 7 + at(n / 4) * 113) % kTable;
}

constexpr std::array<std::uint8_t, kTable> kByHash = [] {
  std::array<std::uint8_t, kTable> table{};
  for (std::size_t i = 1; i < kCount; ++i) {
    std::size_t slot = hash(kNames[i].lower);
    while (table[slot] != 0) slot = (slot + 1) % kTable;
    table[slot] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

}  // namespace

FieldName find_field_name(std::string_view text) {
  if (text.empty()) return FieldName::kOther;
  for (std::size_t slot = hash(text); kByHash[slot] != 0; slot = (slot + 1) % kTable) {
    const std::uint8_t index = kByHash[slot];
    if (equals_ignoring_case(kNames[index].lower, text)) return static_cast<FieldName>(index);
  }
  return FieldName::kOther;
}

std::string_view lower_case_name(FieldName name) { return kNames[static_cast<std::size_t>(name)].lower; }
std::string_view canonical_name(FieldName name) { return kNames[static_cast<std::size_t>(name)].canonical; }

}  // namespace brink::http
