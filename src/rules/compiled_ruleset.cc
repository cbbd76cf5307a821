#include "rules/compiled_ruleset.h"

#include "rules/function.h"

#include <algorithm>

namespace brink::rules {
namespace {

// Every expression of a rule but its filter.
template <class Visit>
void for_each_value_expression(const Rule& rule, Visit&& visit) {
  const auto text = [&](const TextSource& source) {
    if (const auto* expression = std::get_if<ExpressionPtr>(&source)) visit(*expression);
  };
  if (const auto* uri = std::get_if<RewriteUri>(&rule.act)) {
    if (uri->path) text(*uri->path);
    if (uri->query) text(*uri->query);
  } else if (const auto* headers = std::get_if<RewriteHeaders>(&rule.act)) {
    for (const HeaderOperation& operation : headers->operations) text(operation.value);
  } else if (const auto* redirect = std::get_if<Redirect>(&rule.act)) {
    text(redirect->target);
  }
  if (rule.ratelimit) {
    for (const ExpressionPtr& characteristic : rule.ratelimit->characteristics) visit(characteristic);
    if (rule.ratelimit->counting != nullptr) visit(rule.ratelimit->counting);
  }
}

}  // namespace

CompiledRule::CompiledRule(const Rule& rule) : rule_(&rule) {
  for_each_value_expression(rule, [this](const ExpressionPtr& expression) {
    values_.push_back({expression.get(), Program(expression)});
  });
}

Value CompiledRule::value(const ExpressionPtr& expression, Facts& facts) const {
  const auto found = std::ranges::find(values_, expression.get(), &NamedProgram::expression);
  return found == values_.end() ? Value() : found->program.value(facts);
}

Value CompiledRule::text(const TextSource& source, Facts& facts) const {
  if (const auto* written = std::get_if<std::string>(&source)) return Value::of_bytes(*written);
  const Value computed = value(std::get<ExpressionPtr>(source), facts);
  if (computed.is_missing() || computed.kind() == Value::Kind::kBytes) return computed;
  static const Function& to_string = facts_of(FunctionId::kToString);
  return to_string.call({&computed, 1}, {}, facts.arena());
}

bool CompiledRule::counts(bool filter_matched, Facts& facts) const {
  const ExpressionPtr& counting = rule_->ratelimit->counting;
  return counting == nullptr ? filter_matched : value(counting, facts).is_true();
}

CompiledRuleset::CompiledRuleset(std::shared_ptr<const Ruleset> ruleset) : ruleset_(std::move(ruleset)) {
  for (const Rule& rule : ruleset_->rules) {
    if (!rule.acts()) continue;
    rules_.emplace_back(rule);
    filters_.emplace_back(rule.expression);
    fields_ |= rule.expression->fields;
    for_each_value_expression(rule,
                              [this](const ExpressionPtr& expression) { fields_ |= expression->fields; });
  }
  index_ = FilterIndex(filters_);
}

std::size_t CompiledRuleset::memory() const {
  std::size_t bytes = sizeof(*this) + index_.memory();
  for (const Program& filter : filters_) bytes += sizeof(Program) + filter.memory();
  return bytes + rules_.size() * sizeof(CompiledRule);
}

}  // namespace brink::rules
