// Values as people read them.
#pragma once

#include "rules/value.h"

#include <string>
#include <string_view>

namespace brink::rules {

// A string in quotes as the language writes it, what is not printable ASCII as \xHH.
[[nodiscard]] std::string quoted(std::string_view text);
// "text", 10, true, 192.0.2.1, ["a", "b"], {"key": ["value"]}, or missing.
[[nodiscard]] std::string text_of(const Value& value);

}  // namespace brink::rules
