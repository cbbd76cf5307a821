// The literals of the language: integers, addresses and strings in their forms. Each reader begins where the
// cursor stands and leaves it behind the literal.
#pragma once

#include "net/address.h"
#include "rules/list.h"
#include "rules/parser/cursor.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace brink::rules {

// "10", "-10", "0x1f", "017".
[[nodiscard]] Parsed<std::int64_t> read_integer(Cursor& cursor);
// One, or "10..20".
[[nodiscard]] Parsed<IntRange> read_integer_range(Cursor& cursor);

// An IPv4-mapped IPv6 literal is an IPv6 value that no field ever has, as rules see such addresses as IPv4.
// net::IpAddress keeps IPv4 in that very form, so it is an address that nobody has instead.
[[nodiscard]] Parsed<net::IpAddress> read_address(Cursor& cursor);
struct WrittenRange {
  IpRange range;
  bool as_ipv6 = false;
};
// One, "192.0.2.0/24", or "192.0.2.1..192.0.2.9".
[[nodiscard]] Parsed<WrittenRange> read_address_range(Cursor& cursor);
// Adds the range, without the IPv4-mapped addresses that lie in an IPv6 one.
void add_range(const WrittenRange& written, std::vector<IpRange>& ranges);
// Whether what stands here is an address rather than an identifier.
[[nodiscard]] bool looks_like_address(const Cursor& cursor);

// "...", r"...", r#"..."#, or bytes as 01:2e:f3.
[[nodiscard]] Parsed<std::string> read_string(Cursor& cursor);
// As read_string, with the rules for regular expressions.
[[nodiscard]] Parsed<std::string> read_regex_string(Cursor& cursor);
// "..." only.
[[nodiscard]] Parsed<std::string> read_quoted(Cursor& cursor);
// Whether a string in quotes, raw or not, begins here.
[[nodiscard]] bool at_string(const Cursor& cursor);
// The byte string that stands here as text; empty where there is none.
[[nodiscard]] std::string_view byte_string(const Cursor& cursor);

}  // namespace brink::rules
