// The parameters of SVCB and HTTPS records (RFC 9460 sections 2.1 and 2.2, with the keys of RFC 9461 and RFC
// 9540).
#pragma once

#include "dns_wire/tokenizer.h"
#include "dns_wire/wire_error.h"

#include <span>
#include <string>
#include <string_view>

namespace brink::dns_wire {

// Appends the wire form of `tokens` ("alpn=h2,h3", "port=443", "key667=x"), sorted by key. The detail is the
// tokens'.
[[nodiscard]] Result<> parse_services(std::span<const Token> tokens, std::string& wire);
// Appends their presentation form, a blank before each. `wire` is the parameters alone; the detail is its
// byte.
[[nodiscard]] Result<> print_services(std::string_view wire, std::string& text);
// Of the whole data of a record whose priority and target are right: keys ascending, values well-formed, all
// that is mandatory there (RFC 9460 section 8).
[[nodiscard]] Result<> check_services(std::string_view rdata);

}  // namespace brink::dns_wire
