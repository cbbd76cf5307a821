#include "edge/failure.h"

#include "http/client.h"
#include "http/server.h"
#include "origin/origin.h"

namespace brink::edge {

using http::ClientError;
using origin::OriginError;

namespace {

constexpr Failure kDns{523, "dns_error", "Origin is unreachable",
                       "The name of the site's server could not be resolved to an address. If this is your "
                       "site, check the origin's host name."};
constexpr Failure kForbidden{
    502, "destination_ip_prohibited", "Origin is not allowed",
    "The site's server has an address that this edge does not connect to. If this is your "
    "site, give its DNS records a public address."};
constexpr Failure kRefused{521, "connection_refused", "Web server is down",
                           "The site's server refused the connection. If this is your site, check that the "
                           "server runs and listens on the configured port."};
constexpr Failure kUnreachable{
    523, "destination_ip_unroutable", "Origin is unreachable",
    "There is no network route to the site's server. If this is your site, check the origin's address."};
constexpr Failure kConnectTimeout{522, "connection_timeout", "Connection timed out",
                                  "The site's server did not accept the connection in time. If this is your "
                                  "site, check its firewall and its load."};
constexpr Failure kTls{525, "tls_protocol_error", "TLS handshake failed",
                       "No secure connection to the site's server could be made. If this is your site, check "
                       "that it speaks TLS 1.2 or 1.3 on this port."};
constexpr Failure kCertificate{526, "tls_certificate_error", "Invalid certificate at the origin",
                               "The certificate of the site's server is not valid for it. If this is your "
                               "site, renew it, or choose a TLS mode that does not verify."};
constexpr Failure kQueue{503, "connection_limit_reached", "Too many requests at once",
                         "The site's server is at its limit of connections. Try again in a moment."};
constexpr Failure kClosed{502, "connection_terminated", "Bad gateway",
                          "The site's server closed the connection without an answer."};
constexpr Failure kMalformed{502, "http_protocol_error", "Bad gateway",
                             "The site's server sent something that is not a proper HTTP response."};
constexpr Failure kHeadSize{502, "http_response_header_section_size", "Bad gateway",
                            "The header of the response of the site's server is too large."};
constexpr Failure kFirstByte{504, "http_response_timeout", "Gateway timeout",
                             "The site's server did not answer in time."};
constexpr Failure kBroken{502, "http_response_incomplete", "Bad gateway",
                          "The site's server broke its response off."};
constexpr Failure kUpgrade{502, "http_upgrade_failed", "Bad gateway",
                           "The site's server cannot carry the protocol that was asked for."};
constexpr Failure kInternal{500, "proxy_internal_error", "Internal error",
                            "Something went wrong in Brink itself."};

}  // namespace

const Failure kNoSuchZone{
    404, "", "No such site",
    "This server has no site of that name. If this is your site, add the name to a zone's hosts."};
const Failure kMethodNotAllowed{405, "", "Method not allowed", "This method is not served here."};
const Failure kContentTooLarge{413, "", "Content too large",
                               "The request's content is larger than this site takes."};
const Failure kRequestTimeout{408, "", "Request timeout", "The request's content did not arrive in time."};
const Failure kBadRequestBody{400, "", "Bad request", "The request's content broke off or was malformed."};
const Failure kLoopDetected{508, "proxy_loop_detected", "Loop detected",
                            "The request has come back to this server. If this is your site, check that its "
                            "origin does not point at Brink."};
const Failure kPlainTextOnly{421, "", "No https here", "This site is served by plain http only."};
const Failure kUpgradeRefused{426, "", "Upgrade required", "This protocol cannot be spoken here."};
const Failure kBlockedByRule{
    403, "", "Access denied",
    "The site's owner does not let this request through. If you think that you should be let "
    "in, tell the owner what you did, and the Ray ID below."};
const Failure kRateLimited{
    429, "", "Too many requests",
    "This address has asked too often in a short time. Wait a little, then try again."};

const Failure& failure_of(const Error& error) {
  if (error.in<OriginError>()) {
    switch (static_cast<OriginError>(error.code())) {
      case OriginError::kResolve: return kDns;
      case OriginError::kForbidden: return kForbidden;
      case OriginError::kRefused: return kRefused;
      case OriginError::kUnreachable: return kUnreachable;
      case OriginError::kConnectTimeout: return kConnectTimeout;
      case OriginError::kConnectFailed: return kUnreachable;
      case OriginError::kTlsHandshake:
      case OriginError::kTlsTimeout: return kTls;
      case OriginError::kCertificate: return kCertificate;
      case OriginError::kQueueFull:
      case OriginError::kQueueTimeout: return kQueue;
    }
  }
  if (error.in<ClientError>()) {
    switch (static_cast<ClientError>(error.code())) {
      case ClientError::kConnectionClosed:
      case ClientError::kConnectionFailed:
      case ClientError::kRefused:
      case ClientError::kReset: return kClosed;
      case ClientError::kMalformedResponse: return kMalformed;
      case ClientError::kHeadTooLarge: return kHeadSize;
      case ClientError::kFirstByteTimeout: return kFirstByte;
      case ClientError::kBodyTimeout:
      case ClientError::kBodyBroken: return kBroken;
      case ClientError::kUpgradeNotPossible: return kUpgrade;
    }
  }
  if (error.is(http::ServerError::kBodyTooLarge)) return kContentTooLarge;
  if (error.is(http::ServerError::kBodyTimeout)) return kRequestTimeout;
  if (error.in<http::ServerError>()) return kBadRequestBody;
  return kInternal;
}

}  // namespace brink::edge
