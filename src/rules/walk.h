// Computes an expression by walking its tree: the plain reading of the language's rules, to which the
// compiled form (rules/program.h) is held by tests, and which `brink rules eval` shows step by step.
#pragma once

#include "rules/facts.h"
#include "rules/tree.h"

namespace brink::rules {

[[nodiscard]] Value walk(const Node& node, Facts& facts);
// A filter's answer: missing is false.
[[nodiscard]] inline bool walk_filter(const Expression& filter, Facts& facts) {
  return walk(*filter.root, facts).is_true();
}

}  // namespace brink::rules
