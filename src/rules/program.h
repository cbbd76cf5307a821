// The compiled form of an expression: a flat row of steps without pointers between them, the cheap tests
// first, the usual shapes in one step each. Immutable, shared by all threads. It gives what walking the
// tree gives (rules/walk.h); a property test holds it to that.
//
// Computing allocates nothing but from the facts' arena, and that only for values that are not yet anywhere.
#pragma once

#include "rules/facts.h"
#include "rules/tree.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace brink::rules {

class Program {
 public:
  // Keeps the expression: its literals, sets and patterns are used where they are.
  explicit Program(ExpressionPtr expression);
  Program(Program&&) noexcept = default;
  Program& operator=(Program&&) noexcept = default;

  // Of a filter.
  [[nodiscard]] bool matches(Facts& facts) const { return test(root_, facts); }
  // Of a value expression.
  [[nodiscard]] Value value(Facts& facts) const { return compute(root_, facts); }
  [[nodiscard]] const Expression& expression() const { return *expression_; }
  // An estimate of what matches() costs, for putting cheap tests first: about a nanosecond each.
  [[nodiscard]] std::uint32_t cost() const { return steps_[root_].cost; }
  [[nodiscard]] std::size_t memory() const;  // bytes, without the tree

 private:
  using Place = std::uint32_t;  // in steps_

  enum class Code : std::uint8_t {
    // values
    kField,
    kFieldKey,       // field["key"]
    kFieldKeyFirst,  // field["key"][n]
    kLiteral,
    kIndex,
    kKey,
    kEach,
    kCall,
    // tests of one value
    kEqualBytes,  // with a literal
    kCompareBytes,
    kContains,
    kInFew,   // strings, one after another
    kInMany,  // strings, by hash
    kCompareInt,
    kInInts,
    kEqualIp,
    kInIps,
    kInHosts,
    kInRedirects,
    kMatches,
    kWildcard,
    kCompareValues,  // two values that are both computed
    // logic
    kTrue,
    kFalse,
    kAnd,
    kOr,
    kXor,
    kNot,
    kAny,
    kAll,
  };

  struct Step {
    Code code;
    Comparison operation = Comparison::kEq;
    bool each = false;  // gives an array
    FieldId field{};
    std::uint32_t index = 0;  // of kIndex, kFieldKeyFirst
    std::uint32_t cost = 0;
    // What it works on: `count` places from operands_[first]; those of logic are in the order to be tried.
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    union {
      const Node* node;  // kCall
      const std::string* text;
      const IntSet* ints;
      const IpSet* ips;
      const HostnameSet* hosts;
      const RedirectSet* redirects;
      const Regex* regex;
      const Wildcard* wildcard;
      const LiteralNode* literal;
      const std::unordered_set<std::string_view>* many;
      const std::vector<std::string>* few;
    } with{.node = nullptr};
  };

  [[nodiscard]] Place compile(const Node& node);
  [[nodiscard]] Place compile_membership(const InNode& node, bool each);
  [[nodiscard]] Place compile_comparison(const CompareNode& node, bool each);
  [[nodiscard]] Place compile_logic(const LogicNode& node, bool each);
  [[nodiscard]] Place add(Step step, std::span<const Place> operands);
  [[nodiscard]] Place operand(const Step& step, std::uint32_t n = 0) const {
    return operands_[step.first + n];
  }

  [[nodiscard]] bool test(Place place, Facts& facts) const;
  [[nodiscard]] Value compute(Place place, Facts& facts) const;
  // A test of one value, for steps of that kind.
  [[nodiscard]] static bool test_value(const Step& step, const Value& value);
  [[nodiscard]] Value compute_each(const Step& step, Facts& facts) const;
  [[nodiscard]] Value call(const Step& step, Facts& facts) const;
  [[nodiscard]] bool quantify(const Step& step, Facts& facts) const;

  ExpressionPtr expression_;
  std::vector<Step> steps_;
  std::vector<Place> operands_;
  std::vector<std::unique_ptr<std::unordered_set<std::string_view>>> sets_;
  Place root_ = 0;
};

}  // namespace brink::rules
