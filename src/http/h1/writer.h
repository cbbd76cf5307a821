// Heads of HTTP/1.1 messages as bytes. Whatever a rule, a customer or another protocol has put into a head:
// what comes out is one head. A line break or a NUL in a name or a value is refused, not escaped; fields that
// belong to a connection are left out, and framing is written from what the sender will really do.
#pragma once

#include "base/error.h"
#include "base/slice.h"
#include "http/h1/framing.h"
#include "http/message.h"

#include <cstdint>

namespace brink::http::h1 {

enum class WriteError {
  kUnwritableHead = 1,  // a line break, a NUL or a malformed name in it
  kLengthMismatch,      // the body is shorter or longer than its Content-Length
};
const ErrorDomain& error_domain(WriteError);

enum class ConnectionOption : std::uint8_t { kNone, kClose, kKeepAlive };

// The head of a request in origin-form, Host first. `framing` is kNone, kLength or kChunked; with kNone a
// Content-Length that `head` has is not written.
[[nodiscard]] Result<Slice> write_request_head(const RequestHead& head, const Framing& framing,
                                               ConnectionOption connection);

// The head of a response, informational ones included. With kNone the Content-Length of `head` is written,
// for it tells of the content that is not sent (HEAD, 304); not so where the status allows none.
[[nodiscard]] Result<Slice> write_response_head(const ResponseHead& head, const Framing& framing,
                                                ConnectionOption connection);

// The end of a chunked body: its last chunk and those of `trailers` that may be.
[[nodiscard]] Result<Slice> write_last_chunk(const Fields& trailers);

}  // namespace brink::http::h1
