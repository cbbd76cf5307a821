#include "edge/rules/declared_rules.h"

#include "rules/declared_rules.h"

#include <fmt/format.h>

namespace brink::edge {

std::shared_ptr<const rules::ZoneRules> compile_declared(const RuleTexts& texts,
                                                         const rules::ListCatalog* lists,
                                                         std::vector<std::string>* problems) {
  if (texts == nullptr || texts->empty()) return nullptr;
  const std::vector<std::string_view> views(texts->begin(), texts->end());
  rules::DeclaredRules read = rules::read_declared_rules(
      views, {.level = rules::Level::kZone, .lists = lists, .stored = lists != nullptr});
  if (problems != nullptr) {
    for (const rules::DeclaredProblem& problem : read.problems)
      problems->push_back(fmt::format("[[zone.rule]] {}: {}", problem.rule + 1, problem.problem.message));
  }
  auto made = std::make_shared<rules::ZoneRules>();
  for (rules::Ruleset& ruleset : read.rulesets) {
    made->add(std::make_shared<const rules::CompiledRuleset>(
        std::make_shared<const rules::Ruleset>(std::move(ruleset))));
  }
  return made;
}

}  // namespace brink::edge
