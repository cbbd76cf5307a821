// Rules as the rulesets API answers them, made from what a client sent: what of a rule is kept, which of its
// spellings is shown, and which rule of the present version a sent one is.
#pragma once

#include "control/api/json.h"
#include "rules/problem.h"
#include "store/id.h"
#include "store/tuple.h"

#include <functional>
#include <string>
#include <string_view>

namespace brink::control::api {

// What the writing of a rule needs besides the rule.
struct RuleStamps {
  std::string now;  // RFC 3339
  std::function<store::Id()> new_id;
};

// A rule that was not there: with a new id and version 1. `sent` has passed rules::read_ruleset.
[[nodiscard]] Json new_rule(const Json& sent, const RuleStamps& stamps);
// `current` after a client has sent `sent` for it: the same id, its ref where none is sent, and a new version
// where anything that it says has changed.
[[nodiscard]] Json changed_rule(const Json& current, const Json& sent, const RuleStamps& stamps);
// The rules that stand in place of `current` after a client has sent `sent`: those with an id of it, or else
// with a ref of it, are the same rule. A problem for each id that is unknown or there twice.
[[nodiscard]] Json replaced_rules(const Json& current, const Json& sent, const RuleStamps& stamps,
                                  rules::Problems& problems);

// Moves the rule at `from` to where `position` says: exactly one of "before" (an id; "": first), "after" (an
// id; "": last), "index" (from 1). A problem where it says something else.
void move_rule(Json& rules, std::size_t from, const Json& position, rules::Problems& problems);

// The place of the rule with that id; rules.size() where there is none.
[[nodiscard]] std::size_t find_rule(const Json& rules, std::string_view id);

}  // namespace brink::control::api
