// The well-known field names as small integers. Everything that Brink itself looks at is here; a comparison
// of names is then a comparison of bytes. Other names keep their text.
#pragma once

#include <cstdint>
#include <string_view>

namespace brink::http {

// One line a name: identifier, canonical text (lower case, as HTTP/2 writes it), text as HTTP/1.1 writes it.
#define BRINK_HTTP_FIELDS(X)                                                           \
  X(Accept, "accept", "Accept")                                                        \
  X(AcceptCharset, "accept-charset", "Accept-Charset")                                 \
  X(AcceptEncoding, "accept-encoding", "Accept-Encoding")                              \
  X(AcceptLanguage, "accept-language", "Accept-Language")                              \
  X(AcceptRanges, "accept-ranges", "Accept-Ranges")                                    \
  X(Age, "age", "Age")                                                                 \
  X(Allow, "allow", "Allow")                                                           \
  X(AltSvc, "alt-svc", "Alt-Svc")                                                      \
  X(Authorization, "authorization", "Authorization")                                   \
  X(BrinkRay, "brink-ray", "Brink-Ray")                                                \
  X(CacheControl, "cache-control", "Cache-Control")                                    \
  X(CacheStatus, "cache-status", "Cache-Status")                                       \
  X(CacheTag, "cache-tag", "Cache-Tag")                                                \
  X(CdnCacheControl, "cdn-cache-control", "CDN-Cache-Control")                         \
  X(CdnLoop, "cdn-loop", "CDN-Loop")                                                   \
  X(CfCacheStatus, "cf-cache-status", "CF-Cache-Status")                               \
  X(CfConnectingIp, "cf-connecting-ip", "CF-Connecting-IP")                            \
  X(CfIpCountry, "cf-ipcountry", "CF-IPCountry")                                       \
  X(CfRay, "cf-ray", "CF-Ray")                                                         \
  X(CfVisitor, "cf-visitor", "CF-Visitor")                                             \
  X(Connection, "connection", "Connection")                                            \
  X(ContentDisposition, "content-disposition", "Content-Disposition")                  \
  X(ContentEncoding, "content-encoding", "Content-Encoding")                           \
  X(ContentLanguage, "content-language", "Content-Language")                           \
  X(ContentLength, "content-length", "Content-Length")                                 \
  X(ContentLocation, "content-location", "Content-Location")                           \
  X(ContentRange, "content-range", "Content-Range")                                    \
  X(ContentSecurityPolicy, "content-security-policy", "Content-Security-Policy")       \
  X(ContentType, "content-type", "Content-Type")                                       \
  X(Cookie, "cookie", "Cookie")                                                        \
  X(Date, "date", "Date")                                                              \
  X(ETag, "etag", "ETag")                                                              \
  X(EarlyData, "early-data", "Early-Data")                                             \
  X(Expect, "expect", "Expect")                                                        \
  X(Expires, "expires", "Expires")                                                     \
  X(Forwarded, "forwarded", "Forwarded")                                               \
  X(GrpcStatus, "grpc-status", "Grpc-Status")                                          \
  X(Host, "host", "Host")                                                              \
  X(Http2Settings, "http2-settings", "HTTP2-Settings")                                 \
  X(IfMatch, "if-match", "If-Match")                                                   \
  X(IfModifiedSince, "if-modified-since", "If-Modified-Since")                         \
  X(IfNoneMatch, "if-none-match", "If-None-Match")                                     \
  X(IfRange, "if-range", "If-Range")                                                   \
  X(IfUnmodifiedSince, "if-unmodified-since", "If-Unmodified-Since")                   \
  X(KeepAlive, "keep-alive", "Keep-Alive")                                             \
  X(LastModified, "last-modified", "Last-Modified")                                    \
  X(Link, "link", "Link")                                                              \
  X(Location, "location", "Location")                                                  \
  X(MaxForwards, "max-forwards", "Max-Forwards")                                       \
  X(Origin, "origin", "Origin")                                                        \
  X(Pragma, "pragma", "Pragma")                                                        \
  X(Priority, "priority", "Priority")                                                  \
  X(ProxyAuthenticate, "proxy-authenticate", "Proxy-Authenticate")                     \
  X(ProxyAuthorization, "proxy-authorization", "Proxy-Authorization")                  \
  X(ProxyConnection, "proxy-connection", "Proxy-Connection")                           \
  X(ProxyStatus, "proxy-status", "Proxy-Status")                                       \
  X(Range, "range", "Range")                                                           \
  X(Referer, "referer", "Referer")                                                     \
  X(RetryAfter, "retry-after", "Retry-After")                                          \
  X(SecWebSocketAccept, "sec-websocket-accept", "Sec-WebSocket-Accept")                \
  X(SecWebSocketExtensions, "sec-websocket-extensions", "Sec-WebSocket-Extensions")    \
  X(SecWebSocketKey, "sec-websocket-key", "Sec-WebSocket-Key")                         \
  X(SecWebSocketProtocol, "sec-websocket-protocol", "Sec-WebSocket-Protocol")          \
  X(SecWebSocketVersion, "sec-websocket-version", "Sec-WebSocket-Version")             \
  X(Server, "server", "Server")                                                        \
  X(ServerTiming, "server-timing", "Server-Timing")                                    \
  X(SetCookie, "set-cookie", "Set-Cookie")                                             \
  X(StrictTransportSecurity, "strict-transport-security", "Strict-Transport-Security") \
  X(SurrogateControl, "surrogate-control", "Surrogate-Control")                        \
  X(Te, "te", "TE")                                                                    \
  X(Trailer, "trailer", "Trailer")                                                     \
  X(TransferEncoding, "transfer-encoding", "Transfer-Encoding")                        \
  X(TrueClientIp, "true-client-ip", "True-Client-IP")                                  \
  X(Upgrade, "upgrade", "Upgrade")                                                     \
  X(UserAgent, "user-agent", "User-Agent")                                             \
  X(Vary, "vary", "Vary")                                                              \
  X(Via, "via", "Via")                                                                 \
  X(WwwAuthenticate, "www-authenticate", "WWW-Authenticate")                           \
  X(XForwardedFor, "x-forwarded-for", "X-Forwarded-For")                               \
  X(XForwardedHost, "x-forwarded-host", "X-Forwarded-Host")                            \
  X(XForwardedProto, "x-forwarded-proto", "X-Forwarded-Proto")                         \
  X(XRealIp, "x-real-ip", "X-Real-IP")                                                 \
  X(XRequestedWith, "x-requested-with", "X-Requested-With")

enum class FieldName : std::uint8_t {
  kOther = 0,  // the text says which
#define BRINK_HTTP_FIELD_ENUM(identifier, lower, canonical) k##identifier,
  BRINK_HTTP_FIELDS(BRINK_HTTP_FIELD_ENUM)
#undef BRINK_HTTP_FIELD_ENUM
      kCount
};

// The well-known name that `text` is, in any case; kOther where it is none.
[[nodiscard]] FieldName find_field_name(std::string_view text);
// "content-length". Requires a well-known name.
[[nodiscard]] std::string_view lower_case_name(FieldName name);
// "Content-Length". Requires a well-known name.
[[nodiscard]] std::string_view canonical_name(FieldName name);

}  // namespace brink::http
