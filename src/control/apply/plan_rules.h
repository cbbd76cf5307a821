// What to do so that a zone has the rules that its file declares: an entry point for each phase of them, and
// none for what a file declared and declares no longer. An entry point that a file names is the file's.
#pragma once

#include "control/apply/desired_rules.h"
#include "control/apply/plan.h"
#include "store/transaction.h"

namespace brink::control::apply {

void plan_rules(const store::ReadTransaction& read, const DesiredRules& wanted, ZonePlan& plan);

// Whether the API has given the zone rulesets.
[[nodiscard]] bool has_rulesets_of_the_api(const store::ReadTransaction& read, const store::Id& zone);

}  // namespace brink::control::apply
