// The data of records: presentation form to wire form and back, by the table of rdata_format.h. Types that
// the table does not know, and any other where one likes, have the form of RFC 3597: \# length hexadecimal.
// Pure functions.
#pragma once

#include "dns_wire/name.h"
#include "dns_wire/tokenizer.h"
#include "dns_wire/wire_error.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace brink::dns_wire {

// Appends the wire form of the data that `tokens` are; relative names are relative to `origin`. On an error
// `wire` is as it was, and the detail is the position that the tokens give.
[[nodiscard]] Result<> parse_rdata(std::uint16_t type, std::span<const Token> tokens, const Name& origin,
                                   std::string& wire);
// The same of one line of text; the detail is the byte in it.
[[nodiscard]] Result<std::string> parse_rdata(std::uint16_t type, std::string_view text, const Name& origin);

enum class NameStyle {
  kAbsolute,  // with the dot at the end, as in master files
  kHost,      // without it, as APIs show names
};

// The presentation form. An error where `wire` is not data of that type; the detail is the byte of `wire`.
[[nodiscard]] Result<std::string> rdata_text(std::uint16_t type, std::string_view wire,
                                             NameStyle style = NameStyle::kAbsolute);

// Whether `wire` is data of that type, to its last byte.
[[nodiscard]] Result<> check_rdata(std::uint16_t type, std::string_view wire);

// The canonical form of RFC 4034 section 6.2 of data that check_rdata takes: names in lower case in the types
// that say so.
[[nodiscard]] Result<std::string> canonical_rdata(std::uint16_t type, std::string_view wire);

}  // namespace brink::dns_wire
