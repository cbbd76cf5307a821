// The name somebody probably meant.
#pragma once

#include <span>
#include <string_view>

namespace brink {

// Of `names`, the one fewest edits (insert, delete, replace, swap neighbours) away from `wrong`; empty where
// none is near: more than a third of the letters differ.
[[nodiscard]] std::string_view nearest_name(std::string_view wrong, std::span<const std::string_view> names);

}  // namespace brink
