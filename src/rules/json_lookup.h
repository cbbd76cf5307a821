// Finds one value in a JSON text (RFC 8259) without building a document: one pass over the whole text, which
// is checked as it goes, so that a broken one has no values at all. Allocates nothing; nesting is limited.
#pragma once

#include "base/arena.h"
#include "rules/value.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace brink::rules {

inline constexpr std::size_t kMaxJsonNesting = 128;
inline constexpr std::size_t kMaxJsonPath = 32;

// The text of the value at `path`, from its first byte to its last: strings with their quotes, as written. A
// step of the path is a name (Bytes) or a position from 0 (Int). Of equal names the last counts. Nothing
// where there is none or the text is no JSON.
[[nodiscard]] std::optional<std::string_view> find_json(std::string_view text, std::span<const Value> path);

// What the text of a value says; nothing where it is of another type. Integers are plain and fit in 64 bits
// with a sign. In strings, half of a surrogate pair is U+FFFD, and bytes that are no UTF-8 stay.
[[nodiscard]] std::optional<std::int64_t> json_integer(std::string_view value);
[[nodiscard]] std::optional<std::string_view> json_string(std::string_view value, Arena& arena);

}  // namespace brink::rules
