#include "rules/tree.h"

namespace brink::rules {

Type type_of(const Node& node) { return node.each ? Type::array_of(node.type) : node.type; }

bool is_mapped(const Node& node) {
  return node.each &&
         (std::holds_alternative<EachNode>(node.what) || std::holds_alternative<IndexNode>(node.what) ||
          std::holds_alternative<KeyNode>(node.what));
}

}  // namespace brink::rules
