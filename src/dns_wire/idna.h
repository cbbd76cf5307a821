// Internationalized domain names (RFC 5890 to 5893, with the mapping of UTS 46, non-transitional) by libidn2.
#pragma once

#include "dns_wire/wire_error.h"

#include <string>
#include <string_view>

namespace brink::dns_wire {

// `text` is a name in presentation form; each label with bytes above 0x7f becomes its A-label, all others
// stay as they are. The ideographic full stops (U+3002, U+FF0E, U+FF61) divide labels too. kNotInternational
// where a label is no such name or holds a backslash; the detail is the byte at which the label begins.
[[nodiscard]] Result<std::string> to_a_labels(std::string_view text);

}  // namespace brink::dns_wire
