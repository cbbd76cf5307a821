// What one thread of the edge counts: requests, bytes, times, connections, limits. The metrics themselves and
// their labels stand in telemetry/metric_table.h. Belongs to one loop; the values lie in the role's shared
// segment.
#pragma once

#include "edge/snapshot.h"
#include "http/limits.h"
#include "origin/pool.h"
#include "rules/phase.h"
#include "telemetry/metrics.h"
#include "tls/facts.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace brink::edge {

struct Request;

class RequestMetrics {
 public:
  explicit RequestMetrics(telemetry::Registry& registry);

  // The zones that requests are counted for from now on.
  void use(const Snapshot& snapshot);

  // A request that has ended, from its exchange.
  void count(const Request& request);
  void count_handshake(const tls::Facts& facts, bool succeeded, Duration took);
  void count_limit(http::Limit limit);
  void count_unreadable(std::uint16_t status);
  void count_forgotten_rates(std::uint64_t keys) { rates_forgotten_.add(keys); }
  void count_rule_match(rules::Phase phase, rules::Action action);
  void count_connection(bool https) { connections_total_[https].add(1); }
  void set_open_connections(bool https, std::int64_t open) { connections_[https].set(open); }
  void set_origin_connections(const origin::Pool::Counts& counts) {
    origin_idle_.set(static_cast<std::int64_t>(counts.idle));
    origin_active_.set(static_cast<std::int64_t>(counts.active));
  }
  // Upgraded connections: WebSockets and the like.
  void add_upgraded(int change) { upgraded_.add(change); }
  [[nodiscard]] telemetry::Registry& registry() { return registry_; }

 private:
  static constexpr std::size_t kProtocols = 4;      // by http::Version
  static constexpr std::size_t kStatusClasses = 6;  // 0: none was sent, then 1xx to 5xx

  // The series of one zone; those for requests that no zone took have the zone "none".
  struct ZoneSeries {
    std::array<std::array<telemetry::Counter, kStatusClasses>, kProtocols> requests;
    std::array<telemetry::Counter, kStatusClasses> origin_requests;
    telemetry::Counter request_bytes;
    telemetry::Counter response_bytes;
    telemetry::Histogram duration;
    telemetry::Histogram first_byte;
  };
  ZoneSeries make_series(std::string_view zone);
  ZoneSeries& series_of(const Request& request);
  void count_origin(const Request& request, ZoneSeries& series);

  telemetry::Registry& registry_;
  ZoneSeries no_zone_;
  // Zones of the store get series of their own when they are first asked for; those over the limit share one,
  // of the zone "other".
  static constexpr std::size_t kMostStoredSeries = 1000;
  std::unordered_map<std::string, ZoneSeries> stored_;
  std::optional<ZoneSeries> other_stored_;
  std::vector<ZoneSeries> zones_;  // by Zone::index
  const Snapshot* counted_ = nullptr;
  std::array<telemetry::Counter, static_cast<std::size_t>(http::Limit::kCount)> limits_;
  std::array<telemetry::Counter, 2> connections_total_;  // http, https
  std::array<telemetry::Gauge, 2> connections_;
  // Made when a rule of that phase first takes that action.
  std::array<std::array<std::optional<telemetry::Counter>, rules::kActionCount>, rules::kPhaseCount>
      rule_matches_;
  telemetry::Counter rates_forgotten_;
  telemetry::Histogram handshake_duration_;
  telemetry::Gauge upgraded_;
  telemetry::Gauge origin_idle_;
  telemetry::Gauge origin_active_;
  telemetry::Counter origin_connects_;
  telemetry::Counter origin_connects_failed_;
  telemetry::Histogram origin_connect_;
  telemetry::Histogram origin_first_byte_;
  telemetry::Counter origin_reused_;
  telemetry::Counter origin_retries_;
};

// Counts a connection while it is open.
class ConnectionGauge {
 public:
  ConnectionGauge(RequestMetrics& metrics, std::array<std::int64_t, 2>& open, bool https)
      : metrics_(metrics), open_(open[https]), https_(https) {
    metrics_.count_connection(https_);
    metrics_.set_open_connections(https_, ++open_);
  }
  ConnectionGauge(const ConnectionGauge&) = delete;
  ConnectionGauge& operator=(const ConnectionGauge&) = delete;
  ~ConnectionGauge() { metrics_.set_open_connections(https_, --open_); }

 private:
  RequestMetrics& metrics_;
  std::int64_t& open_;
  const bool https_;
};

}  // namespace brink::edge
