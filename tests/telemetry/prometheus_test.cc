#include "telemetry/prometheus.h"

#include "telemetry/documentation.h"
#include "telemetry/metrics.h"

#include <fstream>
#include <set>
#include <sstream>

#include <fcntl.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

// A registry over new memory of a role, and the memory as control reads it.
struct Role {
  explicit Role(std::string_view name) {
    Fd memory = *Segment::create(name);
    segment = *Segment::map_to_read(Fd(::fcntl(memory.get(), F_DUPFD_CLOEXEC, 0)), name);
    registry = *Registry::open(std::move(memory));
  }
  std::shared_ptr<const Segment> segment;
  std::unique_ptr<Registry> registry;
};

TEST(Prometheus, AMetricIsDescribedOnceAndItsSamplesStandTogether) {
  Role edge("edge");
  edge.registry->counter(MetricId::kEdgeLimitHits, {"streams"}).add(2);
  edge.registry->counter(MetricId::kEdgeUnreadableRequests, {"400"}).add(1);
  edge.registry->counter(MetricId::kEdgeLimitHits, {"body_bytes"}).add(3);
  Exposition exposition;
  exposition.add(*edge.segment, true);
  EXPECT_EQ(exposition.text(),
            "# HELP brink_edge_limit_hits_total Times that a limit or a time-out struck.\n"
            "# TYPE brink_edge_limit_hits_total counter\n"
            "brink_edge_limit_hits_total{limit=\"body_bytes\"} 3\n"
            "brink_edge_limit_hits_total{limit=\"streams\"} 2\n"
            "# HELP brink_edge_unreadable_requests_total Requests refused before they could be read, by the "
            "status answered.\n"
            "# TYPE brink_edge_unreadable_requests_total counter\n"
            "brink_edge_unreadable_requests_total{status=\"400\"} 1\n"
            "# HELP brink_metrics_series_overflow_total Series that were asked for beyond the bound and "
            "count as \"other\", "
            "or not at all.\n"
            "# TYPE brink_metrics_series_overflow_total counter\n"
            "brink_metrics_series_overflow_total{role=\"edge\"} 0\n");
}

TEST(Prometheus, LabelValuesAreEscaped) {
  Role edge("edge");
  edge.registry
      ->counter(MetricId::kEdgeRequestBytes, {"a\\b\"c\nd\xff"
                                              "e"})
      .add(1);
  Exposition exposition;
  exposition.add(*edge.segment, true);
  EXPECT_THAT(exposition.text(), HasSubstr("{zone=\"a\\\\b\\\"c\\nd\xef\xbf\xbd"
                                           "e\"} 1\n"));
}

TEST(Prometheus, SeriesOfZonesAppearWhenTheyHaveCounted) {
  Role edge("edge");
  const Counter bytes = edge.registry->counter(MetricId::kEdgeRequestBytes, {"quiet.example"});
  const Histogram times = edge.registry->histogram(MetricId::kEdgeRequestDuration, {"quiet.example"});
  (void)edge.registry->counter(MetricId::kEdgeLimitHits, {"streams"});
  Exposition before;
  before.add(*edge.segment, true);
  EXPECT_THAT(before.text(), Not(HasSubstr("quiet.example")));
  EXPECT_THAT(before.text(), HasSubstr("brink_edge_limit_hits_total{limit=\"streams\"} 0\n"));
  bytes.add(1);
  times.observe(0);
  Exposition after;
  after.add(*edge.segment, true);
  EXPECT_THAT(after.text(), HasSubstr("brink_edge_request_bytes_total{zone=\"quiet.example\"} 1\n"));
  EXPECT_THAT(after.text(),
              HasSubstr("brink_edge_request_duration_seconds_count{zone=\"quiet.example\"} 1\n"));
}

TEST(Prometheus, SegmentsOfOneRoleAreSummed) {
  Role old_edge("edge"), new_edge("edge");
  for (Role* role : {&old_edge, &new_edge}) {
    role->registry->counter(MetricId::kEdgeLimitHits, {"streams"}).add(2);
    role->registry->gauge(MetricId::kEdgeConnections, {"http"}).set(3);
    role->registry->histogram(MetricId::kEdgeTlsHandshakeDuration).observe(0.5);
  }
  Exposition exposition;
  exposition.add(*old_edge.segment, true);
  exposition.add(*new_edge.segment, true);
  const std::string text = exposition.text();
  EXPECT_THAT(text, HasSubstr("brink_edge_limit_hits_total{limit=\"streams\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("brink_edge_connections{listener=\"http\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("brink_edge_tls_handshake_duration_seconds_sum 1\n"));
  EXPECT_THAT(text, HasSubstr("brink_edge_tls_handshake_duration_seconds_count 2\n"));
}

TEST(Prometheus, MetricsThatEveryRoleHasAreToldApartByIt) {
  Role edge("edge"), control("control");
  edge.registry->counter(MetricId::kLogMessages, {"error"}).add(1);
  control.registry->counter(MetricId::kLogMessages, {"error"}).add(2);
  const std::string text = prometheus_text(std::vector{edge.segment, control.segment});
  EXPECT_THAT(text, HasSubstr("brink_log_messages_total{role=\"control\",level=\"error\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("brink_log_messages_total{role=\"edge\",level=\"error\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("brink_process_resident_memory_bytes{role=\"edge\"} "));
  EXPECT_THAT(text, HasSubstr("brink_process_start_time_seconds{role=\"control\"} "));
  EXPECT_THAT(text, HasSubstr("brink_process_open_fds{role=\"control\"} "));
}

// https://prometheus.io/docs/practices/naming/
TEST(MetricTable, NamesFollowTheConventions) {
  std::set<std::string_view> names;
  for (const MetricInfo& metric : kMetrics) {
    SCOPED_TRACE(std::string(metric.name));
    EXPECT_TRUE(names.insert(metric.name).second);
    EXPECT_TRUE(metric.name.starts_with("brink_"));
    EXPECT_EQ(metric.name.ends_with("_total"), metric.type == MetricType::kCounter);
    EXPECT_EQ(metric.bounds.empty(), metric.type != MetricType::kHistogram);
    EXPECT_TRUE(std::ranges::is_sorted(metric.bounds));
    EXPECT_TRUE(metric.help.ends_with("."));
    EXPECT_EQ(metric.help.find_first_of("\n\\"), std::string_view::npos) << "would have to be escaped";
    for (const Label& label : metric.labels()) {
      EXPECT_NE(label.name, "le");
      EXPECT_EQ(label.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos);
      EXPECT_FALSE(label.values.empty());
    }
  }
}

TEST(MetricTable, SignaturesDiffer) {
  std::set<std::uint64_t> signatures;
  for (const MetricInfo& metric : kMetrics) EXPECT_TRUE(signatures.insert(metric_signature(metric)).second);
}

TEST(MetricTable, DocumentationIsWhatTheTableSays) {
  std::ifstream file(BRINK_SOURCE_DIR "/docs/metrics.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == documentation())
      << "docs/metrics.md is old: write it anew with `brink docs metrics > docs/metrics.md`";
}

}  // namespace
}  // namespace brink::telemetry
