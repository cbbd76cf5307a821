// The data of LOC records (RFC 1876): a place on earth and how exact it is.
#pragma once

#include "dns_wire/tokenizer.h"
#include "dns_wire/wire_error.h"

#include <span>
#include <string>
#include <string_view>

namespace brink::dns_wire {

inline constexpr std::size_t kLocationBytes = 16;

// Appends the wire form of "d [m [s]] N|S d [m [s]] E|W alt[m] [size[m] [horizontal[m] [vertical[m]]]]".
[[nodiscard]] Result<> parse_location(std::span<const Token> tokens, std::string& wire);
// Appends the presentation form with every field there: twelve words. `wire` is kLocationBytes long.
[[nodiscard]] Result<> print_location(std::string_view wire, std::string& text);

}  // namespace brink::dns_wire
