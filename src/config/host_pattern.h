// The host names a zone answers to: exact names, all below a name ("*.example.com"), or all ("*").
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace brink::config {

// The name in the form in which it is compared: lower case, no dot at its end. A name is letters, digits, "-"
// and "_" in labels of at most 63, at most 253 in all; names in other scripts are given as A-labels
// ("xn--..."). An IPv4 address is such a name; an IPv6 address stands in brackets. The error says what is
// wrong.
[[nodiscard]] std::expected<std::string, std::string> parse_host_name(std::string_view text);
// A name, "*.name" or "*", likewise.
[[nodiscard]] std::expected<std::string, std::string> parse_host_pattern(std::string_view text);
// Whether a parsed name is an address: nothing is below it.
[[nodiscard]] bool is_address(std::string_view name);

}  // namespace brink::config
