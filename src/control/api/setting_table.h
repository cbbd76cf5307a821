// The settings of a zone, in one table: what each is called, what it may be, what it is unless somebody says
// otherwise, and what Brink makes of it (api.md 5.4).
#pragma once

#include "control/api/json.h"
#include "store/id.h"
#include "store/transaction.h"
#include "store/tuple.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace brink::control::api {

enum class SettingKind : std::uint8_t {
  kChoice,         // a string of `choices`
  kNumberChoice,   // a number of `choices`
  kNumber,         // an integer from `least` to `most`
  kText,           // a string of at most `most` bytes
  kCiphers,        // a list of OpenSSL's names
  kEnabled,        // {"enabled": true or false}
  kSecurityHeader  // {"strict_transport_security": {...}}
};

enum class SettingEffect : std::uint8_t {
  kBuiltIn,  // Brink does as it says
  kStored,   // kept and given back, for clients that set it; without effect
  kRefused,  // Brink does not have it
};

struct SettingRow {
  std::string_view id;
  SettingKind kind;
  SettingEffect effect;
  std::string_view default_json;
  std::span<const std::string_view> choices;
  std::int64_t least = 0;
  std::int64_t most = 0;
  bool editable = true;
};
[[nodiscard]] std::span<const SettingRow> setting_rows();

// 1006 where there is none, or Brink refuses it.
[[nodiscard]] Outcome<const SettingRow*> find_setting(std::string_view id);

// What a PATCH body says: {"value": ...}, and of some {"enabled": ...}. Checked; 1006 or 1001 with the
// pointer.
[[nodiscard]] Outcome<Json> parse_setting(const SettingRow& row, const Json& body);

// The setting of a zone as the API shows it.
[[nodiscard]] Json setting_json(const SettingRow& row, const store::ReadTransaction& read,
                                const store::Id& zone, store::Time now);

// Development mode ends by itself.
inline constexpr std::chrono::seconds kDevelopmentMode = std::chrono::hours(3);
// Zero where it is off.
[[nodiscard]] std::chrono::seconds development_mode_left(const store::ReadTransaction& read,
                                                         const store::Id& zone, store::Time now);

}  // namespace brink::control::api
