// The parser: recursive descent over the text, types checked as the tree grows. One for one expression.
#pragma once

#include "rules/parse.h"
#include "rules/parser/cursor.h"
#include "rules/tree.h"

#include <span>
#include <string_view>
#include <vector>

namespace brink::rules {

class Parser {
 public:
  Parser(std::string_view text, const ParseOptions& options) : cursor_(text), options_(options) {}

  // The whole text as a filter.
  [[nodiscard]] Parsed<NodePtr> filter();
  // The whole text as a value of one of the types; any, where none is named.
  [[nodiscard]] Parsed<NodePtr> value_of(std::span<const Type> wanted);

  // What the tree needs, once it is made.
  void tell(Expression& expression) &&;

 private:
  // parser_logic.cc: or, xor and and, the loosest first; terms; any() and all().
  [[nodiscard]] Parsed<NodePtr> logic() { return chain(0); }
  [[nodiscard]] Parsed<NodePtr> chain(std::size_t level);
  [[nodiscard]] Parsed<NodePtr> term();
  [[nodiscard]] Parsed<NodePtr> quantifier(std::size_t start, bool all);
  [[nodiscard]] bool at_logical_argument() const;

  // parser_value.cc: fields, calls, indexes.
  [[nodiscard]] Parsed<NodePtr> value();
  [[nodiscard]] Parsed<NodePtr> field(std::size_t start, std::string_view name);
  [[nodiscard]] Parsed<NodePtr> index(NodePtr container, std::size_t start);
  [[nodiscard]] Parsed<NodePtr> at_position(NodePtr container, std::size_t start, std::size_t bracket);
  [[nodiscard]] Parsed<NodePtr> at_key(NodePtr container, std::size_t start, std::size_t bracket);
  [[nodiscard]] Parsed<NodePtr> at_each(NodePtr container, std::size_t start, std::size_t bracket);
  [[nodiscard]] bool reads_as_value() const;  // a known name begins here

  // parser_call.cc
  [[nodiscard]] Parsed<NodePtr> call(std::size_t start, const Function& function);
  [[nodiscard]] Parsed<NodePtr> argument();
  [[nodiscard]] Parsed<void> count_call(const Function& function, Span span);

  // parser_comparison.cc
  [[nodiscard]] Parsed<NodePtr> comparison();
  [[nodiscard]] Parsed<NodePtr> ordered(Comparison operation, NodePtr left, std::size_t start);
  [[nodiscard]] Parsed<NodePtr> membership(NodePtr left, std::size_t start);
  [[nodiscard]] Parsed<NodePtr> matching(NodePtr left, std::size_t start);
  [[nodiscard]] Parsed<NodePtr> wildcard(NodePtr left, std::size_t start, bool strict);
  [[nodiscard]] Parsed<NodePtr> right_side(const Type& wanted);
  [[nodiscard]] Parsed<InlineSet> inline_set(Scalar scalar);
  [[nodiscard]] Parsed<ListPtr> named_list(const Node& left);
  [[nodiscard]] Parsed<void> count_regex(Span span);

  // One level deeper, until it ends.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) { ++parser_.depth_; }
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };
  [[nodiscard]] Parsed<void> check_depth() const;

  Cursor cursor_;
  const ParseOptions& options_;
  std::size_t depth_ = 0;
  std::bitset<kFieldCount> fields_;
  std::vector<std::string> lists_;
  std::size_t regexes_ = 0;
  // Of regex_replace and wildcard_replace.
  std::size_t replacing_ = 0;  // calls around what is read now
  bool has_regex_replace_ = false;
  bool has_wildcard_replace_ = false;
};

[[nodiscard]] NodePtr make_literal(std::variant<bool, std::int64_t, std::string, net::IpAddress> literal,
                                   Span span);
template <class What>
[[nodiscard]] NodePtr make_node(Type type, bool each, Span span, What what) {
  return std::make_unique<const Node>(
      Node{.type = type, .each = each, .span = span, .what = std::move(what)});
}
// "expected value of type Bool, but got Bytes"
[[nodiscard]] std::string wrong_type(const Type& expected, const Type& got);

}  // namespace brink::rules
