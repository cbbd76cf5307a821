// Writes records as lines of a master file.
#pragma once

#include "dns_wire/name.h"
#include "dns_wire/wire_error.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace brink::dns_wire {

// Appends "owner<TAB>ttl<TAB>IN<TAB>type<TAB>data[ ; comment]" and a line end; names are absolute. Control
// characters in the comment become blanks. An error where `rdata` is not data of that type; nothing is
// appended then.
[[nodiscard]] Result<> append_record(std::string& file, const Name& owner, std::uint32_t ttl,
                                     std::uint16_t type, std::string_view rdata,
                                     std::string_view comment = {});

}  // namespace brink::dns_wire
