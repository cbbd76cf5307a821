#include "rules/explain.h"

#include "rules/parse.h"
#include "rules/value_text.h"
#include "rules/walk.h"

#include <vector>

#include <fmt/format.h>

namespace brink::rules {
namespace {

// The parts whose values are worth a line of their own: not literals, nor sides that are.
struct Parts {
  std::vector<const Node*> operator()(const FieldNode&) const { return {}; }
  std::vector<const Node*> operator()(const LiteralNode&) const { return {}; }
  std::vector<const Node*> operator()(const IndexNode& step) const { return {step.array.get()}; }
  std::vector<const Node*> operator()(const KeyNode&) const { return {}; }  // the whole map says little
  std::vector<const Node*> operator()(const EachNode& each) const { return {each.container.get()}; }
  std::vector<const Node*> operator()(const CallNode& call) const { return all(call.arguments); }
  std::vector<const Node*> operator()(const CompareNode& comparison) const {
    return {comparison.left.get(), comparison.right.get()};
  }
  std::vector<const Node*> operator()(const InNode& in) const { return {in.left.get()}; }
  std::vector<const Node*> operator()(const MatchesNode& matches) const { return {matches.left.get()}; }
  std::vector<const Node*> operator()(const WildcardNode& wildcard) const { return {wildcard.left.get()}; }
  std::vector<const Node*> operator()(const LogicNode& logic) const { return all(logic.operands); }
  std::vector<const Node*> operator()(const NotNode& negation) const { return {negation.operand.get()}; }
  std::vector<const Node*> operator()(const QuantifierNode& quantifier) const {
    return {quantifier.operand.get()};
  }

 private:
  static std::vector<const Node*> all(const std::vector<NodePtr>& nodes) {
    std::vector<const Node*> parts;
    for (const NodePtr& node : nodes) parts.push_back(node.get());
    return parts;
  }
};

// On one line, without what would steer a terminal.
std::string on_one_line(std::string_view source) {
  std::string line;
  for (const char c : source) {
    const bool is_control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    line += is_control ? ' ' : c;
  }
  return line;
}

void show(const Node& node, std::string_view source, std::size_t depth, Facts& facts, std::string& text) {
  if (std::holds_alternative<LiteralNode>(node.what) && depth > 0) return;
  text +=
      fmt::format("{:{}}{} -> {}\n", "", 2 * depth,
                  on_one_line(source.substr(node.span.start, node.span.length)), text_of(walk(node, facts)));
  for (const Node* part : std::visit(Parts{}, node.what)) show(*part, source, depth + 1, facts, text);
}

}  // namespace

std::string explain(const Expression& expression, Facts& facts) {
  std::string text;
  show(*expression.root, trimmed(expression.source), 0, facts, text);
  return text;
}

}  // namespace brink::rules
