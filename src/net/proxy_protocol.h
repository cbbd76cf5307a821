// The PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt): a proxy before us says whose
// connection this is. Pure functions on bytes. Strict: what the specification does not allow is malformed,
// for a header that is misread lends one client the address of another.
#pragma once

#include "base/error.h"
#include "net/address.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace brink::net {

inline constexpr std::size_t kMaxProxyV1Bytes = 107;  // the longest line, CRLF included
// A v2 header with its TLVs. The format could say 65551; no proxy comes near, and we keep no more than this
// waiting.
inline constexpr std::size_t kMaxProxyV2Bytes = 4096;

enum class ProxyProtocolError {
  kMalformed = 1,  // not a PROXY header
  kTooLarge,       // more than kMaxProxyV2Bytes
  kTruncated,      // the connection ended within the header
};
const ErrorDomain& error_domain(ProxyProtocolError);

struct ProxyHeader {
  enum class Kind : unsigned char {
    kProxied,  // source and destination are those of the connection that is passed on
    kLocal,    // the proxy itself connects, as for a health check: the socket's own addresses hold
    kUnknown,  // passed on, but it is not said from whom: the socket's own addresses hold
  };
  Kind kind = Kind::kUnknown;
  int version = 1;
  SocketAddress source;
  SocketAddress destination;
};

struct ProxyParse {
  std::size_t consumed = 0;  // 0: the header is not there as a whole, more bytes are needed
  ProxyHeader header;
  [[nodiscard]] bool needs_more() const { return consumed == 0; }
};

// Reads the header at the front of `bytes`, which are all the connection's bytes so far. TLVs are checked to
// lie within the header, and skipped. Says kMalformed at the first byte that cannot be part of a header.
[[nodiscard]] Result<ProxyParse> parse_proxy_header(std::string_view bytes);

// The headers to send. Addresses of different families, or Unix ones, are written as unknown.
[[nodiscard]] std::string proxy_v1_header(const SocketAddress& source, const SocketAddress& destination);
[[nodiscard]] std::string proxy_v2_header(const SocketAddress& source, const SocketAddress& destination);
[[nodiscard]] std::string proxy_v2_local_header();

}  // namespace brink::net
