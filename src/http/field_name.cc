#include "http/field_name.h"

#include <array>
#include <cstring>

namespace brink::http {
namespace {

struct Names {
  std::string_view lower;
  std::string_view canonical;
};

constexpr Names kNames[] = {{"", ""},
#define BRINK_HTTP_FIELD_NAMES(identifier, lower, canonical) {lower, canonical},
                            BRINK_HTTP_FIELDS(BRINK_HTTP_FIELD_NAMES)
#undef BRINK_HTTP_FIELD_NAMES
};
constexpr std::size_t kCount = static_cast<std::size_t>(FieldName::kCount);
static_assert(std::size(kNames) == kCount);
static_assert(kCount <= 256);

// A hash of length and three letters, open addressing over a table of four times the size: one or two
// compares.
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

// Whether two words of text are the same but for the case of letters. A letter's case is the bit 0x20, and of
// the characters of known names (lower case, digits, '-') just the letters have the bit 0x40.
template <class Word>
bool is_same_word(const char* known, const char* text) {
  Word k = 0, t = 0;
  std::memcpy(&k, known, sizeof k);
  std::memcpy(&t, text, sizeof t);
  constexpr Word kLetterBits = static_cast<Word>(0x4040404040404040);
  return ((k ^ t) & ~((k & kLetterBits) >> 1)) == 0;
}

// The same for texts of one size, not empty: word by word, the last word overlapping the one before.
bool is_same_name(std::string_view known, std::string_view text) {
  const std::size_t size = known.size();
  const char* const k = known.data();
  const char* const t = text.data();
  if (size >= 8) {
    for (std::size_t i = 0; i < size - 8; i += 8) {
      if (!is_same_word<std::uint64_t>(k + i, t + i)) return false;
    }
    return is_same_word<std::uint64_t>(k + size - 8, t + size - 8);
  }
  if (size >= 4)
    return is_same_word<std::uint32_t>(k, t) && is_same_word<std::uint32_t>(k + size - 4, t + size - 4);
  for (std::size_t i = 0; i < size; ++i) {
    if (!is_same_word<std::uint8_t>(k + i, t + i)) return false;
  }
  return true;
}

}  // namespace

FieldName find_field_name(std::string_view text) {
  if (text.empty()) return FieldName::kOther;
  for (std::size_t slot = hash(text); kByHash[slot] != 0; slot = (slot + 1) % kTable) {
    const std::uint8_t index = kByHash[slot];
    const std::string_view known = kNames[index].lower;
    if (known.size() == text.size() && is_same_name(known, text)) return static_cast<FieldName>(index);
  }
  return FieldName::kOther;
}

std::string_view lower_case_name(FieldName name) { return kNames[static_cast<std::size_t>(name)].lower; }
std::string_view canonical_name(FieldName name) { return kNames[static_cast<std::size_t>(name)].canonical; }

}  // namespace brink::http
