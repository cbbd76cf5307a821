// JSON in and out. Input is a stranger's: bounded in bytes and depth, and no exception leaves these
// functions.
#pragma once

#include "control/api/api_error.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace brink::control::api {

// Not ordered_json, whose objects are searched from end to end: a body of many members would cost their
// square.
using Json = nlohmann::json;

inline constexpr std::size_t kMaxJsonBytes = 1u << 20;  // of a body, where an endpoint does not say otherwise
inline constexpr int kMaxJsonDepth = 64;                // arrays and objects inside each other

// 6007 for what is no JSON or too deep (with the place), 10413 for what is too long. Numbers beyond 64 bits
// become doubles; of members of the same name the last holds.
[[nodiscard]] Outcome<Json> parse_json(std::string_view text, std::size_t most_bytes = kMaxJsonBytes);

// Compact. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string json_text(const Json& value);

// What a stored text says, which Brink has written itself; null where it is no JSON after all.
[[nodiscard]] Json stored_json(std::string_view text);

// --- members of an object; `object` may be anything, then nothing is found ---

// nullptr where there is no such member. A member that is null is there.
[[nodiscard]] const Json* find_member(const Json& object, std::string_view name);
// The member where it is there and not null.
[[nodiscard]] const Json* find_value(const Json& object, std::string_view name);

// Absent or null: nothing. Another type, or out of bounds: 1001 with the pointer to the member.
[[nodiscard]] Outcome<std::optional<std::string>> text_member(const Json& object, std::string_view name,
                                                              std::size_t most_bytes);
[[nodiscard]] Outcome<std::optional<bool>> flag_member(const Json& object, std::string_view name);
[[nodiscard]] Outcome<std::optional<std::int64_t>> number_member(const Json& object, std::string_view name,
                                                                 std::int64_t least, std::int64_t most);
// As text_member, but the member must be there and not be empty.
[[nodiscard]] Outcome<std::string> required_text(const Json& object, std::string_view name,
                                                 std::size_t most_bytes);

}  // namespace brink::control::api
