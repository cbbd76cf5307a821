// The client side of every protocol: one connection to an origin (http/h1/client_connection.h,
// http/h2/client_session.h), and one request on it.
#pragma once

#include "base/error.h"
#include "http/body.h"
#include "http/message.h"
#include "runtime/task.h"

#include <cstdint>
#include <memory>

namespace brink::http {

struct ClientTimeouts {
  Duration first_byte = std::chrono::seconds(60);     // from the request being sent to the response's head
  Duration between_bytes = std::chrono::seconds(60);  // without progress in either direction
};

// Told of informational responses (103, and 100 where it is to be forwarded) as they come, on the loop.
class InformationalSink {
 public:
  virtual void on_informational(const ResponseHead& head) = 0;

 protected:
  ~InformationalSink() = default;
};

// One request on a connection and its response. finish() must have been awaited before it dies, and `head`
// and `body` given to start() must live until then, for the request's body is sent while the response comes
// back.
class ClientStream {
 public:
  virtual ~ClientStream() = default;

  // Sends the request and answers when the response's head is there. The head lives as long as this stream.
  // `body` is nullptr for no content. Errors are ClientError, or what `body` failed with.
  virtual Task<Result<ResponseHead*>> start(const RequestHead& head, Body* body,
                                            const ClientTimeouts& timeouts,
                                            InformationalSink* informational) = 0;
  // The response's content; nullptr where it has none. After status 101 the origin's direction of the
  // upgraded stream.
  [[nodiscard]] virtual Body* response_body() = 0;
  // Whether anything of the request may have reached the origin's application: without it, a retry is always
  // safe.
  [[nodiscard]] virtual bool may_have_been_processed() const = 0;
  [[nodiscard]] virtual std::uint64_t request_bytes() const = 0;   // content sent
  [[nodiscard]] virtual std::uint64_t response_bytes() const = 0;  // content received
  // Ends the exchange: what is unfinished is abandoned (h1 closes the connection, h2 resets the stream).
  // Answers when nothing of it runs any more.
  virtual Task<void> finish() = 0;
};

enum class ClientError {
  kConnectionClosed =
      1,  // before a response; on a reused connection usually a race with the origin's idle time-out
  kConnectionFailed,   // reset or another errno, which is the detail
  kMalformedResponse,  // ambiguous framing, garbage
  kHeadTooLarge,
  kFirstByteTimeout,
  kBodyTimeout,
  kBodyBroken,          // the response's body ended before it was complete
  kRefused,             // h2: the stream was refused unprocessed (REFUSED_STREAM, GOAWAY); safe to retry
  kReset,               // h2: RST_STREAM; the detail is its code
  kUpgradeNotPossible,  // the origin's protocol cannot carry the upgrade asked for
};
const ErrorDomain& error_domain(ClientError);

}  // namespace brink::http
