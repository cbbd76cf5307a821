// WebSockets from HTTP/2 clients to HTTP/1.1 origins (RFC 8441 section 5.1): the client's request has no key,
// for the stream itself is the proof, so Brink makes one for the origin and checks its answer.
#pragma once

#include "edge/request.h"

namespace brink::edge {

// Gives the request to the origin a key where it asks for a WebSocket and has none.
void begin_websocket(Request& request);
// Takes the proof out of the origin's response; false where it does not fit the key that Brink made.
[[nodiscard]] bool finish_websocket(Request& request, http::ResponseHead& response);

}  // namespace brink::edge
