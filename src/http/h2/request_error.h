// What can be wrong with a request on an HTTP/2 stream, so that it never reaches a service.
#pragma once

#include "base/error.h"

namespace brink::http::h2 {

enum class RequestError {
  kMalformedHead = 1,  // RFC 9113 section 8.1.1
  kHeadTooLarge,
  kTooManyFields,
  kUriTooLong,
  kConnectRefused,
  kHeadTimeout,
};
const ErrorDomain& error_domain(RequestError);

}  // namespace brink::http::h2
