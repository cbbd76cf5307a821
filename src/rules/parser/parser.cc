#include "rules/parser/parser.h"

#include <fmt/format.h>

namespace brink::rules {

void Parser::tell(Expression& expression) && {
  expression.fields = fields_;
  expression.lists = std::move(lists_);
  expression.regexes = regexes_;
}

Parsed<void> Parser::check_depth() const {
  if (depth_ <= kMaxNesting + 1) return {};  // the outermost term is no nesting
  return cursor_.fail_here(fmt::format("maximum nesting depth exceeded (limit: {})", kMaxNesting));
}

NodePtr make_literal(std::variant<bool, std::int64_t, std::string, net::IpAddress> literal, Span span) {
  struct TypeOf {
    Type operator()(bool) const { return Scalar::kBool; }
    Type operator()(std::int64_t) const { return Scalar::kInt; }
    Type operator()(const std::string&) const { return Scalar::kBytes; }
    Type operator()(const net::IpAddress&) const { return Scalar::kIp; }
  };
  struct View {
    Value operator()(bool truth) const { return Value::of_bool(truth); }
    Value operator()(std::int64_t number) const { return Value::of_int(number); }
    Value operator()(const std::string& text) const { return Value::of_bytes(text); }
    Value operator()(const net::IpAddress& ip) const { return Value::of_ip(ip); }
  };
  auto node = std::make_unique<Node>(Node{
      .type = std::visit(TypeOf{}, literal), .span = span, .what = LiteralNode{std::move(literal), Value()}});
  auto& placed = std::get<LiteralNode>(node->what);  // its views stay good: the node does not move any more
  placed.value = std::visit(View{}, placed.literal);
  return node;
}

std::string wrong_type(const Type& expected, const Type& got) {
  return fmt::format("expected value of type {}, but got {}", expected.text(), got.text());
}

}  // namespace brink::rules
