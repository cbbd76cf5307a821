// Zones as the API shows them (api.md 5.3).
#pragma once

#include "control/api/caller.h"
#include "control/api/json.h"
#include "store/transaction.h"
#include "store/zones.h"

#include <string>

namespace brink::control::api {

// As `caller` sees it: `permissions` says what they may do.
[[nodiscard]] Json zone_json(const store::Zone& zone, const Caller& caller,
                             const store::ReadTransaction& read, store::Time now);
// The one plan that Brink has.
[[nodiscard]] Json plan_json();
[[nodiscard]] std::string_view status_name(store::ZoneStatus status);
[[nodiscard]] std::string_view type_name(store::ZoneType type);

// `text` as a zone is called: A-labels in lower case, without a dot at the end, at least two labels. 1001
// with the reason.
[[nodiscard]] Outcome<std::string> parse_zone_name(std::string_view text);

}  // namespace brink::control::api
