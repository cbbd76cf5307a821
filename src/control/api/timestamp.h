// Times as the API writes them: RFC 3339 in UTC with six digits, "2026-11-24T03:05:37.595000Z".
#pragma once

#include "control/api/json.h"
#include "store/tuple.h"

#include <optional>
#include <string>
#include <string_view>

namespace brink::control::api {

[[nodiscard]] std::string timestamp(store::Time time);
// As `timestamp`, or null for the epoch, which means "never".
[[nodiscard]] Json timestamp_or_null(store::Time time);
// RFC 3339 with or without a fraction, in any zone, from 1970 to 9999; "2026-11-24" is its midnight. Nothing
// where it is no time.
[[nodiscard]] std::optional<store::Time> parse_timestamp(std::string_view text);

}  // namespace brink::control::api
