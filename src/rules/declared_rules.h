// Rules that a file declares: [[zone.rule]] of brink.toml and of zones.d. Each is a rule of the rulesets API
// with its "phase" beside; together they are the entry points of a zone.
#pragma once

#include "rules/problem.h"
#include "rules/read_ruleset.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace brink::rules {

struct DeclaredProblem {
  std::size_t rule;  // its place in what was read
  Problem problem;   // with a pointer into the rule
};

struct DeclaredRules {
  // One for each phase that has rules, in the order of phases, the rules in the order of the file. A rule's
  // id is made of its place.
  std::vector<Ruleset> rulesets;
  std::vector<DeclaredProblem> problems;  // rules that have one are in no ruleset
};

// `texts` are JSON. Where context.lists is nullptr it is not known which lists there are: a rule may name
// any, as if it were of the kind that fits. With context.stored a rule that does not read is kept, without
// acting.
[[nodiscard]] DeclaredRules read_declared_rules(std::span<const std::string_view> texts,
                                                const ReadContext& context);

}  // namespace brink::rules
