// An expression as a typed tree: what the parser makes, what rules/walk.h computes as it stands, and what
// rules/program.h compiles. Immutable once parsed.
#pragma once

#include "rules/field.h"
#include "rules/function.h"
#include "rules/list.h"
#include "rules/pattern.h"
#include "rules/type.h"
#include "rules/value.h"

#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace brink::rules {

struct Node;
using NodePtr = std::unique_ptr<const Node>;

// A part of the source text, in bytes.
struct Span {
  std::uint32_t start = 0;
  std::uint32_t length = 0;
};

enum class Comparison : std::uint8_t { kEq, kNe, kLt, kLe, kGt, kGe, kContains };

// Leaves.
struct FieldNode {
  FieldId field;
};
struct LiteralNode {
  std::variant<bool, std::int64_t, std::string, net::IpAddress> literal;
  Value value;  // a view of it
};

// Steps into a value. The operand may be missing, then so is the result.
struct IndexNode {  // a[0]
  NodePtr array;
  std::uint32_t index;
};
struct KeyNode {  // m["k"]
  NodePtr map;
  std::string key;
};
// a[*]: each element. A node above it that works on scalars (comparison, call, membership, match) works on
// each and gives an array; several [*] in one path flatten. The nodes of the path and that one have `each`
// set, and `type` is that of one element. The array that a call gives is one for what stands above it: its
// elements are had by [*] or [n] again.
struct EachNode {
  NodePtr container;  // an array, or a map whose values are taken
};

struct CallNode {
  const Function* function;
  std::vector<NodePtr> arguments;
  Prepared prepared;
};

// Tests.
struct CompareNode {
  Comparison operation;
  NodePtr left;
  NodePtr right;  // a literal, or for kEq to kGe any value
};
struct InlineSet {
  std::variant<IntSet, IpSet, std::vector<std::string>> elements;  // strings sorted, without doubles
};
struct InNode {
  NodePtr left;
  // An inline list, or a named one as it stood when the expression was parsed.
  std::variant<InlineSet, ListPtr> set;
};
struct MatchesNode {
  NodePtr left;
  std::shared_ptr<const Regex> regex;
};
struct WildcardNode {
  NodePtr left;
  Wildcard wildcard;
  bool strict;
};

// Logic. The operands are Bool, or, inside any() and all(), Array<Bool>.
enum class Logic : std::uint8_t { kAnd, kXor, kOr };
struct LogicNode {
  Logic operation;
  std::vector<NodePtr> operands;  // two or more, in the order written
};
struct NotNode {
  NodePtr operand;
};
struct QuantifierNode {
  bool all;  // else any
  NodePtr operand;
};

struct Node {
  Type type;  // what it gives; for a node with `each`, what it gives for one element
  // Its value is an array, one element for each of the array that a [*] below it goes through.
  bool each = false;
  Span span;
  std::variant<FieldNode, LiteralNode, IndexNode, KeyNode, EachNode, CallNode, CompareNode, InNode,
               MatchesNode, WildcardNode, LogicNode, NotNode, QuantifierNode>
      what;
};

// What a node gives as a whole: the array, where it has `each`.
[[nodiscard]] Type type_of(const Node& node);
// Whether what works on the node works on each element: it is a path through a [*], not the array that a test
// or a call over one has made.
[[nodiscard]] bool is_mapped(const Node& node);

// A parsed expression, with what it needs.
struct Expression {
  std::string source;  // as written, byte for byte
  NodePtr root;
  std::bitset<kFieldCount> fields;  // that it reads
  std::vector<std::string> lists;   // that it names, without doubles
  std::size_t regexes = 0;          // that it runs
  [[nodiscard]] const Type& type() const { return root->type; }
};
using ExpressionPtr = std::shared_ptr<const Expression>;

}  // namespace brink::rules
