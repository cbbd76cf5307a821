#include "rules/program.h"

#include <algorithm>
#include <cstring>

namespace brink::rules {
namespace {

// What steps cost, in about nanoseconds; only their order matters.
constexpr std::uint32_t kCheap = 2;
constexpr std::uint32_t kMapLookup = 20;
constexpr std::uint32_t kSearch = 15;
constexpr std::uint32_t kSetLookup = 10;
constexpr std::uint32_t kListLookup = 40;
constexpr std::uint32_t kWildcardMatch = 25;
constexpr std::uint32_t kCallCost = 40;
constexpr std::uint32_t kRegexMatch = 150;
constexpr std::uint32_t kPerElement = 6;  // what a [*] multiplies by

// Strings up to which comparing them all is quicker than hashing.
constexpr std::size_t kFewStrings = 6;

bool contains(std::string_view text, std::string_view part) {
  if (part.empty()) return true;
  if (text.size() < part.size()) return false;
  return ::memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

template <class T>
bool ordered(Comparison operation, const T& left, const T& right) {
  switch (operation) {
    case Comparison::kEq: return left == right;
    case Comparison::kNe: return left != right;
    case Comparison::kLt: return left < right;
    case Comparison::kLe: return left <= right;
    case Comparison::kGt: return left > right;
    case Comparison::kGe: return left >= right;
    case Comparison::kContains: break;
  }
  return false;
}

bool compare_values(Comparison operation, const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return false;  // one is missing
  switch (left.kind()) {
    case Value::Kind::kInt: return ordered(operation, left.integer(), right.integer());
    case Value::Kind::kIp: return ordered(operation, left.ip(), right.ip());
    case Value::Kind::kBytes:
      if (operation == Comparison::kContains) return contains(left.bytes(), right.bytes());
      return ordered(operation, left.bytes(), right.bytes());
    default: return false;
  }
}

Value index_into(const Value& array, std::uint32_t index) {
  if (array.kind() != Value::Kind::kArray || index >= array.elements().size()) return {};
  return array.elements()[index];
}

std::span<Value> make_values(Arena& arena, std::size_t count) {
  if (count == 0) return {};
  auto* place = reinterpret_cast<Value*>(arena.allocate(count * sizeof(Value), alignof(Value)));
  for (std::size_t i = 0; i < count; ++i) new (place + i) Value();
  return {place, count};
}

// The elements of an array, or the values of a map.
std::span<const Value> elements_of(const Value& container, Arena& arena) {
  if (container.kind() == Value::Kind::kArray) return container.elements();
  if (container.kind() != Value::Kind::kMap) return {};
  const auto values = make_values(arena, container.entries().size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = container.entries()[i].value;
  return values;
}

}  // namespace

Program::Program(ExpressionPtr expression) : expression_(std::move(expression)) {
  root_ = compile(*expression_->root);
}

Program::Place Program::add(Step step, std::span<const Place> operands) {
  step.first = static_cast<std::uint32_t>(operands_.size());
  step.count = static_cast<std::uint32_t>(operands.size());
  operands_.insert(operands_.end(), operands.begin(), operands.end());
  for (const Place place : operands) step.cost += steps_[place].cost * (step.each ? kPerElement : 1);
  steps_.push_back(step);
  return static_cast<Place>(steps_.size() - 1);
}

Program::Place Program::compile(const Node& node) {
  struct Visitor {
    Program& program;
    const Node& node;

    // Steps of one operand.
    Place one(Step step, const Node& operand) const {
      const Place place = program.compile(operand);
      return program.add(step, {&place, 1});
    }

    Place operator()(const FieldNode& field) const {
      return program.add({.code = Code::kField, .field = field.field, .cost = kCheap}, {});
    }
    Place operator()(const LiteralNode& literal) const {
      if (const bool* truth = std::get_if<bool>(&literal.literal))
        return program.add({.code = *truth ? Code::kTrue : Code::kFalse}, {});
      return program.add({.code = Code::kLiteral, .with = {.literal = &literal}}, {});
    }
    Place operator()(const IndexNode& index) const {
      const auto* key = std::get_if<KeyNode>(&index.array->what);
      const auto* field = key == nullptr ? nullptr : std::get_if<FieldNode>(&key->map->what);
      if (field != nullptr)
        return program.add({.code = Code::kFieldKeyFirst,
                            .field = field->field,
                            .index = index.index,
                            .cost = kMapLookup,
                            .with = {.text = &key->key}},
                           {});
      return one({.code = Code::kIndex, .each = node.each, .index = index.index, .cost = kCheap},
                 *index.array);
    }
    Place operator()(const KeyNode& key) const {
      if (const auto* field = std::get_if<FieldNode>(&key.map->what))
        return program.add(
            {.code = Code::kFieldKey, .field = field->field, .cost = kMapLookup, .with = {.text = &key.key}},
            {});
      return one({.code = Code::kKey, .each = node.each, .cost = kMapLookup, .with = {.text = &key.key}},
                 *key.map);
    }
    Place operator()(const EachNode& each) const {
      return one({.code = Code::kEach, .each = true, .cost = kCheap}, *each.container);
    }
    Place operator()(const CallNode& call) const {
      std::vector<Place> arguments;
      for (const NodePtr& argument : call.arguments) arguments.push_back(program.compile(*argument));
      const std::uint32_t cost = call.prepared.regex != nullptr ? kRegexMatch : kCallCost;
      return program.add({.code = Code::kCall, .each = node.each, .cost = cost, .with = {.node = &node}},
                         arguments);
    }
    Place operator()(const CompareNode& compare) const {
      return program.compile_comparison(compare, node.each);
    }
    Place operator()(const InNode& in) const { return program.compile_membership(in, node.each); }
    Place operator()(const MatchesNode& matches) const {
      return one({.code = Code::kMatches,
                  .each = node.each,
                  .cost = kRegexMatch,
                  .with = {.regex = matches.regex.get()}},
                 *matches.left);
    }
    Place operator()(const WildcardNode& wildcard) const {
      return one({.code = Code::kWildcard,
                  .each = node.each,
                  .cost = kWildcardMatch,
                  .with = {.wildcard = &wildcard.wildcard}},
                 *wildcard.left);
    }
    Place operator()(const LogicNode& logic) const { return program.compile_logic(logic, node.each); }
    Place operator()(const NotNode& negation) const {
      return one({.code = Code::kNot, .each = node.each}, *negation.operand);
    }
    Place operator()(const QuantifierNode& quantifier) const {
      return one({.code = quantifier.all ? Code::kAll : Code::kAny, .cost = kCheap}, *quantifier.operand);
    }
  };
  return std::visit(Visitor{*this, node}, node.what);
}

Program::Place Program::compile_comparison(const CompareNode& node, bool each) {
  const Place left = compile(*node.left);
  const auto* literal = std::get_if<LiteralNode>(&node.right->what);
  if (literal == nullptr) {
    const Place both[] = {left, compile(*node.right)};
    return add({.code = Code::kCompareValues, .operation = node.operation, .each = each, .cost = kCheap},
               both);
  }
  Step step{.code = Code::kCompareBytes,
            .operation = node.operation,
            .each = each,
            .cost = kCheap,
            .with = {.literal = literal}};
  const bool equal = node.operation == Comparison::kEq;
  if (std::holds_alternative<std::int64_t>(literal->literal)) {
    step.code = Code::kCompareInt;
  } else if (std::holds_alternative<net::IpAddress>(literal->literal)) {
    step.code = Code::kEqualIp;
  } else if (node.operation == Comparison::kContains) {
    step.code = Code::kContains;
    step.cost = kSearch;
  } else if (equal) {
    step.code = Code::kEqualBytes;
  }
  return add(step, {&left, 1});
}

Program::Place Program::compile_membership(const InNode& node, bool each) {
  const Place left = compile(*node.left);
  Step step{.code = Code::kInIps, .each = each, .cost = kListLookup};
  if (const auto* list = std::get_if<ListPtr>(&node.set)) {
    switch ((*list)->kind) {
      case ListKind::kIp:
        step.code = Code::kInIps;
        step.with = {.ips = &(*list)->ips};
        break;
      case ListKind::kAsn:
        step.code = Code::kInInts;
        step.with = {.ints = &(*list)->numbers};
        break;
      case ListKind::kHostname:
        step.code = Code::kInHosts;
        step.with = {.hosts = &(*list)->hosts};
        break;
      case ListKind::kRedirect:
        step.code = Code::kInRedirects;
        step.with = {.redirects = &(*list)->redirects};
        break;
    }
    return add(step, {&left, 1});
  }
  const auto& elements = std::get<InlineSet>(node.set).elements;
  step.cost = kSetLookup;
  if (const auto* ints = std::get_if<IntSet>(&elements)) {
    step.code = Code::kInInts;
    step.with = {.ints = ints};
  } else if (const auto* ips = std::get_if<IpSet>(&elements)) {
    step.code = Code::kInIps;
    step.with = {.ips = ips};
  } else {
    const auto& texts = std::get<std::vector<std::string>>(elements);
    step.code = texts.size() <= kFewStrings ? Code::kInFew : Code::kInMany;
    if (step.code == Code::kInFew) {
      step.with = {.few = &texts};
    } else {
      sets_.push_back(std::make_unique<std::unordered_set<std::string_view>>(texts.begin(), texts.end()));
      step.with = {.many = sets_.back().get()};
    }
  }
  return add(step, {&left, 1});
}

Program::Place Program::compile_logic(const LogicNode& node, bool each) {
  std::vector<Place> operands;
  for (const NodePtr& operand : node.operands) operands.push_back(compile(*operand));
  // Nothing has effects and nothing fails, so the order of the operands shows in the cost alone.
  if (!each && node.operation != Logic::kXor) {
    std::ranges::sort(operands, {}, [this](Place place) { return std::pair(steps_[place].cost, place); });
  }
  const Code code = node.operation == Logic::kAnd  ? Code::kAnd
                    : node.operation == Logic::kOr ? Code::kOr
                                                   : Code::kXor;
  return add({.code = code, .each = each}, operands);
}

bool Program::test_value(const Step& step, const Value& value) {
  if (value.is_missing()) return false;
  switch (step.code) {
    case Code::kEqualBytes: return value.bytes() == step.with.literal->value.bytes();
    case Code::kCompareBytes: return ordered(step.operation, value.bytes(), step.with.literal->value.bytes());
    case Code::kContains: return contains(value.bytes(), step.with.literal->value.bytes());
    case Code::kInFew:
      return std::ranges::any_of(*step.with.few,
                                 [&](const std::string& text) { return value.bytes() == text; });
    case Code::kInMany: return step.with.many->contains(value.bytes());
    case Code::kCompareInt:
      return ordered(step.operation, value.integer(), step.with.literal->value.integer());
    case Code::kInInts: return step.with.ints->contains(value.integer());
    case Code::kEqualIp: return ordered(step.operation, value.ip(), step.with.literal->value.ip());
    case Code::kInIps: return step.with.ips->contains(value.ip());
    case Code::kInHosts: return step.with.hosts->contains(value.bytes());
    case Code::kInRedirects: return step.with.redirects->find(value.bytes()).has_value();
    case Code::kMatches: return step.with.regex->matches(value.bytes());
    case Code::kWildcard: return step.with.wildcard->matches(value.bytes());
    default: return value.is_true();
  }
}

bool Program::test(Place place, Facts& facts) const {
  const Step& step = steps_[place];
  switch (step.code) {
    case Code::kTrue: return true;
    case Code::kFalse: return false;
    case Code::kAnd:
      for (std::uint32_t n = 0; n < step.count; ++n) {
        if (!test(operand(step, n), facts)) return false;
      }
      return true;
    case Code::kOr:
      for (std::uint32_t n = 0; n < step.count; ++n) {
        if (test(operand(step, n), facts)) return true;
      }
      return false;
    case Code::kXor: {
      bool odd = false;
      for (std::uint32_t n = 0; n < step.count; ++n) odd ^= test(operand(step, n), facts);
      return odd;
    }
    case Code::kNot: return !test(operand(step), facts);
    case Code::kAny:
    case Code::kAll: return quantify(step, facts);
    case Code::kField: return facts.get(step.field).is_true();
    case Code::kFieldKey:
    case Code::kFieldKeyFirst:
    case Code::kLiteral:
    case Code::kIndex:
    case Code::kKey:
    case Code::kEach:
    case Code::kCall: return compute(place, facts).is_true();
    case Code::kCompareValues:
      return compare_values(step.operation, compute(operand(step), facts), compute(operand(step, 1), facts));
    default: {
      const Step& left = steps_[operand(step)];
      if (left.code == Code::kField) return test_value(step, facts.get(left.field));
      return test_value(step, compute(operand(step), facts));
    }
  }
}

Value Program::compute(Place place, Facts& facts) const {
  const Step& step = steps_[place];
  if (step.each) return compute_each(step, facts);
  switch (step.code) {
    case Code::kField: return facts.get(step.field);
    case Code::kFieldKey: return facts.get_key(step.field, *step.with.text);
    case Code::kFieldKeyFirst: return index_into(facts.get_key(step.field, *step.with.text), step.index);
    case Code::kLiteral: return step.with.literal->value;
    case Code::kIndex: return index_into(compute(operand(step), facts), step.index);
    case Code::kKey: return look_up(compute(operand(step), facts), *step.with.text);
    case Code::kCall: return call(step, facts);
    default: return Value::of_bool(test(place, facts));
  }
}

Value Program::call(const Step& step, Facts& facts) const {
  const auto& node = std::get<CallNode>(step.with.node->what);
  const auto arguments = make_values(facts.arena(), step.count);
  for (std::uint32_t n = 0; n < step.count; ++n) arguments[n] = compute(operand(step, n), facts);
  return node.function->call(arguments, node.prepared, facts.arena());
}

// Steps that give an array because a [*] below them goes through one.
Value Program::compute_each(const Step& step, Facts& facts) const {
  Arena& arena = facts.arena();
  const Value first = compute(operand(step), facts);

  if (step.code == Code::kEach) {
    if (first.is_missing()) return {};
    if (steps_[operand(step)].code != Code::kEach) return Value::of_array(elements_of(first, arena));
    // Several [*] in one path give one array.
    std::size_t count = 0;
    for (const Value& inner : first.elements()) count += elements_of(inner, arena).size();
    const auto flat = make_values(arena, count);
    auto at = flat.begin();
    for (const Value& inner : first.elements()) at = std::ranges::copy(elements_of(inner, arena), at).out;
    return Value::of_array(flat);
  }
  if (step.code == Code::kAnd || step.code == Code::kOr || step.code == Code::kXor) {
    // Element by element, as far as the shortest goes.
    if (first.is_missing()) return {};
    const auto truth = make_values(arena, first.elements().size());
    std::size_t size = truth.size();
    std::ranges::copy(first.elements(), truth.begin());
    for (std::uint32_t n = 1; n < step.count; ++n) {
      const Value other = compute(operand(step, n), facts);
      if (other.is_missing()) return {};
      size = std::min(size, other.elements().size());
      for (std::size_t i = 0; i < size; ++i) {
        const bool left = truth[i].is_true();
        const bool right = other.elements()[i].is_true();
        truth[i] = Value::of_bool(step.code == Code::kAnd  ? left && right
                                  : step.code == Code::kOr ? left || right
                                                           : left != right);
      }
    }
    return Value::of_array(truth.first(size));
  }
  if (first.is_missing()) {
    // A call over nothing is missing; a comparison over nothing has no elements.
    return step.code == Code::kCall || step.code == Code::kNot || step.code == Code::kIndex ||
                   step.code == Code::kKey
               ? Value()
               : Value::of_array({});
  }

  const auto results = make_values(arena, first.elements().size());
  std::span<Value> arguments;
  Value right;
  if (step.code == Code::kCall) {
    arguments = make_values(arena, step.count);
    for (std::uint32_t n = 1; n < step.count; ++n) arguments[n] = compute(operand(step, n), facts);
  } else if (step.code == Code::kCompareValues) {
    right = compute(operand(step, 1), facts);
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Value& element = first.elements()[i];
    switch (step.code) {
      case Code::kIndex: results[i] = index_into(element, step.index); break;
      case Code::kKey: results[i] = look_up(element, *step.with.text); break;
      case Code::kNot: results[i] = Value::of_bool(!element.is_true()); break;
      case Code::kCompareValues:
        results[i] = Value::of_bool(compare_values(step.operation, element, right));
        break;
      case Code::kCall: {
        const auto& node = std::get<CallNode>(step.with.node->what);
        arguments[0] = element;
        results[i] = node.function->call(arguments, node.prepared, arena);
        break;
      }
      default: results[i] = Value::of_bool(test_value(step, element)); break;
    }
  }
  return Value::of_array(results);
}

bool Program::quantify(const Step& step, Facts& facts) const {
  const bool all = step.code == Code::kAll;
  const Step& body = steps_[operand(step)];
  // The usual shape, a test of each element of one array, needs no array of answers.
  const bool is_test = body.each && body.count == 1 && body.code != Code::kCall && body.code != Code::kNot &&
                       body.code != Code::kEach && body.code != Code::kIndex && body.code != Code::kKey;
  const Value elements = compute(is_test ? operand(body) : operand(step), facts);
  if (elements.is_missing()) return is_test && all;
  for (const Value& element : elements.elements()) {
    const bool truth = is_test ? test_value(body, element) : element.is_true();
    if (truth != all) return truth;
  }
  return all;
}

std::size_t Program::memory() const {
  std::size_t bytes = steps_.capacity() * sizeof(Step) + operands_.capacity() * sizeof(Place);
  for (const auto& set : sets_) bytes += set->size() * (sizeof(std::string_view) + 4 * sizeof(void*));
  return bytes;
}

}  // namespace brink::rules
