// Reads the member `ratelimit` of a rule. For the readers of this room.
#pragma once

#include "rules/rule_reading.h"
#include "rules/ruleset.h"

#include <optional>

namespace brink::rules {

// Nothing where the rule has none, or where something is wrong, which is a problem then.
[[nodiscard]] std::optional<RateLimiting> read_ratelimit(Members& rule, RuleReading& reading);

}  // namespace brink::rules
