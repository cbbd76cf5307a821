#include "rules/walk.h"

#include <algorithm>
#include <new>

namespace brink::rules {
namespace {

std::span<Value> make_values(std::size_t count, Arena& arena) {
  auto* place = reinterpret_cast<Value*>(arena.allocate(count * sizeof(Value), alignof(Value)));
  for (std::size_t n = 0; n < count; ++n) new (place + n) Value();
  return {place, count};
}

// Of an array its elements, of a map its values; nothing of what is missing.
std::span<const Value> elements_of(const Value& container, Arena& arena) {
  if (container.kind() == Value::Kind::kArray) return container.elements();
  if (container.kind() != Value::Kind::kMap) return {};
  const auto values = make_values(container.entries().size(), arena);
  std::ranges::transform(container.entries(), values.begin(), &MapEntry::value);
  return values;
}

// change(element) for each element of an array; missing where the array is.
template <class Change>
Value for_each(const Value& array, Arena& arena, Change change) {
  if (array.kind() != Value::Kind::kArray) return {};
  const auto results = make_values(array.elements().size(), arena);
  std::ranges::transform(array.elements(), results.begin(), change);
  return Value::of_array(results);
}

template <class T>
bool holds(Comparison operation, const T& left, const T& right) {
  switch (operation) {
    case Comparison::kEq: return left == right;
    case Comparison::kNe: return left != right;
    case Comparison::kLt: return left < right;
    case Comparison::kLe: return left <= right;
    case Comparison::kGt: return left > right;
    case Comparison::kGe: return left >= right;
    case Comparison::kContains: return false;
  }
  return false;
}

// Neither is missing, and both have the type that the parser found.
bool compare(Comparison operation, const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Value::Kind::kInt: return holds(operation, left.integer(), right.integer());
    case Value::Kind::kIp: return holds(operation, left.ip(), right.ip());
    case Value::Kind::kBytes:
      if (operation == Comparison::kContains) return left.bytes().contains(right.bytes());
      return holds(operation, left.bytes(), right.bytes());
    default: return false;
  }
}

bool is_in(const InlineSet& set, const Value& value) {
  if (const auto* numbers = std::get_if<IntSet>(&set.elements)) return numbers->contains(value.integer());
  if (const auto* addresses = std::get_if<IpSet>(&set.elements)) return addresses->contains(value.ip());
  return std::ranges::any_of(std::get<std::vector<std::string>>(set.elements),
                             [&](const std::string& text) { return text == value.bytes(); });
}

bool is_in(const ListPtr& list, const Value& value) {
  switch (list->kind) {
    case ListKind::kIp: return list->ips.contains(value.ip());
    case ListKind::kAsn: return list->numbers.contains(value.integer());
    case ListKind::kHostname: return list->hosts.contains(value.bytes());
    case ListKind::kRedirect: return list->redirects.find(value.bytes()).has_value();
  }
  return false;
}

bool combine(Logic operation, bool left, bool right) {
  switch (operation) {
    case Logic::kAnd: return left && right;
    case Logic::kOr: return left || right;
    case Logic::kXor: return left != right;
  }
  return false;
}

struct Walker {
  const Node& node;
  Facts& facts;

  Value operator()(const FieldNode& field) const { return facts.get(field.field); }

  Value operator()(const LiteralNode& literal) const { return literal.value; }

  Value operator()(const IndexNode& step) const {
    const auto element = [&](const Value& array) {
      const auto elements = array.kind() == Value::Kind::kArray ? array.elements() : std::span<const Value>();
      return step.index < elements.size() ? elements[step.index] : Value();
    };
    const Value array = walk(*step.array, facts);
    return is_mapped(*step.array) ? for_each(array, facts.arena(), element) : element(array);
  }

  Value operator()(const KeyNode& step) const {
    const auto entry = [&](const Value& map) { return look_up(map, step.key); };
    const Value map = walk(*step.map, facts);
    return is_mapped(*step.map) ? for_each(map, facts.arena(), entry) : entry(map);
  }

