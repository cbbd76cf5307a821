// The reference of the Rules language, docs/rules-reference.md, from the tables.
#pragma once

#include <string>

namespace brink::rules {

[[nodiscard]] std::string documentation();

}  // namespace brink::rules
