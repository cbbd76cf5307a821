// Lists in files: one item a line.
#pragma once

#include "rules/list.h"

#include <expected>
#include <string>
#include <string_view>

namespace brink::rules {

// A list of addresses and networks, of AS numbers, or of host names, by what its items are; they must be of
// one kind. Empty lines and what follows a '#' are left out. The error says what is wrong, and in which line.
[[nodiscard]] std::expected<List, std::string> read_list(std::string_view name, std::string_view text);

}  // namespace brink::rules
