// The rules that a file declares for a zone, checked, as the bodies by which the API would make the entry
// points.
#pragma once

#include "config/config.h"
#include "config/problem.h"
#include "control/api/json.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace brink::control::apply {

// By phase: the rules of its entry point, an array. Each has a ref, that of the file or one made of what it
// says, so that a rule stays itself while others come and go.
using DesiredRules = std::map<std::string, api::Json>;

// What is wrong goes into `problems`, with its place in `file`. Whether the lists that rules name are there
// is not known yet.
[[nodiscard]] DesiredRules desired_rules(std::span<const config::Rule> rules, const std::string& file,
                                         std::vector<config::Problem>& problems);

}  // namespace brink::control::apply
