#include "config/keys.h"

#include "config/quantity.h"

#include <array>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace brink::config {
namespace {

constexpr SectionInfo kSections[] = {
    {"node", "[node]", "What this node is, whatever it serves."},
    {"edge", "[edge]", "Where visitors connect. At least one of `http` and `https` must be given."},
    {"edge.limits", "[edge.limits]",
     "What one client may take. Each limit that is hit counts in `brink_edge_limit_hits_total`, whose label "
     "`limit` "
     "is the name of the key."},
    {"edge.timeouts", "[edge.timeouts]",
     "How long Brink waits for a client. A time-out that strikes counts in `brink_edge_limit_hits_total` as "
     "the limits "
     "do."},
    {"origin", "[origin]", "How Brink treats the servers behind it. It holds for the origins of all zones."},
    {"control", "[control]",
     "The listener for the people and programs that run the node: the API, metrics and health."},
    {"acme", "[acme]",
     "Certificates from an authority that speaks ACME (RFC 8555), for the zones of the API; "
     "docs/certificates.md "
     "tells how."},
    {"log", "[log]", "What is written, and where to."},
    {"zone", "[[zone]]",
     "One site: the names it answers to, the origin behind it and its certificates. It may be given any "
     "number of "
     "times."},
    {"zone.certificates", "[[zone.certificates]]",
     "A further certificate of the zone above it, such as an RSA one beside an ECDSA one; `certificates = "
     "[{...}]` in "
     "`[[zone]]` says the same. The handshake picks by the names in the certificates and by what the client "
     "can "
     "verify."},
};
static_assert(std::size(kSections) == static_cast<std::size_t>(Section::kCount));

constexpr std::string_view kRoleNames[] = {"edge", "control"};
constexpr std::string_view kChallengeNames[] = {"http-01", "tls-alpn-01", "dns-01"};
constexpr std::string_view kLevelNames[] = {"debug", "info", "warn", "error"};
constexpr std::string_view kTlsModeNames[] = {"off", "flexible", "full", "strict"};
constexpr std::string_view kTlsVersionNames[] = {"1.2", "1.3"};
constexpr std::string_view kProxyProtocolNames[] = {"off", "v1", "v2"};
constexpr std::string_view kHttp2Names[] = {"false", "true", "prior-knowledge"};

constexpr std::uint64_t kSecond = 1'000;
constexpr std::uint64_t kMinute = 60 * kSecond;
constexpr std::uint64_t kHour = 60 * kMinute;
constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr std::uint64_t kTiB = 1024 * kGiB;
constexpr Range kWait{1, 24 * kHour};  // of a time-out: there is none that never ends

template <class Struct, class T>
Struct struct_of(T Struct::*);
template <class Struct, class T>
T type_of(T Struct::*);

// The row of one member: its type says how a Value goes in and comes out.
template <auto Member>
struct Stored {
  using Struct = decltype(struct_of(Member));
  using T = decltype(type_of(Member));
  static constexpr bool kIsNumber = std::is_enum_v<T> || (std::is_integral_v<T> && !std::is_same_v<T, bool>);

