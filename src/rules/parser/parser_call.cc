#include "base/ascii.h"
#include "base/error.h"
#include "rules/parser/literals.h"
#include "rules/parser/parser.h"

#include <fmt/format.h>

namespace brink::rules {
namespace {

bool replaces(const Function& function) {
  return function.id == FunctionId::kRegexReplace || function.id == FunctionId::kWildcardReplace;
}

Argument describe(const Node& node) {
  Argument argument{.type = is_mapped(node) ? node.type : type_of(node), .literal = {}, .field_name = {}};
  if (const auto* literal = std::get_if<LiteralNode>(&node.what)) {
    argument.is_literal = true;
    argument.literal = literal->value;
  } else if (const auto* field = std::get_if<FieldNode>(&node.what)) {
    argument.field_name = facts_of(field->field).name;
  }
  return argument;
}

}  // namespace

Parsed<NodePtr> Parser::call(std::size_t start, const Function& function) {
  const Level level(*this);
  BRINK_TRY(check_depth());
  const Span name = cursor_.since(start);
  BRINK_TRY(count_call(function, name));
  cursor_.skip_space();
  if (!cursor_.take("(")) return cursor_.fail_here(R"(expected literal "(")");
  cursor_.skip_space();

  if (replaces(function)) ++replacing_;
  std::vector<NodePtr> arguments;
  while (!cursor_.take(")")) {
    if (!arguments.empty() && !cursor_.take(",")) return cursor_.fail_here("expected literal \")\"");
    cursor_.skip_space();
    auto next = BRINK_TRY(argument());
    if (!arguments.empty() && is_mapped(*next))
      return Cursor::fail("invalid use of map each access operator", next->span);
    arguments.push_back(std::move(next));
    cursor_.skip_space();
  }
  if (replaces(function)) --replacing_;

  std::vector<Argument> described;
  described.reserve(arguments.size());
  for (const NodePtr& each : arguments) described.push_back(describe(*each));
  Prepared prepared;
  const auto type = function.check(described, prepared);
  if (!type) {
    const CallError& error = type.error();
    const bool of_argument = error.kind != CallError::Kind::kCount && error.argument < arguments.size();
    return Cursor::fail(error.text, of_argument ? arguments[error.argument]->span : cursor_.since(start));
  }
  if (prepared.regex != nullptr) BRINK_TRY(count_regex(cursor_.since(start)));
  const bool each = !arguments.empty() && is_mapped(*arguments.front());
  return make_node(*type, each, cursor_.since(start),
                   CallNode{&function, std::move(arguments), std::move(prepared)});
}

Parsed<NodePtr> Parser::argument() {
  const std::size_t start = cursor_.position();
  if (at_string(cursor_)) {
    auto text = BRINK_TRY(read_string(cursor_));
    return make_literal(std::move(text), cursor_.since(start));
  }
  if (at_logical_argument()) return logic();
  if (reads_as_value()) return value();
  if (looks_like_address(cursor_)) {
    auto address = read_address(cursor_);
    if (address) return make_literal(*address, cursor_.since(start));
  }
  if (is_digit(cursor_.peek()) || cursor_.peek() == '-') {
    const auto number = BRINK_TRY(read_integer(cursor_));
    return make_literal(number, cursor_.since(start));
  }
  return value();
}

Parsed<void> Parser::count_call(const Function& function, Span span) {
  if (!replaces(function)) return {};
  if (replacing_ != 0)
    return Cursor::fail("regex_replace and wildcard_replace cannot be nested in each other", span);
  bool& has = function.id == FunctionId::kRegexReplace ? has_regex_replace_ : has_wildcard_replace_;
  if (has)
    return Cursor::fail(fmt::format("{} can be called only once in an expression", function.name), span);
  has = true;
  return {};
}

}  // namespace brink::rules
