// How the failures of Brink's own side of a request look to a client: the status, the error type of RFC 9209
// section 2.3 for Proxy-Status, and the words. One table from errors to these.
#pragma once

#include "base/error.h"

#include <cstdint>
#include <string_view>

namespace brink::edge {

struct Failure {
  std::uint16_t status;
  std::string_view
      proxy_status;        // "connection_refused"; empty where it is not a failure of the way to the origin
  std::string_view title;  // "Web server is down"
  std::string_view explanation;  // a sentence or two for the visitor, and what the site's owner can do
};

// What an error of the way to the origin, or of reading the request's content for it, looks like.
[[nodiscard]] const Failure& failure_of(const Error& error);

// Refusals of the edge itself.
extern const Failure kNoSuchZone;        // no zone has the host name
extern const Failure kMethodNotAllowed;  // TRACE, CONNECT
extern const Failure kContentTooLarge;
extern const Failure kRequestTimeout;  // the request's content did not come in time
extern const Failure kBadRequestBody;  // the request's content broke off or was malformed
extern const Failure kLoopDetected;    // the request has passed through Brink before, too often
extern const Failure kPlainTextOnly;   // the zone does not do https
extern const Failure kUpgradeRefused;
extern const Failure kBlockedByRule;  // a rule of the zone
extern const Failure kRateLimited;

}  // namespace brink::edge
