// The identity of an account, a zone, a record, a token: 16 random bytes, written as 32 lower-case
// hexadecimal digits.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brink {
class Random;
}

namespace brink::store {

struct Id {
  std::array<std::uint8_t, 16> bytes{};

  // 32 lower-case hexadecimal digits and nothing else.
  [[nodiscard]] static std::optional<Id> parse(std::string_view text);
  // The form of a UUID, with its hyphens, as custom certificates have.
  [[nodiscard]] static std::optional<Id> parse_uuid(std::string_view text);
  [[nodiscard]] static Id random(Random& random);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string uuid() const;
  [[nodiscard]] std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  [[nodiscard]] bool is_nil() const { return *this == Id{}; }

  friend auto operator<=>(const Id&, const Id&) = default;
};

}  // namespace brink::store
