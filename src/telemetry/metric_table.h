// Every metric of Brink, in one table: its name by Prometheus' conventions, its help, its labels and, for a
// histogram, its bounds. /metrics and docs/metrics.md come from it; a new metric is one line in each half of
// this file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace brink::telemetry {

enum class MetricType : std::uint8_t { kCounter, kGauge, kHistogram };

enum class MetricId : std::uint16_t {
  kEdgeRequests,
  kEdgeRequestDuration,
  kEdgeTimeToFirstByte,
  kEdgeRequestBytes,
  kEdgeResponseBytes,
  kEdgeConnections,
  kEdgeConnectionsTotal,
  kEdgeTlsHandshakes,
  kEdgeTlsHandshakeDuration,
  kEdgeLimitHits,
  kEdgeUnreadableRequests,
  kEdgeWebsockets,
  kEdgeRuleMatches,
  kEdgeRateLimitForgotten,
  kOriginRequests,
  kOriginErrors,
  kOriginConnections,
  kOriginConnects,
  kOriginConnectDuration,
  kOriginFirstByteDuration,
  kOriginRetries,
  kOriginReused,
  kAcmeOrders,
  kAcmeCertificates,
  kAcmeNamesWaiting,
  kAcmePausedUntil,
  kLogLines,
  kLogDropped,
  kLogMessages,
  kLogMessagesSuppressed,
  kMetricsSeriesOverflow,
  kConfigReloads,
  kConfigLastReloadSuccess,
  kRoleRestarts,
  kBuildInfo,
  kProcessCpu,
  kProcessResidentMemory,
  kProcessOpenFds,
  kProcessThreads,
  kProcessStartTime,
  kCount
};

struct Label {
  std::string_view name;
  std::string_view values;  // what they are, for docs/metrics.md
  // Values that come from configuration. Their number is bounded (limits::kMaxSeriesPerMetric), and series
  // that have counted nothing are not shown.
  bool is_dynamic = false;
  // Added by /metrics, by whose segment the series lies in; the rooms do not give it.
  bool is_role = false;
};

inline constexpr std::size_t kMaxLabels = 3;

struct MetricInfo {  // NOLINT(clang-analyzer-optin.performance.Padding): in the order in which a line reads
  MetricId id;
  std::string_view name;
  MetricType type;
  std::string_view help;
  std::array<Label, kMaxLabels> label_places{};  // those with a name
  std::span<const double> bounds;                // of a histogram: upper, inclusive, ascending, without +Inf

  [[nodiscard]] constexpr std::span<const Label> labels() const {
    std::size_t count = 0;
    while (count < kMaxLabels && !label_places[count].name.empty()) ++count;
    return {label_places.data(), count};
  }
  // The labels that the rooms give, which come after the role.
  [[nodiscard]] constexpr std::span<const Label> given_labels() const {
    return labels().subspan(is_by_role() ? 1 : 0);
  }
  [[nodiscard]] constexpr bool is_by_role() const { return label_places[0].is_role; }
  [[nodiscard]] constexpr bool is_dynamic() const {
    for (const Label& label : label_places) {
      if (label.is_dynamic) return true;
    }
    return false;
  }
};

namespace labels {
inline constexpr Label kRole{.name = "role", .values = "supervisor, edge, control", .is_role = true};
inline constexpr Label kRoleOfRestart{.name = "role", .values = "edge, control"};
inline constexpr Label kZone{
    .name = "zone",
    .values = "the zone's name; none where no zone has the host; other beyond the bound",
    .is_dynamic = true};
inline constexpr Label kProtocol{.name = "protocol", .values = "HTTP/1.0, HTTP/1.1, HTTP/2"};
inline constexpr Label kStatusClass{.name = "status_class", .values = "1xx, 2xx, 3xx, 4xx, 5xx, none"};
inline constexpr Label kListener{.name = "listener", .values = "http, https"};
inline constexpr Label kTlsVersion{.name = "version", .values = "TLSv1.3, TLSv1.2, none"};
inline constexpr Label kResumed{.name = "resumed", .values = "yes, no"};
inline constexpr Label kResult{.name = "result", .values = "ok, failed"};
inline constexpr Label kPhase{.name = "phase", .values = "the phases of the Rules language"};
inline constexpr Label kAction{.name = "action", .values = "the actions of the Rules language"};
inline constexpr Label kLimit{.name = "limit",
                              .values = "the keys of [edge.limits], [edge.timeouts] and [origin]"};
inline constexpr Label kStatus{.name = "status", .values = "400, 408, 413, 414, 421, 431, 501, 505"};
inline constexpr Label kErrorKind{
    .name = "kind", .values = "the error types of RFC 9209, section 2.3; client where the client broke off"};
inline constexpr Label kAcmeResult{
    .name = "result",
    .values =
        "issued, unreachable, server_error, rate_limited, refused, invalid, timeout, protocol_error, "
        "configuration, store, cancelled"};
inline constexpr Label kState{.name = "state", .values = "idle, active"};
inline constexpr Label kDropReason{
    .name = "reason", .values = "channel_full, line_too_long, queue_full, disk_full, write_failed"};
inline constexpr Label kLevel{.name = "level", .values = "debug, info, warn, error"};
inline constexpr Label kVersion{.name = "version", .values = "Brink's version"};
}  // namespace labels

