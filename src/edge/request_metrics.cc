#include "edge/request_metrics.h"

#include "edge/request.h"
#include "telemetry/metric_table.h"

namespace brink::edge {
namespace {

using telemetry::MetricId;

constexpr std::string_view kProtocolNames[] = {"HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"};
constexpr std::string_view kClassNames[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

std::size_t status_class(std::uint16_t status) { return status < 100 || status > 599 ? 0 : status / 100; }

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

RequestMetrics::RequestMetrics(telemetry::Registry& registry)
    : registry_(registry), no_zone_(make_series("none")) {
  rates_forgotten_ = registry.counter(MetricId::kEdgeRateLimitForgotten, {});
  for (std::size_t i = 0; i < limits_.size(); ++i) {
    limits_[i] = registry.counter(MetricId::kEdgeLimitHits, {http::limit_name(static_cast<http::Limit>(i))});
  }
  connections_total_ = {registry.counter(MetricId::kEdgeConnectionsTotal, {"http"}),
                        registry.counter(MetricId::kEdgeConnectionsTotal, {"https"})};
  connections_ = {registry.gauge(MetricId::kEdgeConnections, {"http"}),
                  registry.gauge(MetricId::kEdgeConnections, {"https"})};
  handshake_duration_ = registry.histogram(MetricId::kEdgeTlsHandshakeDuration);
  upgraded_ = registry.gauge(MetricId::kEdgeWebsockets);
  origin_idle_ = registry.gauge(MetricId::kOriginConnections, {"idle"});
  origin_active_ = registry.gauge(MetricId::kOriginConnections, {"active"});
  origin_connects_ = registry.counter(MetricId::kOriginConnects, {"ok"});
  origin_connects_failed_ = registry.counter(MetricId::kOriginConnects, {"failed"});
  origin_connect_ = registry.histogram(MetricId::kOriginConnectDuration);
  origin_first_byte_ = registry.histogram(MetricId::kOriginFirstByteDuration);
  origin_reused_ = registry.counter(MetricId::kOriginReused);
  origin_retries_ = registry.counter(MetricId::kOriginRetries);
}

void RequestMetrics::use(const Snapshot& snapshot) {
  zones_.clear();
  for (const auto& zone : snapshot.zones) zones_.push_back(make_series(zone->name));
  counted_ = &snapshot;
}

void RequestMetrics::count(const Request& request) {
  const http::Exchange& exchange = request.exchange;
  ZoneSeries former;
  ZoneSeries* series = &no_zone_;
  if (request.zone != nullptr && request.zone->index == Zone::kStored) {
    series = &series_of(request);
  } else if (request.zone != nullptr && request.snapshot.get() == counted_) {
    series = &zones_[request.zone->index];
  } else if (request.zone != nullptr) {
    // Of a snapshot that has been replaced meanwhile: looked up by name in the registry; there are few.
    former = make_series(request.zone->name);
    series = &former;
  }
  const auto protocol = static_cast<std::size_t>(exchange.version);
  series->requests[protocol][status_class(exchange.status)].add(1);
  series->request_bytes.add(exchange.request_head_bytes + exchange.request_body_bytes);
  series->response_bytes.add(exchange.response_head_bytes + exchange.response_body_bytes);
  series->duration.observe(seconds(exchange.ended - exchange.started));
  if (exchange.response_started != TimePoint())
    series->first_byte.observe(seconds(exchange.response_started - exchange.started));
  count_origin(request, *series);
}

RequestMetrics::ZoneSeries& RequestMetrics::series_of(const Request& request) {
  const std::string& name = request.zone->name;
  if (const auto found = stored_.find(name); found != stored_.end()) return found->second;
  if (stored_.size() < kMostStoredSeries) return stored_.try_emplace(name, make_series(name)).first->second;
  if (!other_stored_) other_stored_ = make_series("other");
  return *other_stored_;
}

void RequestMetrics::count_origin(const Request& request, ZoneSeries& series) {
  const http::OriginFacts& origin = request.exchange.origin;
  if (origin.attempts == 0) return;
  series.origin_requests[status_class(origin.status)].add(1);
  if (origin.attempts > 1) origin_retries_.add(origin.attempts - 1);
  if (origin.reused) origin_reused_.add(1);
  if (origin.connect != Duration()) {
    origin_connects_.add(1);
    origin_connect_.observe(seconds(origin.connect + origin.tls));
  } else if (!origin.reused && request.failure != nullptr && origin.status == 0) {
    origin_connects_failed_.add(1);
  }
  if (origin.status != 0) {
    origin_first_byte_.observe(seconds(origin.first_byte));
  } else if (request.failure != nullptr) {
    const std::string_view kind =
        request.failure->proxy_status.empty() ? "client" : request.failure->proxy_status;
    registry_.counter(MetricId::kOriginErrors, {request.exchange.zone, kind}).add(1);
  }
}

void RequestMetrics::count_handshake(const tls::Facts& facts, bool succeeded, Duration took) {
  registry_
      .counter(MetricId::kEdgeTlsHandshakes,
               {facts.version_name(), facts.resumed ? "yes" : "no", succeeded ? "ok" : "failed"})
      .add(1);
  if (succeeded) handshake_duration_.observe(seconds(took));
}

void RequestMetrics::count_limit(http::Limit limit) { limits_[static_cast<std::size_t>(limit)].add(1); }

void RequestMetrics::count_unreadable(std::uint16_t status) {
  registry_.counter(MetricId::kEdgeUnreadableRequests, {std::to_string(status)}).add(1);
}

void RequestMetrics::count_rule_match(rules::Phase phase, rules::Action action) {
  auto& counter = rule_matches_[static_cast<std::size_t>(phase)][static_cast<std::size_t>(action)];
  if (!counter)
    counter = registry_.counter(MetricId::kEdgeRuleMatches, {rules::name_of(phase), rules::name_of(action)});
  counter->add(1);
}

RequestMetrics::ZoneSeries RequestMetrics::make_series(std::string_view zone) {
  ZoneSeries series;
  for (std::size_t p = 0; p < kProtocols; ++p) {
    for (std::size_t c = 0; c < kStatusClasses; ++c) {
      series.requests[p][c] =
          registry_.counter(MetricId::kEdgeRequests, {zone, kProtocolNames[p], kClassNames[c]});
    }
  }
  for (std::size_t c = 0; c < kStatusClasses; ++c) {
    series.origin_requests[c] = registry_.counter(MetricId::kOriginRequests, {zone, kClassNames[c]});
  }
  series.request_bytes = registry_.counter(MetricId::kEdgeRequestBytes, {zone});
  series.response_bytes = registry_.counter(MetricId::kEdgeResponseBytes, {zone});
  series.duration = registry_.histogram(MetricId::kEdgeRequestDuration, {zone});
  series.first_byte = registry_.histogram(MetricId::kEdgeTimeToFirstByte, {zone});
  return series;
}

}  // namespace brink::edge