  Value operator()(const EachNode& each) const {
    const Value container = walk(*each.container, facts);
    if (container.is_missing()) return {};
    const auto outer = elements_of(container, facts.arena());
    if (!is_mapped(*each.container)) return Value::of_array(outer);
    std::vector<Value> flat;
    for (const Value& inner : outer) {
      const auto elements = elements_of(inner, facts.arena());
      flat.insert(flat.end(), elements.begin(), elements.end());
    }
    const auto placed = make_values(flat.size(), facts.arena());
    std::ranges::copy(flat, placed.begin());
    return Value::of_array(placed);
  }

  Value operator()(const CallNode& call) const {
    const auto arguments = make_values(call.arguments.size(), facts.arena());
    std::ranges::transform(call.arguments, arguments.begin(),
                           [&](const NodePtr& argument) { return walk(*argument, facts); });
    if (!node.each) return call.function->call(arguments, call.prepared, facts.arena());
    return for_each(arguments.front(), facts.arena(), [&](const Value& element) {
      arguments.front() = element;
      return call.function->call(arguments, call.prepared, facts.arena());
    });
  }

  Value operator()(const CompareNode& comparison) const {
    const Value right = walk(*comparison.right, facts);
    return test(*comparison.left,
                [&](const Value& left) { return compare(comparison.operation, left, right); });
  }

  Value operator()(const InNode& in) const {
    return test(*in.left, [&](const Value& left) {
      return std::visit([&](const auto& set) { return is_in(set, left); }, in.set);
    });
  }

  Value operator()(const MatchesNode& matches) const {
    return test(*matches.left, [&](const Value& left) { return matches.regex->matches(left.bytes()); });
  }

  Value operator()(const WildcardNode& wildcard) const {
    return test(*wildcard.left, [&](const Value& left) { return wildcard.wildcard.matches(left.bytes()); });
  }

  Value operator()(const LogicNode& logic) const {
    if (node.each) return combine_arrays(logic);
    bool truth = walk(*logic.operands.front(), facts).is_true();
    for (const NodePtr& operand : std::span(logic.operands).subspan(1)) {
      truth = combine(logic.operation, truth, walk(*operand, facts).is_true());
    }
    return Value::of_bool(truth);
  }

  Value operator()(const NotNode& negation) const {
    const Value operand = walk(*negation.operand, facts);
    const auto opposite = [](const Value& truth) { return Value::of_bool(!truth.is_true()); };
    return node.each ? for_each(operand, facts.arena(), opposite) : opposite(operand);
  }

  Value operator()(const QuantifierNode& quantifier) const {
    const Value truths = walk(*quantifier.operand, facts);
    if (truths.kind() != Value::Kind::kArray) return Value::of_bool(false);
    return Value::of_bool(quantifier.all ? std::ranges::all_of(truths.elements(), &Value::is_true)
                                         : std::ranges::any_of(truths.elements(), &Value::is_true));
  }

 private:
  // is(left), or is(element) for each; false of what is missing, and nothing of a missing array.
  template <class Is>
  Value test(const Node& left, Is is) const {
    const auto truth = [&](const Value& value) { return Value::of_bool(!value.is_missing() && is(value)); };
    const Value value = walk(left, facts);
    if (!node.each) return truth(value);
    return value.is_missing() ? Value::of_array({}) : for_each(value, facts.arena(), truth);
  }

  // Element by element, as far as the shortest goes.
  Value combine_arrays(const LogicNode& logic) const {
    Value result = walk(*logic.operands.front(), facts);
    for (const NodePtr& operand : std::span(logic.operands).subspan(1)) {
      const Value right = walk(*operand, facts);
      if (result.is_missing() || right.is_missing()) return {};
      const std::size_t size = std::min(result.elements().size(), right.elements().size());
      const auto combined = make_values(size, facts.arena());
      for (std::size_t n = 0; n < size; ++n) {
        combined[n] = Value::of_bool(
            combine(logic.operation, result.elements()[n].is_true(), right.elements()[n].is_true()));
      }
      result = Value::of_array(combined);
    }
    return result;
  }
};

}  // namespace

Value walk(const Node& node, Facts& facts) { return std::visit(Walker{node, facts}, node.what); }

}  // namespace brink::rules