namespace bounds {
inline constexpr double kRequestSeconds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                             0.5,   1,      2.5,   5,    10,    30,   60};
inline constexpr double kHandshakeSeconds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                               0.1,    0.25,  0.5,    1,     2.5,  5,     10};
}  // namespace bounds

inline constexpr MetricInfo kMetrics[] = {
    {MetricId::kEdgeRequests,
     "brink_edge_requests_total",
     MetricType::kCounter,
     "Requests answered, by the status that was sent (none: the client had gone or was cut off).",
     {labels::kZone, labels::kProtocol, labels::kStatusClass}},
    {MetricId::kEdgeRequestDuration,
     "brink_edge_request_duration_seconds",
     MetricType::kHistogram,
     "From a request's first byte to its response's last.",
     {labels::kZone},
     bounds::kRequestSeconds},
    {MetricId::kEdgeTimeToFirstByte,
     "brink_edge_time_to_first_byte_seconds",
     MetricType::kHistogram,
     "From a request's first byte to its response's first.",
     {labels::kZone},
     bounds::kRequestSeconds},
    {MetricId::kEdgeRequestBytes,
     "brink_edge_request_bytes_total",
     MetricType::kCounter,
     "Bytes of requests: heads as received, and content.",
     {labels::kZone}},
    {MetricId::kEdgeResponseBytes,
     "brink_edge_response_bytes_total",
     MetricType::kCounter,
     "Bytes of responses: heads as sent, and content.",
     {labels::kZone}},
    {MetricId::kEdgeConnections,
     "brink_edge_connections",
     MetricType::kGauge,
     "Open connections of clients.",
     {labels::kListener}},
    {MetricId::kEdgeConnectionsTotal,
     "brink_edge_connections_total",
     MetricType::kCounter,
     "Connections accepted from clients.",
     {labels::kListener}},
    {MetricId::kEdgeTlsHandshakes,
     "brink_edge_tls_handshakes_total",
     MetricType::kCounter,
     "TLS handshakes with clients.",
     {labels::kTlsVersion, labels::kResumed, labels::kResult}},
    {MetricId::kEdgeTlsHandshakeDuration,
     "brink_edge_tls_handshake_duration_seconds",
     MetricType::kHistogram,
     "Time of the TLS handshakes that succeeded.",
     {},
     bounds::kHandshakeSeconds},
    {MetricId::kEdgeLimitHits,
     "brink_edge_limit_hits_total",
     MetricType::kCounter,
     "Times that a limit or a time-out struck.",
     {labels::kLimit}},
    {MetricId::kEdgeUnreadableRequests,
     "brink_edge_unreadable_requests_total",
     MetricType::kCounter,
     "Requests refused before they could be read, by the status answered.",
     {labels::kStatus}},
    {MetricId::kEdgeWebsockets, "brink_edge_websockets", MetricType::kGauge,
     "Open WebSockets and other upgraded connections."},
    {MetricId::kEdgeRuleMatches,
     "brink_edge_rule_matches_total",
     MetricType::kCounter,
     "Rules that matched a request, by the phase they ran in and what they did.",
     {labels::kPhase, labels::kAction}},
    {MetricId::kEdgeRateLimitForgotten, "brink_edge_rate_limit_forgotten_total", MetricType::kCounter,
     "Keys of rate limits that were still being counted when the table was full, and were forgotten."},
    {MetricId::kOriginRequests,
     "brink_origin_requests_total",
     MetricType::kCounter,
     "Requests sent to origins, by the status they answered (none: they did not).",
     {labels::kZone, labels::kStatusClass}},
    {MetricId::kOriginErrors,
     "brink_origin_errors_total",
     MetricType::kCounter,
     "Requests that an origin failed to answer.",
     {labels::kZone, labels::kErrorKind}},
    {MetricId::kOriginConnections,
     "brink_origin_connections",
     MetricType::kGauge,
     "Open connections to origins.",
     {labels::kState}},
    {MetricId::kOriginConnects,
     "brink_origin_connects_total",
     MetricType::kCounter,
     "Connections to origins that were tried.",
     {labels::kResult}},
    {MetricId::kOriginConnectDuration,
     "brink_origin_connect_duration_seconds",
     MetricType::kHistogram,
     "Time to connect to an origin, TLS included, where a request had to.",
     {},
     bounds::kHandshakeSeconds},
    {MetricId::kOriginFirstByteDuration,
     "brink_origin_first_byte_duration_seconds",
     MetricType::kHistogram,
     "From a request being sent to an origin to the first byte of its response.",
     {},
     bounds::kRequestSeconds},
    {MetricId::kOriginRetries, "brink_origin_retries_total", MetricType::kCounter,
     "Further tries of requests to origins."},
    {MetricId::kOriginReused, "brink_origin_reused_total", MetricType::kCounter,
     "Requests to origins on a connection that was already open."},
    {MetricId::kAcmeOrders,
     "brink_acme_orders_total",
     MetricType::kCounter,
     "Attempts to get a certificate by ACME, by what came of them.",
     {labels::kAcmeResult}},
    {MetricId::kAcmeCertificates, "brink_acme_certificates", MetricType::kGauge,
     "Certificates from ACME that are in the store, of zones that want one."},
    {MetricId::kAcmeNamesWaiting, "brink_acme_names_waiting", MetricType::kGauge,
     "Names whose certificate has failed, and that are tried again later."},
    {MetricId::kAcmePausedUntil, "brink_acme_paused_until_timestamp_seconds", MetricType::kGauge,
     "When the ACME server is asked again after it failed or wanted to be asked less; 0 where it is asked."},
    {MetricId::kLogLines, "brink_log_lines_total", MetricType::kCounter,
     "Lines of the access log that were written."},
    {MetricId::kLogDropped,
     "brink_log_dropped_total",
     MetricType::kCounter,
     "Lines of the access log that were lost.",
     {labels::kDropReason}},
    {MetricId::kLogMessages,
     "brink_log_messages_total",
     MetricType::kCounter,
     "Messages of the node itself that were written.",
     {labels::kRole, labels::kLevel}},
    {MetricId::kLogMessagesSuppressed,
     "brink_log_messages_suppressed_total",
     MetricType::kCounter,
     "Messages of the node itself that were left out because the same had been said too often.",
     {labels::kRole}},
    {MetricId::kMetricsSeriesOverflow,
     "brink_metrics_series_overflow_total",
     MetricType::kCounter,
     "Series that were asked for beyond the bound and count as \"other\", or not at all.",
     {labels::kRole}},
    {MetricId::kConfigReloads,
     "brink_config_reloads_total",
     MetricType::kCounter,
     "Times that the configuration was read again.",
     {labels::kResult}},
    {MetricId::kConfigLastReloadSuccess, "brink_config_last_reload_success_timestamp_seconds",
     MetricType::kGauge, "When a configuration was last taken into use."},
    {MetricId::kRoleRestarts,
     "brink_role_restarts_total",
     MetricType::kCounter,
     "Times that a role was started again after it ended.",
     {labels::kRoleOfRestart}},
    {MetricId::kBuildInfo,
     "brink_build_info",
     MetricType::kGauge,
     "1; the version that runs is the label.",
     {labels::kVersion}},
    {MetricId::kProcessCpu,
     "brink_process_cpu_seconds_total",
     MetricType::kCounter,
     "Processor time, user and system.",
     {labels::kRole}},
    {MetricId::kProcessResidentMemory,
     "brink_process_resident_memory_bytes",
     MetricType::kGauge,
     "Memory that is resident.",
     {labels::kRole}},
    {MetricId::kProcessOpenFds,
     "brink_process_open_fds",
     MetricType::kGauge,
     "Open file descriptors, where control may look at them.",
     {labels::kRole}},
    {MetricId::kProcessThreads, "brink_process_threads", MetricType::kGauge, "Threads.", {labels::kRole}},
    {MetricId::kProcessStartTime,
     "brink_process_start_time_seconds",
     MetricType::kGauge,
     "When the process started.",
     {labels::kRole}},
};

static_assert(std::size(kMetrics) == static_cast<std::size_t>(MetricId::kCount));
static_assert(
    [] {
      for (std::size_t i = 0; i < std::size(kMetrics); ++i) {
        if (static_cast<std::size_t>(kMetrics[i].id) != i) return false;
      }
      return true;
    }(),
    "the table is in the order of MetricId");

[[nodiscard]] constexpr const MetricInfo& metric_info(MetricId id) {
  return kMetrics[static_cast<std::size_t>(id)];
}

}  // namespace brink::telemetry
