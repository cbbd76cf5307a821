// The fields of the Rules language: the one table of their names, types, where they can be read, and what
// Brink knows of them. docs/rules.md is made from it, and the edge's readers (edge/rule_facts.h) are held to
// it by a test.
#pragma once

#include "rules/phase.h"
#include "rules/type.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace brink::rules {

// In the order of the table.
enum class FieldId : std::uint16_t {
  kHttpRequestMethod,
  kCount_,
};
inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(FieldId::kCount_);

// In which phases a field can be read.
enum class Readable : std::uint8_t {
  kAlways,
  kBody,            // where the phase reads the body
  kResponse,        // where the phase reads the response
  kCachedResponse,  // as kResponse, and in http_response_cache_settings
  kErrorResponse,   // http_response_headers_transform and http_custom_errors
  kCharacteristic,  // only as a characteristic of a rate limit
};

enum class Availability : std::uint8_t {
  kExact,        // computed exactly
  kNeedsData,    // from data that the user supplies; without it, the no-data value
  kOwn,          // Brink's own signal in place of Cloudflare's, same type and range
  kConstant,     // a fixed value
  kUnavailable,  // refused when a rule is saved
};

struct Field {
  FieldId id;
  std::string_view name;  // "http.request.uri.path"
  Type type;
  Readable readable;
  Availability availability;
  std::string_view meaning;  // a sentence for docs/
};

[[nodiscard]] std::span<const Field> fields();
[[nodiscard]] const Field& facts_of(FieldId id);
// nullptr where the language has no such field. Old names (ip.geoip.country) find the field of today.
[[nodiscard]] const Field* find_field(std::string_view name);
[[nodiscard]] bool readable_in(const Field& field, Phase phase);

}  // namespace brink::rules
