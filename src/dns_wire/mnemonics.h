// Numbers inside of records that have names in text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace brink::dns_wire {

// DNSSEC algorithms (RFC 4034 appendix A.1 and IANA's registry), by number or mnemonic.
[[nodiscard]] std::optional<std::uint8_t> parse_algorithm(std::string_view text);
// Certificate types (RFC 4398 section 2.1), by number or mnemonic.
[[nodiscard]] std::optional<std::uint16_t> parse_certificate_type(std::string_view text);

}  // namespace brink::dns_wire
