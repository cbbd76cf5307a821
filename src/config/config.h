// What brink.toml says, checked and in its final types. Made by config/read.h, immutable afterwards and
// shared by all threads of a role. The key of each member stands in the table of config/keys.h, from which
// the reader, the errors and docs/configuration.md come.
#pragma once

#include "config/document.h"
#include "config/problem.h"
#include "config/settings.h"
#include "net/address.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace brink::config {

struct Node {
  std::string data_dir = "/var/lib/brink";
  std::uint32_t threads = 0;       // 0: one per core
  std::string user;                // whom the roles run as when started as root; empty: "brink" if it exists
  std::vector<std::string> roles;  // empty: every role that something is configured for
  std::chrono::milliseconds drain_timeout{30'000};
  std::string zones_dir;  // of the files that declare zones; empty: none. config::read() makes it absolute
  std::vector<std::string> name_servers;  // told to customers at a zone's creation
  std::vector<net::IpNetwork> addresses;  // what the node speaks to origins from; empty: this machine's own
};

struct Edge {
  std::vector<net::SocketAddress> http;
  std::vector<net::SocketAddress> https;
  std::vector<net::IpNetwork> proxy_protocol_from;  // peers that must begin with a PROXY protocol header
  std::vector<net::IpNetwork> trusted_proxies;      // peers whose X-Forwarded-For is believed
  std::vector<net::IpNetwork> forbidden_origins;    // where no origin may be
  std::vector<std::string> geo;                     // MaxMind DB files
  bool server_timing = false;                       // a Server-Timing field with the stages' times
  std::string
      default_certificate_zone;  // whose certificate is shown where no name matches; empty: the local CA's
  EdgeLimits limits;
  EdgeTimeouts timeouts;
};

struct Origin {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds first_byte_timeout{100'000};
  std::chrono::milliseconds between_bytes_timeout{60'000};
  std::chrono::milliseconds idle_timeout{60'000};  // how long an unused connection is kept
  std::uint32_t connections_per_origin = 1024;
  std::uint32_t queue = 1024;  // requests waiting for a connection, per origin
  std::chrono::milliseconds queue_timeout{5'000};
  std::uint32_t retries = 1;  // further tries after a failure that is safe to retry
};

struct Control {
  net::SocketAddress listen{net::IpAddress::v4(0x7f000001), 8787};
  std::string certificate;  // path of a PEM file; empty: the local CA's
  std::string key;
  std::string global_key;     // path of a file with the key of X-Auth-Key; empty: none is accepted
  std::string origin_ca_key;  // path of a file with the key of X-Auth-User-Service-Key; empty: likewise
  std::string email;          // of the operator; empty: as the store has it, "operator@localhost" at first
  std::uint32_t rate_limit = 1200;  // calls of one user in 5 minutes; 0: any number
  std::vector<net::IpNetwork> rate_limit_exempt = loopback_networks();
  std::chrono::milliseconds audit_keep = std::chrono::days(548);
  bool activate_zones = false;

  // Whether it is reached from other machines: then it speaks TLS, and nothing else.
  [[nodiscard]] bool needs_tls() const { return !listen.is_unix() && !listen.ip().is_loopback(); }
  [[nodiscard]] static std::vector<net::IpNetwork> loopback_networks();
};

struct Acme {
  std::string directory;  // https URL; empty: off
  std::string email;
  bool agree = false;
  std::string external_account;      // key identifier; empty: none
  std::string external_account_key;  // path of a file
  std::vector<std::string> challenges = {"http-01", "tls-alpn-01"};
  std::chrono::milliseconds dns_wait{30'000};
  std::string ca;  // path of a PEM file; empty: the system's

  friend bool operator==(const Acme&, const Acme&) = default;
};

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

struct Log {
  LogLevel level = LogLevel::kInfo;
  std::string access = "off";                             // a path, "stderr" or "off"
  double access_sample = 1.0;                             // the share of requests that is logged
  std::uint64_t access_rotate_bytes = 100 * 1024 * 1024;  // 0: never
  std::uint32_t access_keep = 10;                         // rotated files kept
};

enum class TlsMode : std::uint8_t { kOff, kFlexible, kFull, kStrict };  // Cloudflare's `ssl` setting
enum class OriginProxyProtocol : std::uint8_t { kOff, kV1, kV2 };
enum class OriginHttp2 : std::uint8_t { kOff, kOn, kPriorKnowledge };

struct Certificate {
  std::string certificate;  // path of a PEM file: leaf first, then its chain
  std::string key;          // path of a PEM file
  std::string ocsp;         // path of a DER response to staple; empty: none
};

struct OriginUrl {
  bool https = false;
  std::string host;  // a name, an IP address, or empty with a Unix path
  std::uint16_t port = 80;
  std::string unix_path;  // "unix:/path" or "http+unix:/path"
  std::string text;       // as written
};

// A rule as [[zone.rule]] writes it. What it means is the rules' to say: rules/declared_rules.h reads it.
struct Rule {
  std::string json;  // a rule of the rulesets API, with its "phase"
  Item table;        // the same, with the places of all that is in it
};

struct Zone {
  std::string name;
  std::vector<std::string> hosts;  // exact names, "*.name" wildcards, "*"
  OriginUrl origin;
  TlsMode tls = TlsMode::kFull;
  std::vector<Certificate> certificates;  // `certificate` and `key`, then those of `certificates`
  std::uint16_t min_tls_version = 0x0303;
  std::string origin_ca;  // path of a PEM file; empty: the system's
  std::string origin_client_certificate;
  std::string origin_client_key;
  std::string origin_sni;   // empty: the origin URL's host if it is a name, else the request's host
  std::string origin_host;  // Host sent to the origin; empty: the request's own
  OriginHttp2 origin_http2 = OriginHttp2::kOn;
  OriginProxyProtocol origin_proxy_protocol = OriginProxyProtocol::kOff;
  std::vector<Rule> rules;
};

// A file that the configuration names and that must be readable, with the place in the text that names it, so
// that whoever reads the file can say where to mend it.
struct NamedFile {
  std::string path;
  std::string key;  // "[[zone]] example.com certificate"
  Position position;
};

struct Config {
  std::string path;  // of the file; empty where it came from the command line
  Node node;
  Edge edge;
  Origin origin;
  Control control;
  Acme acme;
  Log log;
  std::vector<Zone> zones;
  std::vector<NamedFile> files;  // in the order of the text
};

}  // namespace brink::config
