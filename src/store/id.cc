#include "store/id.h"

#include "base/encoding.h"
#include "base/random.h"

#include <cstring>

namespace brink::store {
namespace {

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

constexpr std::array<std::size_t, 4> kHyphens = {8, 13, 18, 23};

}  // namespace

std::optional<Id> Id::parse(std::string_view text) {
  Id id;
  if (text.size() != 2 * id.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return id;
}

std::optional<Id> Id::parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits(text);
  for (std::size_t i = kHyphens.size(); i-- > 0;) {
    if (digits[kHyphens[i]] != '-') return std::nullopt;
    digits.erase(kHyphens[i], 1);
  }
  return parse(digits);
}

Id Id::random(Random& random) {
  Id id;
  for (std::size_t i = 0; i < id.bytes.size(); i += 8) {
    const std::uint64_t bits = random.next();
    std::memcpy(id.bytes.data() + i, &bits, sizeof bits);
  }
  return id;
}

std::string Id::text() const { return hex_encode(view()); }

std::string Id::uuid() const {
  std::string text = this->text();
  for (const std::size_t hyphen : kHyphens) text.insert(hyphen, 1, '-');
  return text;
}

}  // namespace brink::store
