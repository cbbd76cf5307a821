#include "http/field_syntax.h"

namespace brink::http {
namespace {

constexpr std::size_t kMaxPortDigits = 5;
constexpr std::size_t kMaxIpv6Text = 45;

bool is_port(std::string_view text) {
  if (text.size() > kMaxPortDigits) return false;
  unsigned port = 0;
  for (char c : text) {
    if (!is_digit(c)) return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  return port <= 65535;
}

// An IPv6 address as far as its characters go: who looks for a zone by it finds none where it is not one.
bool is_ipv6_text(std::string_view text) {
  if (text.size() < 2 || text.size() > kMaxIpv6Text || !text.contains(':')) return false;
  for (char c : text) {
    const char lower = ascii_lower(c);
    if (!is_digit(c) && !(lower >= 'a' && lower <= 'f') && c != ':' && c != '.') return false;
  }
  return true;
}

}  // namespace

bool is_authority(std::string_view text) {
  std::size_t host_end = 0;
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    if (bracket == std::string_view::npos || !is_ipv6_text(text.substr(1, bracket - 1))) return false;
    host_end = bracket + 1;
  } else {
    host_end = static_cast<std::size_t>(syntax::skip<syntax::kHost>(text.data(), text.data() + text.size()) -
                                        text.data());
    if (host_end == 0) return false;
  }
  return host_end == text.size() || (text[host_end] == ':' && is_port(text.substr(host_end + 1)));
}

bool may_be_trailer(FieldName name) {
  switch (name) {
    // Framing and the connection.
    case FieldName::kConnection:
    case FieldName::kContentLength:
    case FieldName::kHttp2Settings:
    case FieldName::kKeepAlive:
    case FieldName::kProxyConnection:
    case FieldName::kTe:
    case FieldName::kTrailer:
    case FieldName::kTransferEncoding:
    case FieldName::kUpgrade:
    // Routing, and who the client is.
    case FieldName::kCdnLoop:
    case FieldName::kCfConnectingIp:
    case FieldName::kCfIpCountry:
    case FieldName::kCfVisitor:
    case FieldName::kForwarded:
    case FieldName::kHost:
    case FieldName::kTrueClientIp:
    case FieldName::kVia:
    case FieldName::kXForwardedFor:
    case FieldName::kXForwardedHost:
    case FieldName::kXForwardedProto:
    case FieldName::kXRealIp:
    // What modifies a request or controls a response.
    case FieldName::kAge:
    case FieldName::kCacheControl:
    case FieldName::kCdnCacheControl:
    case FieldName::kDate:
    case FieldName::kEarlyData:
    case FieldName::kExpect:
    case FieldName::kExpires:
    case FieldName::kIfMatch:
    case FieldName::kIfModifiedSince:
    case FieldName::kIfNoneMatch:
    case FieldName::kIfRange:
    case FieldName::kIfUnmodifiedSince:
    case FieldName::kLocation:
    case FieldName::kMaxForwards:
    case FieldName::kPragma:
    case FieldName::kRange:
    case FieldName::kRetryAfter:
    case FieldName::kSurrogateControl:
    case FieldName::kVary:
    // Authentication and state.
    case FieldName::kAuthorization:
    case FieldName::kCookie:
    case FieldName::kProxyAuthenticate:
    case FieldName::kProxyAuthorization:
    case FieldName::kSetCookie:
    case FieldName::kWwwAuthenticate:
    // How the content is to be understood.
    case FieldName::kContentDisposition:
    case FieldName::kContentEncoding:
    case FieldName::kContentLanguage:
    case FieldName::kContentLocation:
    case FieldName::kContentRange:
    case FieldName::kContentSecurityPolicy:
    case FieldName::kContentType:
    case FieldName::kStrictTransportSecurity: return false;
    default: return true;
  }
}

}  // namespace brink::http
