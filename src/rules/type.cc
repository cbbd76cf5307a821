#include "rules/type.h"

namespace brink::rules {

std::string Type::text() const {
  if (is_array()) return "Array<" + element().text() + ">";
  if (is_map()) return "Map<" + element().text() + ">";
  switch (scalar_) {
    case Scalar::kBool: return "Bool";
    case Scalar::kInt: return "Int";
    case Scalar::kBytes: return "Bytes";
    case Scalar::kIp: return "Ip";
  }
  return {};
}

}  // namespace brink::rules
