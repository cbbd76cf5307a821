// Problem documents (RFC 7807) as ACME has them (RFC 8555 section 6.7).
#pragma once

#include "control/acme/failure.h"
#include "control/api/json.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace brink::control::acme {

using api::Json;

inline constexpr std::size_t kMaxProblemText = 1024;  // of what a server says, in a failure's text

// Of a response that is no success. `content` may be no problem document at all.
[[nodiscard]] Failure problem_of(std::uint16_t status, std::string_view content);
// Of the member `error` of an order or a challenge.
[[nodiscard]] Failure problem_of(const Json& document, FailureKind kind);

}  // namespace brink::control::acme
