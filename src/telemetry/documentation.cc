#include "telemetry/documentation.h"

#include "telemetry/metric_table.h"
#include "telemetry/segment.h"

#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace brink::telemetry {
namespace {

constexpr std::string_view kBefore = R"(# Metrics

<!-- Made by `brink docs metrics` from the table in src/telemetry/metric_table.h. -->

`GET /metrics` on the control listener (`[control] listen`) answers with all of them in Prometheus' text format:

```yaml
scrape_configs:
  - job_name: brink
    static_configs: [{{ targets: ["127.0.0.1:8787"] }}]
```

They lie in memory that the roles share with `control`: an answer asks no other role, and a role that crashes and is
started again goes on counting where it was. Only gauges start anew.

Series with the label `zone` appear when they have first counted something. At most {} of them are kept of one metric;
what comes beyond counts with the zone `other`, and in `brink_metrics_series_overflow_total`.

| name | type | labels | meaning |
|---|---|---|---|
)";

std::string_view type_name(MetricType type) {
  static constexpr std::string_view kNames[] = {"counter", "gauge", "histogram"};
  return kNames[static_cast<std::size_t>(type)];
}

}  // namespace

std::string documentation() {
  std::string out = fmt::format(kBefore, limits::kMaxSeriesPerMetric);
  for (const MetricInfo& metric : kMetrics) {
    std::string names;
    for (const Label& label : metric.labels()) {
      fmt::format_to(std::back_inserter(names), "{}`{}`", names.empty() ? "" : ", ", label.name);
    }
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} |\n", metric.name, type_name(metric.type),
                   names, metric.help);
  }
  out += "\n## Labels\n\n";
  std::set<std::pair<std::string_view, std::string_view>> labels;
  for (const MetricInfo& metric : kMetrics) {
    for (const Label& label : metric.labels()) labels.emplace(label.name, label.values);
  }
  for (const auto& [name, values] : labels)
    fmt::format_to(std::back_inserter(out), "- `{}`: {}\n", name, values);
  out += "\n## Buckets of the histograms, in seconds\n\n";
  for (const MetricInfo& metric : kMetrics) {
    if (metric.type != MetricType::kHistogram) continue;
    fmt::format_to(std::back_inserter(out), "- `{}`: {}\n", metric.name, fmt::join(metric.bounds, ", "));
  }
  return out;
}

}  // namespace brink::telemetry