  static void store(void* section, Value value) {
    T& place = static_cast<Struct*>(section)->*Member;
    if constexpr (kIsNumber) {
      place = static_cast<T>(std::get<std::uint64_t>(value));
    } else {
      place = std::get<T>(std::move(value));
    }
  }
  static Value load(const void* section) {
    const T& place = static_cast<const Struct*>(section)->*Member;
    if constexpr (kIsNumber) {
      return static_cast<std::uint64_t>(place);
    } else {
      return place;
    }
  }
};

struct More {
  std::string_view default_text;
  Range range;
  std::span<const std::string_view> choices;
  std::uint64_t first_choice = 0;
  bool required = false;
};

template <auto Member>
constexpr Key key(Section section, std::string_view name, Type type, std::string_view example,
                  std::string_view meaning, const More& more = {}) {
  return {section,
          name,
          type,
          meaning,
          example,
          more.default_text,
          more.range,
          more.choices,
          more.first_choice,
          more.required,
          &Stored<Member>::store,
          &Stored<Member>::load};
}

// `certificate`, `key` and `ocsp` of a zone: the first of its certificates. The reader keeps that place while
// it reads a zone, and takes it away where nothing was put there.
template <auto Member>
constexpr Key first_certificate_key(std::string_view name, std::string_view example, std::string_view meaning,
                                    std::string_view default_text) {
  return {.section = Section::kZone,
          .name = name,
          .type = Type::kFile,
          .meaning = meaning,
          .example = example,
          .default_text = default_text,
          .range = {},
          .choices = {},
          .store =
              [](void* zone, Value value) {
                static_cast<Zone*>(zone)->certificates.front().*Member =
                    std::get<std::string>(std::move(value));
              },
          .load = [](const void* zone) -> Value {
            const auto& certificates = static_cast<const Zone*>(zone)->certificates;
            return certificates.empty() ? std::string() : certificates.front().*Member;
          }};
}

// A further certificate goes behind the first, which belongs to the keys above.
Key certificates_key() {
  Key row =
      key<&Zone::certificates>(Section::kZone, "certificates", Type::kCertificates,
                               R"([{ certificate = "rsa.pem", key = "rsa.key" }])",
                               "Further certificates, each a table with the keys of `[[zone.certificates]]`.",
                               {.default_text = "none"});
  row.store = [](void* zone, Value value) {
    auto& all = static_cast<Zone*>(zone)->certificates;
    for (auto& each : std::get<std::vector<Certificate>>(value)) all.push_back(std::move(each));
  };
  return row;
}

const auto& table() {
  using enum Section;
  using enum Type;
  static const auto rows = std::to_array<Key>({
      // [node]
      key<&Node::data_dir>(
          kNode, "data_dir", kDirectory, R"("/srv/brink")",
          "The directory of everything that Brink keeps. It is made if it is missing, for the "
          "owner's eyes only."),
      key<&Node::threads>(kNode, "threads", kInteger, "4",
                          "How many threads the `edge` role serves with; 0 is one for each core.",
                          {.range = {0, 1024}}),
      key<&Node::user>(kNode, "user", kString, R"("brink")",
                       "The system user that the roles become when Brink is started as root.",
                       {.default_text = R"(`"brink"` where there is such a user)"}),
      key<&Node::roles>(kNode, "roles", kChoices, R"(["edge"])", "The roles that run on this node.",
                        {.default_text = "all", .choices = kRoleNames}),
      key<&Node::drain_timeout>(
          kNode, "drain_timeout", kDuration, R"("1m")",
          "How long requests in flight may go on after SIGTERM, and in the old process after an "
          "upgrade.",
          {.range = {0, kHour}}),
      key<&Node::zones_dir>(
          kNode, "zones_dir", kDirectory, R"("/etc/brink/zones.d")",
          "The directory whose `*.toml` files declare zones (docs/zones.md). It may be missing.",
          {.default_text = R"(`"zones.d"` beside the file)"}),
      key<&Node::name_servers>(
          kNode, "name_servers", kHosts, R"(["ns1.example.net", "ns2.example.net"])",
          "The names of this edge's name servers, which the API tells whoever makes a zone.",
          {.default_text = "none"}),
      key<&Node::addresses>(kNode, "addresses", kNetworks, R"(["192.0.2.0/24", "2001:db8::/48"])",
                            "From where the node speaks to origins, for their firewalls: what the API's "
                            "`/ips` answers.",
                            {.default_text = "the addresses of this machine"}),

      // [edge]
      key<&Edge::http>(kEdge, "http", kAddresses, R"(["0.0.0.0:80", "[::]:80"])",
                       "Where to listen for HTTP/1.1 and, with prior knowledge, HTTP/2 without TLS.",
                       {.default_text = "none"}),
      key<&Edge::https>(kEdge, "https", kAddresses, R"(["0.0.0.0:443", "[::]:443"])",
                        "Where to listen for HTTP/1.1 and HTTP/2 over TLS.", {.default_text = "none"}),
      key<&Edge::proxy_protocol_from>(
          kEdge, "proxy_protocol_from", kNetworks, R"(["10.0.0.0/8", "2001:db8::/32"])",
          "Peers whose connections begin with a PROXY protocol header (v1 or v2), such as "
          "a load balancer's. It is required of them and refused from others.",
          {.default_text = "none"}),
      key<&Edge::trusted_proxies>(
          kEdge, "trusted_proxies", kNetworks, R"(["10.0.0.0/8"])",
          "Peers whose `X-Forwarded-For`, `X-Forwarded-Proto` and `Forwarded` are believed. "
          "From others they are replaced.",
          {.default_text = "none"}),
      key<&Edge::forbidden_origins>(kEdge, "forbidden_origins", kNetworks, R"(["10.0.0.0/8", "127.0.0.0/8"])",
                                    "Networks to which no connection to an origin is made, whatever a zone's "
                                    "records or names say. For nodes "
                                    "that serve customers whom one does not trust.",
                                    {.default_text = "none"}),
      key<&Edge::geo>(
          kEdge, "geo", kFiles, R"(["GeoLite2-City.mmdb", "GeoLite2-ASN.mmdb"])",
          "MaxMind DB files that say where addresses are, and of which network; the first that knows "
          "a fact says it. Without them `ip.src.country` is `XX`, `ip.src.asnum` 0.",
          {.default_text = "none"}),
      key<&Edge::server_timing>(kEdge, "server_timing", kBoolean, "true",
                                "Whether responses tell the time of each stage in a `Server-Timing` field."),
      key<&Edge::default_certificate_zone>(
          kEdge, "default_certificate_zone", kZoneName, R"("example.com")",
          "The zone whose certificate is shown where the client names no host or one "
          "that is unknown.",
          {.default_text = "a certificate from the local CA"}),

      // [edge.limits]
      key<&EdgeLimits::header_bytes>(
          kEdgeLimits, "header_bytes", kSize, R"("32KiB")",
          "One request's head: request line and fields, decoded in HTTP/2. Beyond: 431.",
          {.range = {256, 16 * kMiB}}),
      key<&EdgeLimits::header_count>(kEdgeLimits, "header_count", kInteger, "100",
                                     "Fields of one head, and of trailers. Beyond: 431.",
                                     {.range = {1, 10'000}}),
      key<&EdgeLimits::uri_bytes>(kEdgeLimits, "uri_bytes", kSize, R"("8KiB")",
                                  "The request target. Beyond: 414.", {.range = {16, 16 * kMiB}}),
      key<&EdgeLimits::body_bytes>(kEdgeLimits, "body_bytes", kSize, R"("1GiB")",
                                   "The content of one request; 0 is no limit. Beyond: 413.",
                                   {.range = {0, 1024 * kTiB}}),
      key<&EdgeLimits::rules_body_bytes>(
          kEdgeLimits, "rules_body_bytes", kSize, R"("256KiB")",
          "How much of a request's content rules can look at; held in memory until they have.",
          {.range = {1024, 16 * kMiB}}),
      key<&EdgeLimits::rate_limit_keys>(kEdgeLimits, "rate_limit_keys", kInteger, "4000000",
                                        "Keys that rate limits count at the same time, about 70 bytes each. "
                                        "Beyond: the least active is forgotten.",
                                        {.range = {1024, 1'000'000'000}}),
      key<&EdgeLimits::connections>(kEdgeLimits, "connections", kInteger, "50000",
                                    "Connections of all clients at the same time. Beyond: closed at once.",
                                    {.range = {1, 100'000'000}}),
      key<&EdgeLimits::connections_per_address>(
          kEdgeLimits, "connections_per_address", kInteger, "200",
          "Connections of one IPv4 address or one IPv6 /64 network at the same "
          "time. Beyond: closed at once.",
          {.range = {1, 100'000'000}}),
      key<&EdgeLimits::streams>(kEdgeLimits, "streams", kInteger, "256",
                                "HTTP/2: requests at the same time on one connection. Beyond: refused.",
                                {.range = {1, 100'000}}),
      key<&EdgeLimits::requests_per_connection>(
          kEdgeLimits, "requests_per_connection", kInteger, "10000",
          "Requests on one connection, after which it is closed in an orderly "
          "way; 0 is no limit.",
          {.range = {0, UINT32_MAX}}),
      key<&EdgeLimits::h2_resets>(
          kEdgeLimits, "h2_resets", kInteger, "100",
          "HTTP/2: requests that the client takes back, in 10 seconds, beyond those answered. "
          "Beyond: the connection is closed.",
          {.range = {0, 1'000'000}}),
      key<&EdgeLimits::h2_control_frames>(
          kEdgeLimits, "h2_control_frames", kInteger, "500",
          "HTTP/2: PING, SETTINGS, PRIORITY and the connection's WINDOW_UPDATE frames "
          "in 10 seconds. Beyond: the connection is closed.",
          {.range = {1, 10'000'000}}),
      key<&EdgeLimits::h2_empty_frames>(
          kEdgeLimits, "h2_empty_frames", kInteger, "50",
          "HTTP/2: empty DATA or CONTINUATION frames in a row. Beyond: the connection is "
          "closed.",
          {.range = {1, 1'000'000}}),
      key<&EdgeLimits::h2_stream_window>(kEdgeLimits, "h2_stream_window", kSize, R"("512KiB")",
                                         "HTTP/2: bytes of one request's content in flight or waiting.",
                                         {.range = {16 * kKiB, kGiB}}),
      key<&EdgeLimits::h2_connection_window>(kEdgeLimits, "h2_connection_window", kSize, R"("4MiB")",
                                             "HTTP/2: the same, of all requests of one connection.",
                                             {.range = {64 * kKiB, kGiB}}),

      // [edge.timeouts]
      key<&EdgeTimeouts::tls_handshake>(kEdgeTimeouts, "tls_handshake", kDuration, R"("5s")",
                                        "From the connection to the end of the TLS handshake.",
                                        {.range = kWait}),
      key<&EdgeTimeouts::request_header>(kEdgeTimeouts, "request_header", kDuration, R"("10s")",
                                         "From the first byte of a request's head to its last. Then: 408.",
                                         {.range = kWait}),
      key<&EdgeTimeouts::request_body>(kEdgeTimeouts, "request_body", kDuration, R"("1m")",
                                       "A request's content without progress. Then: 408.", {.range = kWait}),
      key<&EdgeTimeouts::keep_alive>(kEdgeTimeouts, "keep_alive", kDuration, R"("2m")",
                                     "A connection between two requests. Then it is closed.",
                                     {.range = kWait}),
      key<&EdgeTimeouts::write>(
          kEdgeTimeouts, "write", kDuration, R"("1m")",
          "A response of which the client takes nothing. Then the connection is closed.", {.range = kWait}),
      key<&EdgeTimeouts::tunnel_idle>(
          kEdgeTimeouts, "tunnel_idle", kDuration, R"("1h")",
          "An upgraded connection (WebSocket) without a byte in either direction.",
          {.range = {1, 7 * 24 * kHour}}),

      // [origin]
      key<&Origin::connect_timeout>(
          kOrigin, "connect_timeout", kDuration, R"("3s")",
          "Name lookup, connection and TLS handshake, over all addresses of the origin. "
          "Then: 522.",
          {.range = {1, kHour}}),
      key<&Origin::first_byte_timeout>(kOrigin, "first_byte_timeout", kDuration, R"("30s")",
                                       "From the request being sent to the response's head. Then: 524.",
                                       {.range = kWait}),
      key<&Origin::between_bytes_timeout>(kOrigin, "between_bytes_timeout", kDuration, R"("30s")",
                                          "A request or a response without progress. Then it is broken off.",
                                          {.range = kWait}),
      key<&Origin::idle_timeout>(kOrigin, "idle_timeout", kDuration, R"("90s")",
                                 "How long an unused connection is kept.", {.range = kWait}),
      key<&Origin::connections_per_origin>(
          kOrigin, "connections_per_origin", kInteger, "256",
          "Connections to one origin at the same time. Beyond: requests wait.", {.range = {1, 1'000'000}}),
      key<&Origin::queue>(kOrigin, "queue", kInteger, "5000",
                          "Requests that wait for a connection to one origin. Beyond: 503.",
                          {.range = {0, 1'000'000}}),
      key<&Origin::queue_timeout>(kOrigin, "queue_timeout", kDuration, R"("10s")",
                                  "How long a request waits for a connection. Then: 503.",
                                  {.range = {0, kHour}}),
      key<&Origin::retries>(kOrigin, "retries", kInteger, "2",
                            "Further tries of a request that failed, where a retry is safe.",
                            {.range = {0, 10}}),

      // [control]
      key<&Control::listen>(kControl, "listen", kAddress, R"("192.0.2.1:8787")",
                            "Where the API (docs/api.md), `/metrics`, `/healthz` and `/readyz` are served. "
                            "On a loopback address or a "
                            "Unix socket without TLS, on all others with it."),
      key<&Control::certificate>(
          kControl, "certificate", kFile, R"("control.pem")",
          "A PEM file with the certificate of that listener and its chain. It goes with `key`.",
          {.default_text = "one from the local CA"}),
      key<&Control::key>(kControl, "key", kFile, R"("control.key")", "A PEM file with its private key.",
                         {.default_text = "none"}),
      key<&Control::email>(kControl, "email", kString, R"("admin@example.com")",
                           "The e-mail address of the node's user, as `X-Auth-Email` and audit logs have it.",
                           {.default_text = R"(`"operator@localhost"`)"}),
      key<&Control::global_key>(kControl, "global_key", kFile, R"("global.key")",
                                "A file whose first line is the key that old tools send as `X-Auth-Key`: 32 "
                                "to 256 characters. It may do "
                                "everything: API tokens are better.",
                                {.default_text = "none: such requests are refused"}),
      key<&Control::origin_ca_key>(
          kControl, "origin_ca_key", kFile, R"("origin-ca.key")",
          "A file whose first line is the key that programs send as `X-Auth-User-Service-Key` to have "
          "certificates signed by the origin CA: `v1.0-` and 32 to 256 characters in all. It is good for "
          "`/certificates` and for nothing else, on every zone.",
          {.default_text = "none: such requests are refused"}),
      key<&Control::rate_limit>(
          kControl, "rate_limit", kInteger, "2400",
          "Calls of the API that one user, or one account's tokens, may make in 5 minutes; 0 is "
          "no limit. Beyond: 429.",
          {.range = {0, 100'000'000}}),
      key<&Control::rate_limit_exempt>(
          kControl, "rate_limit_exempt", kNetworks, R"(["127.0.0.0/8", "::1/128", "10.0.0.0/8"])",
          "Networks whose calls are not limited, and from where wrong tokens may be sent without end."),
      key<&Control::audit_keep>(kControl, "audit_keep", kDuration, R"("90d")",
                                "How long entries of the audit log are kept.",
                                {.range = {kHour, 36'500 * 24 * kHour}}),
      key<&Control::activate_zones>(kControl, "activate_zones", kBoolean, "true",
                                    "Whether zones that the API makes are `active` at once, without asking "
                                    "whether their parent delegates to "
                                    "this node. They are served either way."),

      // [acme]
      key<&Acme::directory>(kAcme, "directory", kString,
                            R"("https://acme-v02.api.letsencrypt.org/directory")",
                            "The `https://` URL of the authority's directory. ACME is off without it.",
                            {.default_text = "none"}),
      key<&Acme::email>(kAcme, "email", kString, R"("admin@example.com")",
                        "Where the authority writes to when something is wrong with a certificate.",
                        {.default_text = "none"}),
      key<&Acme::agree>(
          kAcme, "agree", kBoolean, "true",
          "Whether you agree to the authority's terms of service. Authorities that have any give "
          "no certificates before."),
      key<&Acme::external_account>(kAcme, "external_account", kString, R"("kid-1")",
                                   "The key identifier of an external account binding, which authorities "
                                   "with paying customers give out. "
                                   "It goes with `external_account_key`.",
                                   {.default_text = "none"}),
      key<&Acme::external_account_key>(kAcme, "external_account_key", kFile, R"("acme-mac.key")",
                                       "A file with its MAC key in base64url.", {.default_text = "none"}),
      key<&Acme::challenges>(
          kAcme, "challenges", kChoices, R"(["tls-alpn-01", "http-01"])",
          "How Brink proves that it serves a name, the preferred way first; after a failure the next is "
          "tried. "
          "`http-01` needs port 80 of this node reached from the internet, `tls-alpn-01` port 443. `dns-01` "
          "puts a TXT record into the zone and gets certificates for `*.` too; name it only where this "
          "node's "
          "records are what the internet sees.",
          {.choices = kChallengeNames}),
      key<&Acme::dns_wait>(kAcme, "dns_wait", kDuration, R"("2m")",
                           "With `dns-01`: from the record to the request to look at it, so that all name "
                           "servers have it.",
                           {.range = {0, kHour}}),
      key<&Acme::ca>(
          kAcme, "ca", kFile, R"("acme-ca.pem")",
          "A PEM file with the authorities that the certificate of `directory` itself must come from, "
          "such as a company's own.",
          {.default_text = "the system's"}),

      // [log]
      key<&Log::level>(kLog, "level", kChoice, R"("debug")",
                       "The least level of the node's own messages, which go to standard error.",
                       {.choices = kLevelNames}),
      key<&Log::access>(kLog, "access", kLogTarget, R"("/var/log/brink/access.jsonl")",
                        R"(Where the access log goes, one JSON object a line: a file, "stderr", or "off".)"),
      key<&Log::access_sample>(kLog, "access_sample", kRatio, "0.1", "The share of requests that is logged."),
      key<&Log::access_rotate_bytes>(kLog, "access_rotate_bytes", kSize, R"("1GiB")",
                                     "The size at which the access log is rotated: `access.jsonl` becomes "
                                     "`access.jsonl.1` and so on; 0 is never.",
                                     {.range = {0, 1024 * kTiB}}),
      key<&Log::access_keep>(kLog, "access_keep", kInteger, "5", "How many rotated files are kept.",
                             {.range = {0, 1000}}),

      // [[zone]]
      key<&Zone::name>(kZone, "name", kZoneName, R"("example.com")",
                       "The zone's name, which logs and metrics show. No two zones have the same.",
                       {.default_text = "none: it must be given", .required = true}),
      key<&Zone::hosts>(
          kZone, "hosts", kHosts, R"(["example.com", "*.example.com"])",
          "The host names it answers to: exact ones, `*.` for all below a name, or `*` for all that no "
          "other zone takes. The most exact wins. No two zones have the same.",
          {.default_text = "the name and all names below it"}),
      key<&Zone::origin>(kZone, "origin", kOriginUrl, R"("http://127.0.0.1:3000")",
                         "The server behind it: `http://host:port`, `https://host:port` or `unix:/path`.",
                         {.default_text = "none: it must be given", .required = true}),
      key<&Zone::tls>(
          kZone, "tls", kChoice, R"("strict")",
          "TLS on both sides, as Cloudflare's SSL modes: `off` serves visitors by HTTP only; `flexible` "
          "serves both and speaks plain HTTP to the origin; `full` speaks TLS to an `https://` origin and "
          "believes any certificate; `strict` verifies it.",
          {.choices = kTlsModeNames}),
      first_certificate_key<&Certificate::certificate>(
          "certificate", R"("cert.pem")",
          "A PEM file with the zone's certificate and its chain, leaf "
          "first. It goes with `key`.",
          "one from the local CA"),
      first_certificate_key<&Certificate::key>("key", R"("key.pem")",
                                               "A PEM file with the certificate's private key.", "none"),
      first_certificate_key<&Certificate::ocsp>("ocsp", R"("ocsp.der")",
                                                "A DER file with the OCSP response to staple to it.", "none"),
      certificates_key(),
      key<&Zone::min_tls_version>(kZone, "min_tls_version", kChoice, R"("1.3")",
                                  "The oldest version of TLS that visitors may use.",
                                  {.choices = kTlsVersionNames, .first_choice = 0x0303}),
      key<&Zone::origin_ca>(
          kZone, "origin_ca", kFile, R"("origin-ca.pem")",
          "A PEM file with the CA certificates that the origin's certificate must come from, with "
          R"(`tls = "strict"`.)",
          {.default_text = "the system's"}),
      key<&Zone::origin_client_certificate>(
          kZone, "origin_client_certificate", kFile, R"("client.pem")",
          "A PEM file with the certificate that Brink shows to the origin. It goes "
          "with `origin_client_key`.",
          {.default_text = "none"}),
      key<&Zone::origin_client_key>(kZone, "origin_client_key", kFile, R"("client.key")",
                                    "A PEM file with its private key.", {.default_text = "none"}),
      key<&Zone::origin_sni>(
          kZone, "origin_sni", kString, R"("origin.example.com")",
          "The server name in the TLS handshake with the origin, which its certificate must have "
          R"(with `tls = "strict"`.)",
          {.default_text = "the origin's name, or the request's host where the origin is an address"}),
      key<&Zone::origin_host>(kZone, "origin_host", kString, R"("origin.example.com")",
                              "The `Host` that the origin is asked for.",
                              {.default_text = "the request's own"}),
      key<&Zone::origin_http2>(
          kZone, "origin_http2", kChoice, "false",
          R"(Whether HTTP/2 is offered to an `https://` origin; `"prior-knowledge"` speaks it )"
          "to any origin without asking.",
          {.choices = kHttp2Names}),
      key<&Zone::origin_proxy_protocol>(
          kZone, "origin_proxy_protocol", kChoice, R"("v2")",
          "The version of the PROXY protocol header that each connection to the origin "
          "begins with.",
          {.choices = kProxyProtocolNames}),
      key<&Zone::rules>(
          kZone, "rule", kRules,
          R"([{ phase = "http_request_firewall_custom", expression = "ip.src eq 192.0.2.1", action = "block" }])",
          "Rules of the zone, each best as a section `[[zone.rule]]`: `phase`, and the members that rules "
          "have in "
          "the API (docs/api.md): `expression`, `action`, `action_parameters`, `ratelimit`, `enabled`, "
          "`ref`, "
          "`description`, `logging`. In each phase they run in the order of the file.",
          {.default_text = "none"}),

      // [[zone.certificates]]
      key<&Certificate::certificate>(kZoneCertificates, "certificate", kFile, R"("rsa.pem")",
                                     "A PEM file with the certificate and its chain, leaf first.",
                                     {.default_text = "none: it must be given", .required = true}),
      key<&Certificate::key>(kZoneCertificates, "key", kFile, R"("rsa.key")",
                             "A PEM file with the certificate's private key.",
                             {.default_text = "none: it must be given", .required = true}),
      key<&Certificate::ocsp>(kZoneCertificates, "ocsp", kFile, R"("rsa.ocsp.der")",
                              "A DER file with the OCSP response to staple to it.", {.default_text = "none"}),
  });
  return rows;
}

std::string quoted(std::string_view text) { return fmt::format(R"("{}")", text); }

// A choice as TOML writes it: true and false are booleans.
std::string choice_text(std::string_view name) {
  return name == "true" || name == "false" ? std::string(name) : quoted(name);
}

std::string alternatives(std::span<const std::string_view> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 < names.size() ? ", " : " or ";
    text += choice_text(names[i]);
  }
  return text;
}

std::string number_text(Type type, std::uint64_t number) {
  if (type == Type::kDuration) return quoted(duration_text(std::chrono::milliseconds(number)));
  if (type == Type::kSize) {
    const std::string text = size_text(number);
    return text.back() == 'B' ? quoted(text) : text;
  }
  return std::to_string(number);
}

std::string ranged(std::string_view what, const Key& key) {
  return fmt::format("{} from {} to {}", what, number_text(key.type, key.range.least),
                     number_text(key.type, key.range.most));
}

template <class List, class F>
std::string list_text(const List& list, F element_text) {
  std::string text = "[";
  for (const auto& each : list) {
    if (text.size() > 1) text += ", ";
    text += element_text(each);
  }
  return text + "]";
}

}  // namespace

std::vector<net::IpNetwork> Control::loopback_networks() {
  return {*net::IpNetwork::parse("127.0.0.0/8"), *net::IpNetwork::parse("::1")};
}

const SectionInfo& section_info(Section section) { return kSections[static_cast<std::size_t>(section)]; }

std::span<const Key> keys() { return table(); }

const Key* find_key(Section section, std::string_view name) {
  for (const Key& key : keys()) {
    if (key.section == section && key.name == name) return &key;
  }
  return nullptr;
}

const void* section_of(const Config& config, Section section) {
  switch (section) {
    case Section::kNode: return &config.node;
    case Section::kEdge: return &config.edge;
    case Section::kEdgeLimits: return &config.edge.limits;
    case Section::kEdgeTimeouts: return &config.edge.timeouts;
    case Section::kOrigin: return &config.origin;
    case Section::kControl: return &config.control;
    case Section::kAcme: return &config.acme;
    case Section::kLog: return &config.log;
    case Section::kZone:
    case Section::kZoneCertificates:
    case Section::kCount: break;
  }
  return nullptr;
}

void* section_of(Config& config, Section section) {
  return const_cast<void*>(section_of(std::as_const(config), section));
}

std::string expected_text(const Key& key) {
  switch (key.type) {
    case Type::kString: return "a string such as " + std::string(key.example);
    case Type::kDirectory: return "the path of a directory";
    case Type::kFile: return "the path of a file";
    case Type::kLogTarget: return R"(the path of a file, "stderr" or "off")";
    case Type::kBoolean: return "true or false";
    case Type::kInteger: return ranged("an integer", key);
    case Type::kSize: return ranged(R"(bytes, such as 65536 or "64KiB",)", key);
    case Type::kRatio: return "a number from 0 to 1";
    case Type::kDuration: return ranged(R"(a duration such as "10s",)", key);
    case Type::kChoice: return alternatives(key.choices);
    case Type::kChoices: return "a list of " + alternatives(key.choices);
    case Type::kAddress:
      return R"(an address and port such as "127.0.0.1:80", "[::1]:80" or "unix:/run/brink.sock")";
    case Type::kAddresses: return R"(a list of addresses with ports such as ["0.0.0.0:80", "[::]:80"])";
    case Type::kNetworks: return R"(a list of networks or addresses such as ["10.0.0.0/8", "2001:db8::1"])";
    case Type::kZoneName: return R"(a name such as "example.com")";
    case Type::kHosts: return R"(a list of host names such as ["example.com", "*.example.com"], or ["*"])";
    case Type::kFiles: return R"(a list of files such as ["one.mmdb", "two.mmdb"])";
    case Type::kOriginUrl: return R"("http://host:port", "https://host:port" or "unix:/path")";
    case Type::kCertificates:
      return R"(a list of tables such as [{ certificate = "cert.pem", key = "key.pem" }])";
    case Type::kRules: return "a section [[zone.rule]] for each rule";
  }
  return {};
}

std::string value_text(const Key& key, const Value& value) {
  return std::visit(
      [&](const auto& held) -> std::string {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, bool>) {
          return held ? "true" : "false";
        } else if constexpr (std::is_same_v<T, std::uint64_t>) {
          return key.type == Type::kChoice ? choice_text(key.choices[held - key.first_choice])
                                           : number_text(key.type, held);
        } else if constexpr (std::is_same_v<T, double>) {
          return fmt::format("{}", held);
        } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
          return quoted(duration_text(held));
        } else if constexpr (std::is_same_v<T, std::string>) {
          return quoted(held);
        } else if constexpr (std::is_same_v<T, net::SocketAddress>) {
          return quoted(held.text());
        } else if constexpr (std::is_same_v<T, OriginUrl>) {
          return quoted(held.text);
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          return list_text(held, [](const std::string& each) { return quoted(each); });
        } else if constexpr (std::is_same_v<T, std::vector<Rule>>) {
          return list_text(held, [](const Rule& each) { return each.json; });
        } else if constexpr (std::is_same_v<T, std::vector<Certificate>>) {
          return list_text(held, [](const Certificate& each) {
            return fmt::format(R"({{ certificate = "{}", key = "{}" }})", each.certificate, each.key);
          });
        } else {
          return list_text(held, [](const auto& each) { return quoted(each.text()); });
        }
      },
      value);
}

std::string default_text(const Key& key) {
  if (!key.default_text.empty()) return std::string(key.default_text);
  static const Config config;
  static const Zone zone;
  static const Certificate certificate;
  const void* section = section_of(config, key.section);
  if (key.section == Section::kZone) section = &zone;
  if (key.section == Section::kZoneCertificates) section = &certificate;
  return fmt::format("`{}`", value_text(key, key.load(section)));
}

}  // namespace brink::config
