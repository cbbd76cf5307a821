// Text in presentation form: escapes, quoted strings (RFC 1035 section 5.1), and numbers written as
// hexadecimal.
#pragma once

#include "dns_wire/wire_error.h"

#include <optional>
#include <string>
#include <string_view>

namespace brink::dns_wire {

// The byte that is escaped where a backslash was just before text[at]: the next character, or three digits up
// to 255. Moves `at` behind it.
[[nodiscard]] std::optional<char> read_escape(std::string_view text, std::size_t& at);

// The bytes that `text` means, without its quotes. kBadEscape; the detail is the byte of `text`.
[[nodiscard]] Result<std::string> unescape(std::string_view text);

// Appends one byte: as it is where it can be printed, with a backslash where `special`, else as \DDD.
void append_escaped(std::string& text, char byte, bool special);
// Appends `bytes` in quotes.
void append_quoted(std::string& text, std::string_view bytes);

// Pairs of hexadecimal digits in any case, and nothing else.
[[nodiscard]] std::optional<std::string> hex_decode(std::string_view text);

}  // namespace brink::dns_wire
