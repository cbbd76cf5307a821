#include "telemetry/prometheus.h"

#include "telemetry/utf8.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include <fmt/format.h>

namespace brink::telemetry {
namespace {

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::kCounter: return "counter";
    case MetricType::kGauge: return "gauge";
    case MetricType::kHistogram: break;
  }
  return "histogram";
}

// A label's value may be any UTF-8; \, " and line feed are escaped.
void append_label_value(std::string& out, std::string_view value) {
  for (std::string_view rest = value; !rest.empty();) {
    const Utf8Piece piece = take_utf8(rest);
    if (!piece.is_valid) {
      out += kReplacementCharacter;
    } else if (piece.bytes == "\\") {
      out += "\\\\";
    } else if (piece.bytes == "\"") {
      out += "\\\"";
    } else if (piece.bytes == "\n") {
      out += "\\n";
    } else {
      out += piece.bytes;
    }
  }
}

// `{zone="example.com",le="0.5"}`; nothing where there are no labels.
void append_labels(std::string& out, const MetricInfo& metric, std::span<const std::string> values,
                   std::string_view le) {
  if (values.empty() && le.empty()) return;
  out += '{';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    out += metric.labels()[i].name;
    out += "=\"";
    append_label_value(out, values[i]);
    out += '"';
  }
  if (!le.empty()) fmt::format_to(std::back_inserter(out), "{}le=\"{}\"", values.empty() ? "" : ",", le);
  out += '}';
}

void append_histogram(std::string& out, const MetricInfo& metric, std::span<const std::string> labels,
                      std::span<const std::uint64_t> values) {
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i <= metric.bounds.size(); ++i) {
    cumulative += values[i];
    out += metric.name;
    out += "_bucket";
    append_labels(out, metric, labels,
                  i < metric.bounds.size() ? fmt::format("{}", metric.bounds[i]) : "+Inf");
    fmt::format_to(std::back_inserter(out), " {}\n", cumulative);
  }
  out += metric.name;
  out += "_sum";
  append_labels(out, metric, labels, {});
  fmt::format_to(std::back_inserter(out), " {}\n", std::bit_cast<double>(values.back()));
  out += metric.name;
  out += "_count";
  append_labels(out, metric, labels, {});
  fmt::format_to(std::back_inserter(out), " {}\n", cumulative);
}

void append_series(std::string& out, const MetricInfo& metric, std::span<const std::string> labels,
                   std::span<const std::uint64_t> values) {
  if (metric.type == MetricType::kHistogram) return append_histogram(out, metric, labels, values);
  out += metric.name;
  append_labels(out, metric, labels, {});
  if (metric.type == MetricType::kGauge) {
    fmt::format_to(std::back_inserter(out), " {}\n", static_cast<std::int64_t>(values[0]));
  } else {
    fmt::format_to(std::back_inserter(out), " {}\n", values[0]);
  }
}

// Whether the series of a zone has counted nothing yet. A zone has dozens, most of which never will.
bool is_silent(const MetricInfo& metric, std::span<const std::uint64_t> values) {
  return metric.is_dynamic() && std::ranges::all_of(values, [](std::uint64_t value) { return value == 0; });
}

}  // namespace

std::string prometheus_text(std::span<const std::shared_ptr<const Segment>> segments) {
  Exposition exposition;
  for (const auto& segment : segments) {
    const auto process = read_process(segment->writer());
    exposition.add(*segment, process.has_value());
    if (process) exposition.add(segment->role(), *process);
  }
  return exposition.text();
}

void Exposition::add(const Segment& segment, bool with_gauges) {
  for (SeriesReading& series : segment.read(with_gauges)) {
    const MetricInfo& metric = *series.metric;
    if (metric.is_by_role()) series.labels.insert(series.labels.begin(), segment.role());
    auto [known, is_new] = families_[metric.id].integers.try_emplace(std::move(series.labels), series.values);
    if (is_new) continue;
    std::vector<std::uint64_t>& sums = known->second;
    const double sum = std::bit_cast<double>(sums.back()) + std::bit_cast<double>(series.values.back());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += series.values[i];
    if (metric.type == MetricType::kHistogram) sums.back() = std::bit_cast<std::uint64_t>(sum);
  }
}

void Exposition::add(std::string_view role, const ProcessFacts& process) {
  add_double(MetricId::kProcessCpu, role, process.cpu_seconds);
  add_double(MetricId::kProcessResidentMemory, role, static_cast<double>(process.resident_bytes));
  add_double(MetricId::kProcessThreads, role, static_cast<double>(process.threads));
  if (process.open_fds) add_double(MetricId::kProcessOpenFds, role, static_cast<double>(*process.open_fds));
  double& start = families_[MetricId::kProcessStartTime].doubles[{std::string(role)}];
  start = std::max(start, process.start_seconds);
}

void Exposition::add_double(MetricId id, std::string_view role, double value) {
  families_[id].doubles[{std::string(role)}] += value;
}

std::string Exposition::text() const {
  std::string out;
  for (const auto& [id, family] : families_) {
    const MetricInfo& metric = metric_info(id);
    std::string samples;
    for (const auto& [labels, values] : family.integers) {
      if (!is_silent(metric, values)) append_series(samples, metric, labels, values);
    }
    for (const auto& [labels, value] : family.doubles) {
      samples += metric.name;
      append_labels(samples, metric, labels, {});
      fmt::format_to(std::back_inserter(samples), " {}\n", value);
    }
    if (samples.empty()) continue;
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n{}", metric.name, metric.help,
                   metric.name, type_name(metric.type), samples);
  }
  return out;
}

}  // namespace brink::telemetry
