// What rulesets and lists answer besides results: all problems of what was sent, and warnings.
#pragma once

#include "control/api/answer.h"
#include "rules/problem.h"

namespace brink::control::api {

// 400 with an error for each problem.
[[nodiscard]] Answer refused(const rules::Problems& problems);
// An element of `messages`.
[[nodiscard]] Json message_json(const rules::Problem& warning);

}  // namespace brink::control::api
