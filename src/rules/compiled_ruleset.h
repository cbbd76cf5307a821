// A ruleset made ready to run: each rule's filter and value expressions compiled, and the filters indexed
// together. Immutable, shared by all threads and by all zones that run it.
#pragma once

#include "rules/facts.h"
#include "rules/filter_index.h"
#include "rules/program.h"
#include "rules/ruleset.h"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace brink::rules {

class CompiledRule {
 public:
  // Keeps a pointer to the rule.
  explicit CompiledRule(const Rule& rule);

  [[nodiscard]] const Rule& rule() const { return *rule_; }
  // The value of one of the rule's value expressions, or characteristics, or its counting expression.
  [[nodiscard]] Value value(const ExpressionPtr& expression, Facts& facts) const;
  // A text as the action wants it: the written one, or the value as to_string() writes it; missing where the
  // expression is.
  [[nodiscard]] Value text(const TextSource& source, Facts& facts) const;
  // Whether a request is to be counted, for a rule with a rate limit.
  [[nodiscard]] bool counts(bool filter_matched, Facts& facts) const;

 private:
  struct NamedProgram {
    const Expression* expression;
    Program program;
  };
  const Rule* rule_;
  std::vector<NamedProgram> values_;
};

class CompiledRuleset {
 public:
  explicit CompiledRuleset(std::shared_ptr<const Ruleset> ruleset);
  CompiledRuleset(const CompiledRuleset&) = delete;
  CompiledRuleset& operator=(const CompiledRuleset&) = delete;

  [[nodiscard]] const Ruleset& ruleset() const { return *ruleset_; }
  // Calls visit(rule) for each enabled rule whose filter holds, in order, until it answers false; answers
  // whether it went through to the end.
  template <class Visit>
  bool for_each_match(Facts& facts, Visit&& visit) const {
    bool to_the_end = true;
    index_.for_each_candidate(facts, [&](std::uint32_t n) {
      if (filters_[n].matches(facts)) to_the_end = visit(rules_[n]);
      return to_the_end;
    });
    return to_the_end;
  }
  // All enabled rules, with their filters, in order.
  [[nodiscard]] std::span<const CompiledRule> rules() const { return rules_; }
  [[nodiscard]] const Program& filter(std::size_t n) const { return filters_[n]; }
  // What any of its rules reads.
  [[nodiscard]] const std::bitset<kFieldCount>& fields() const { return fields_; }
  [[nodiscard]] std::size_t memory() const;  // bytes, without the rules themselves

 private:
  std::shared_ptr<const Ruleset> ruleset_;
  std::vector<CompiledRule> rules_;
  std::vector<Program> filters_;  // of the same rules
  FilterIndex index_;
  std::bitset<kFieldCount> fields_;
};
using CompiledRulesetPtr = std::shared_ptr<const CompiledRuleset>;

}  // namespace brink::rules
