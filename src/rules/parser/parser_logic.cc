#include "base/error.h"
#include "rules/parser/parser.h"

#include <array>

#include <fmt/format.h>

namespace brink::rules {
namespace {

struct Operator {
  Logic logic;
  std::string_view english;
  std::string_view sign;
};
// The loosest first.
constexpr std::array<Operator, 3> kOperators = {{
    {Logic::kOr, "or", "||"},
    {Logic::kXor, "xor", "^^"},
    {Logic::kAnd, "and", "&&"},
}};

}  // namespace

Parsed<NodePtr> Parser::filter() {
  auto root = BRINK_TRY(logic());
  if (!cursor_.at_end()) return cursor_.fail_at_rest();
  if (type_of(*root) != Type(Scalar::kBool))
    return Cursor::fail(wrong_type(Scalar::kBool, type_of(*root)), root->span);
  return root;
}

Parsed<NodePtr> Parser::chain(std::size_t level) {
  if (level == kOperators.size()) return term();
  const Operator& known = kOperators[level];
  const std::size_t start = cursor_.position();
  auto first = BRINK_TRY(chain(level + 1));
  std::vector<NodePtr> operands;
  std::size_t end = cursor_.position();
  while (true) {
    end = cursor_.position();
    cursor_.skip_space();
    if (!cursor_.take(known.english) && !cursor_.take(known.sign)) break;
    cursor_.skip_space();
    auto next = BRINK_TRY(chain(level + 1));
    if (type_of(*next) != type_of(*first))
      return Cursor::fail(wrong_type(type_of(*first), type_of(*next)), next->span);
    if (first->type != Type(Scalar::kBool))
      return Cursor::fail(wrong_type(Scalar::kBool, type_of(*first)), first->span);
    operands.push_back(std::move(next));
  }
  if (operands.empty()) return first;
  const bool each = first->each;
  operands.insert(operands.begin(), std::move(first));
  const Span span{static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end - start)};
  return make_node(Scalar::kBool, each, span, LogicNode{known.logic, std::move(operands)});
}

Parsed<NodePtr> Parser::term() {
  const Level level(*this);
  BRINK_TRY(check_depth());
  const std::size_t start = cursor_.position();
  if (cursor_.at_end()) return cursor_.fail_at_rest();

  if (cursor_.take("(")) {
    cursor_.skip_space();
    auto inner = BRINK_TRY(logic());
    cursor_.skip_space();
    if (!cursor_.take(")")) return cursor_.fail_here("expected literal \")\"");
    return inner;
  }
  if (cursor_.take("not") || cursor_.take("!")) {
    cursor_.skip_space();
    auto operand = BRINK_TRY(term());
    if (operand->type != Type(Scalar::kBool))
      return Cursor::fail(wrong_type(Scalar::kBool, type_of(*operand)), operand->span);
    const bool each = operand->each;
    return make_node(Scalar::kBool, each, cursor_.since(start), NotNode{std::move(operand)});
  }
  const std::string_view name = cursor_.identifier();
  if (name == "any" || name == "all") return quantifier(start, name == "all");
  if (name == "true" || name == "false") {
    cursor_.advance(name.size());
    return make_literal(name == "true", cursor_.since(start));
  }
  return comparison();
}

Parsed<NodePtr> Parser::quantifier(std::size_t start, bool all) {
  cursor_.advance(3);  // any, all
  cursor_.skip_space();
  if (!cursor_.take("(")) return cursor_.fail_here(R"(expected literal "(")");
  cursor_.skip_space();
  const auto wrong_count = [&] { return cursor_.fail_from(start, "invalid number of arguments"); };
  if (cursor_.take(")")) return wrong_count();
  auto operand = BRINK_TRY(logic());
  cursor_.skip_space();
  if (cursor_.peek() == ',') return wrong_count();
  if (!cursor_.take(")")) return cursor_.fail_here("expected literal \")\"");
  const Type wanted = Type::array_of(Scalar::kBool);
  if (type_of(*operand) != wanted)
    return Cursor::fail(fmt::format("invalid type of argument #0: {}", wrong_type(wanted, type_of(*operand))),
                        operand->span);
  return make_node(Scalar::kBool, false, cursor_.since(start), QuantifierNode{all, std::move(operand)});
}

bool Parser::at_logical_argument() const {
  if (cursor_.peek() == '(' || cursor_.peek() == '!') return true;
  const std::string_view name = cursor_.identifier();
  return name == "not" || name == "any" || name == "all" || name == "true" || name == "false";
}

}  // namespace brink::rules
