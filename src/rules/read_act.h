// Reads action_parameters, one function for each action. Each adds to the problems what is wrong, and answers
// nothing then. For the readers of this room.
#pragma once

#include "rules/action.h"
#include "rules/rule_reading.h"

#include <optional>

namespace brink::rules {

// `rule` has the member action_parameters, or not. The action is allowed in the phase and can act.
[[nodiscard]] std::optional<Act> read_act(Action action, Members& rule, RuleReading& reading);

namespace read {
// `parameters` is finished by the function that reads it.
using Reader = std::optional<Act>(Members& parameters, RuleReading& reading);
Reader block;
Reader no_parameters;
Reader skip;
Reader execute;
Reader rewrite;
Reader redirect;
Reader route;
Reader set_config;
Reader set_cache_settings;
Reader serve_error;
Reader log_custom_field;

// The part of set_cache_settings that says what makes the key.
[[nodiscard]] std::optional<CustomKey> custom_key(Members& key);
[[nodiscard]] std::optional<Vary> vary(Members& vary);
}  // namespace read

// text/html, text/plain, application/json, text/xml: what responses that are written in a rule may be.
[[nodiscard]] std::optional<std::string> read_content_type(Members& members);

}  // namespace brink::rules
