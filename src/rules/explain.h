// What each part of an expression comes to, for people who learn the language or look for a mistake.
#pragma once

#include "rules/facts.h"
#include "rules/tree.h"

#include <string>

namespace brink::rules {

// One line a part, its text and its value, indented below the part that it belongs to. All parts are
// computed, also those that need not be.
[[nodiscard]] std::string explain(const Expression& expression, Facts& facts);

}  // namespace brink::rules
