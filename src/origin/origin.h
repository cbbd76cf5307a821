// Where a zone's requests go: one server of the customer's, how to reach it, and what all threads of the edge
// know of it. Immutable but for its counters, shared by all threads; a reload that changes nothing of it
// keeps it, and with it its connections.
#pragma once

#include "net/address.h"
#include "tls/client_context.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace brink::origin {

// Loops of one edge process at the most; what is counted per loop has this many places.
inline constexpr std::size_t kMaxLoops = 256;

enum class Http2 : std::uint8_t { kOff, kByAlpn, kPriorKnowledge };
enum class ProxyHeader : std::uint8_t { kOff, kV1, kV2 };

struct Settings {
  std::string name;  // for logs and metrics: "http://127.0.0.1:3000"
  bool https = false;
  std::string host;                       // a name or an IP address
  std::vector<net::IpAddress> addresses;  // where they are known, instead of asking for those of host
  // Networks in which no address may lie, however it was come by: what is behind them is not for customers.
  std::vector<net::IpNetwork> forbidden;
  std::uint16_t port = 80;
  std::string unix_path;  // instead of host and port
  std::string sni;        // sent and verified; empty: the request's own host
  Http2 http2 = Http2::kByAlpn;
  ProxyHeader proxy_header = ProxyHeader::kOff;
  bool verify = false;  // the certificate's chain and name
  std::string ca_file;  // with verify; empty: the system's
  std::string client_certificate_file;
  std::string client_key_file;
  std::uint32_t max_connections = 1024;
  std::uint32_t max_queue = 1024;
  std::uint32_t retries = 1;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds first_byte_timeout{100'000};
  std::chrono::milliseconds between_bytes_timeout{60'000};
  std::chrono::milliseconds idle_timeout{60'000};
  std::chrono::milliseconds queue_timeout{5'000};

  friend bool operator==(const Settings&, const Settings&) = default;
};

struct Origin {
  Origin(Settings given, std::shared_ptr<tls::ClientContext> context)
      : settings(std::move(given)), tls(std::move(context)) {}

  const Settings settings;
  const std::shared_ptr<tls::ClientContext> tls;  // nullptr without https

  // --- counted by all threads. A request enters the queue, then looks whether something is free; who frees a
  // connection shows it, then looks at the queue: in this one order for all, so that neither misses the
  // other. ---
  mutable std::atomic<std::uint32_t> connections{0};  // open or being opened, all loops
  mutable std::atomic<std::uint32_t> queued{0};       // requests waiting for one, all loops
  // HTTP/1.1 connections at rest, by loop: where a loop that has none may ask for one.
  mutable std::array<std::atomic<std::uint32_t>, kMaxLoops> idle{};
  mutable std::array<std::atomic<std::uint32_t>, kMaxLoops> queued_at{};  // requests waiting, by loop
  mutable std::atomic<bool> speaks_http2{false};  // the last TLS handshake agreed on h2
};

using OriginPtr = std::shared_ptr<const Origin>;

enum class OriginError {
  kResolve = 1,  // the host name has no address
  kForbidden,    // it has, but none that may be connected to
  kRefused,      // connection refused
  kUnreachable,  // no route, network down
  kConnectTimeout,
  kConnectFailed,  // another errno, which is the detail
  kTlsHandshake,   // failed or cut off
  kTlsTimeout,
  kCertificate,  // the origin's certificate is not valid for it; the detail is OpenSSL's X509_V_ERR
  kQueueFull,    // max_connections in use and max_queue waiting
  kQueueTimeout,
};
const ErrorDomain& error_domain(OriginError);

}  // namespace brink::origin
