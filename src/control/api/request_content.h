// The content of a call: all of it, within the endpoint's limit.
#pragma once

#include "control/api/call.h"
#include "http/server.h"

#include <string>

namespace brink::control::api {

// 10413 beyond `most_bytes`, which is said before more is read.
Task<Outcome<std::string>> read_content(http::ServerStream& stream, std::size_t most_bytes);

// From Call::raw_body to Call::body, as the endpoint takes it; empties raw_body where it was JSON.
[[nodiscard]] Outcome<> parse_content(Call& call);

}  // namespace brink::control::api
