// Names of hosts as keys: labels from the root down, lower case, so that a zone's names lie together in DNSSEC's
// canonical order (RFC 4034 section 6.1) and what lies below a name is one range.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace brink::store {

// "www.Example.com" -> "com\0example\0www\0". A wildcard's "*" is a label like another. Escapes (\. \DDD) are those of
// zone files. Nothing where it is no name: an empty label, one over 63 bytes, more than 255 in all.
[[nodiscard]] std::optional<std::string> name_key(std::string_view name);
// The way back: lower case, without the root's dot, with escapes where they are needed.
[[nodiscard]] std::string name_of_key(std::string_view key);
// The key without its last label: the parent; empty for a top-level name.
[[nodiscard]] std::string_view parent_key(std::string_view key);

}  // namespace brink::store
