// The rules that brink.toml declares for a zone, compiled.
#pragma once

#include "rules/list.h"
#include "rules/zone_rules.h"

#include <memory>
#include <string>
#include <vector>

namespace brink::edge {

// JSON, a rule each, as config::Rule has them.
using RuleTexts = std::shared_ptr<const std::vector<std::string>>;

// nullptr where there are none. With `lists`, rules that name a list that is not there do not act; without,
// every name is taken for an empty list. What is wrong is added to `problems`, where somebody listens.
[[nodiscard]] std::shared_ptr<const rules::ZoneRules> compile_declared(const RuleTexts& texts,
                                                                       const rules::ListCatalog* lists,
                                                                       std::vector<std::string>* problems);

}  // namespace brink::edge
