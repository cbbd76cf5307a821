// /metrics: the text exposition format of Prometheus, version 0.0.4, made from the segments of all roles.
#pragma once

#include "telemetry/metric_table.h"
#include "telemetry/process_facts.h"
#include "telemetry/segment.h"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace brink::telemetry {

// All metrics of the segments, and of the processes that write them: the whole answer to GET /metrics.
[[nodiscard]] std::string prometheus_text(std::span<const std::shared_ptr<const Segment>> segments);

// Gathers samples and writes them out, each metric once, in the order of the table.
class Exposition {
 public:
  // The series of a segment; gauges only where its process runs. Series that several segments have are
  // summed: an upgrade has one segment of a role for each program that ran. A metric whose first label is the
  // role gets it.
  void add(const Segment& segment, bool with_gauges);
  // The process of a role; of several processes of a role their sum, and the latest start.
  void add(std::string_view role, const ProcessFacts& process);

  [[nodiscard]] std::string text() const;

 private:
  using Labels = std::vector<std::string>;
  struct Family {
    std::map<Labels, std::vector<std::uint64_t>> integers;  // as in SeriesReading::values
    std::map<Labels, double> doubles;                       // of processes
  };
  void add_double(MetricId id, std::string_view role, double value);

  std::map<MetricId, Family> families_;
};

}  // namespace brink::telemetry
