// A TOML table as JSON, for what other rooms read as JSON: the rules of a zone.
#pragma once

#include "config/document.h"

#include <optional>
#include <string>
#include <string_view>

namespace brink::config {

// Nothing where there is a time or a number that JSON does not have in it.
[[nodiscard]] std::optional<std::string> json_text(const Item& item);

// The place of the deepest thing in `item` that a JSON pointer (RFC 6901) leads to; that of the key, for
// values that are no tables or arrays.
[[nodiscard]] Position place_at(const Item& item, std::string_view pointer);

}  // namespace brink::config
