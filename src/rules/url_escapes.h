// Escapes of URLs.
#pragma once

#include "base/arena.h"

#include <string_view>

namespace brink::rules {

// %HH is the byte, + a space, once; a % that begins no escape stays. `text` itself where nothing changes.
[[nodiscard]] std::string_view url_decode_once(std::string_view text, Arena& arena);

}  // namespace brink::rules
