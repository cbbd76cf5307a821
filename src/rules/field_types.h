// The container types that fields have, named for the tables.
#pragma once

#include "rules/type.h"

namespace brink::rules {

inline constexpr Type kStrings = Type::array_of(Scalar::kBytes);
inline constexpr Type kInts = Type::array_of(Scalar::kInt);
inline constexpr Type kStringLists = Type::array_of(kStrings);
inline constexpr Type kStringsByName = Type::map_of(kStrings);
inline constexpr Type kIntsByName = Type::map_of(kInts);
inline constexpr Type kIntByName = Type::map_of(Scalar::kInt);

}  // namespace brink::rules
