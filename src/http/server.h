// The server side of every protocol: what a connection (http/h1/server_connection.h,
// http/h2/server_session.h) offers to the code that answers requests, and what it asks of it.
#pragma once

#include "base/error.h"
#include "http/body.h"
#include "http/connection_facts.h"
#include "http/limits.h"
#include "http/message.h"
#include "runtime/task.h"

#include <cstdint>
#include <memory>

namespace brink::http {

// What can go wrong on the client's side of a request: of reading its content, or of sending the response.
enum class ServerError {
  kBodyTooLarge = 1,  // more than limits.body_bytes: 413
  kBodyTimeout,       // no progress within timeouts.request_body: 408
  kBodyMalformed,     // bad chunked coding, more or less content than said: 400
  kClientGone,        // the connection closed or broke; the detail is the errno where there is one
  kWriteTimeout,      // the client took nothing within timeouts.write
  kResponseBroken,    // the response's body failed, so the response was cut off
};
const ErrorDomain& error_domain(ServerError);

// How much of a response went out.
struct SendReport {
  std::uint64_t head_bytes = 0;  // on this protocol's wire
  std::uint64_t body_bytes = 0;  // content, without framing
};

// One request and the response to it. Made by a connection, lives until Service::serve() returns.
class ServerStream {
 public:
  virtual ~ServerStream() = default;

  [[nodiscard]] virtual RequestHead& request() = 0;
  // The request's content; nullptr where it has none. With Expect: 100-continue the first read sends the 100.
  [[nodiscard]] virtual Body* body() = 0;
  [[nodiscard]] virtual const ConnectionFacts& connection() const = 0;
  [[nodiscard]] virtual std::uint64_t request_head_bytes() const = 0;
  // Content received so far, without framing.
  [[nodiscard]] virtual std::uint64_t body_bytes_received() const = 0;
  // When the first byte of the request was there.
  [[nodiscard]] virtual TimePoint started() const = 0;

  // Sends an informational response (1xx but 101); silently nothing to HTTP/1.0.
  virtual Task<Result<>> send_informational(const ResponseHead& head) = 0;

  // Sends the response: head, then `body` (nullptr: no content) until its end. At most once. Writes the
  // framing fields itself (Content-Length from the body's length where the head has none, else chunked).
  // Answers when the last byte has been given to the transport. When the body breaks off, the client is made
  // to see it: h1 closes, h2 resets. `report` is filled as far as it went also on failure. With status 101,
  // `body` is the origin's direction of the upgraded stream and body() becomes the client's.
  virtual Task<Result<>> send(const ResponseHead& head, Body* body, SendReport& report) = 0;

  // The connection may not be used for another request: h1 says Connection: close, h2 sends GOAWAY.
  virtual void close_after_response() = 0;
};

// A request that never became one for Service::serve(): it could not be read, or not its content.
struct UnreadableRequest {
  const ConnectionFacts& connection;
  std::uint16_t status;  // 400, 408, 413, 414, 421, 431, 501 or 505
  Error why;
  const RequestHead* head;  // as far as it was read; nullptr where not even its target was
};

// Answers requests: the edge's pipeline, the control API. One service serves all connections of a loop.
class Service {
 public:
  virtual ~Service() = default;
  // Answers one request by stream.send(). Where it returns without having sent, the client's stream is
  // aborted. Runs on the connection's loop in the connection's cancel scope: it is cancelled when the client
  // has gone.
  virtual Task<void> serve(ServerStream& stream) = 0;
  // A request that could not even be read. `answer` is what the connection is about to send and has its
  // status and Date: the service adds fields and returns the content (nullptr: none), which must be there at
  // once. nullptr where HTTP/2 answers by an error code.
  virtual std::unique_ptr<Body> on_unreadable_request(const UnreadableRequest& request,
                                                      ResponseHead* answer) = 0;
  // A client ran into a limit or a time-out.
  virtual void on_limit(Limit limit) = 0;
};

}  // namespace brink::http
