// The shared memory in which the metrics of one role live. The supervisor creates it, the role maps it to
// write, the control role maps it to read: so /metrics asks no role, and what was counted survives a role's
// crash, for the role's next process maps the same memory.
//
// Inside: a header; a directory of series, which only grows (each says of which metric it is, its labels, and
// which cells are its own); and shards of cells, one shard for each thread that counts, so that counting
// shares no cache line. The value of a cell is the sum over the shards. Only one process at a time writes. A
// reader trusts nothing: the writer may be another version of Brink, or a role that has been taken over.
#pragma once

#include "base/error.h"
#include "base/fd.h"
#include "telemetry/metric_table.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brink::telemetry {

namespace limits {
inline constexpr std::uint32_t kMaxShards = 128;        // threads that count in cells of their own
inline constexpr std::uint32_t kMaxCells = 256 * 1024;  // of one shard; about 3000 zones
inline constexpr std::uint32_t kDirectoryBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxSeriesPerMetric = 24 * 1000;  // of one metric with dynamic labels
inline constexpr std::size_t kMaxLabelBytes = 255;             // of one value; longer ones are cut
}  // namespace limits

enum class SegmentError {
  kNotASegment = 1,  // too small, or does not begin as one does
};
const ErrorDomain& error_domain(SegmentError);

using Cell = std::atomic<std::uint64_t>;
static_assert(Cell::is_always_lock_free && sizeof(Cell) == 8);

// What one series has counted, summed over the threads.
struct SeriesReading {
  const MetricInfo* metric;
  std::vector<std::string> labels;  // the values of metric->given_labels()
  std::vector<std::uint64_t>
      values;  // one, or of a histogram: each bucket's own count, +Inf's last, then the sum
};

// The process that writes, by its number and its start (for numbers come again).
struct ProcessIdentity {
  std::int32_t pid = 0;
  std::uint64_t start_ticks = 0;  // field 22 of /proc/PID/stat
  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

class Segment {
 public:
  // Memory for a role, which nobody can resize any more: a reader need not fear that it shrinks under it.
  [[nodiscard]] static Result<Fd> create(std::string_view role);
  // Maps memory made by create(); the descriptor is not needed any more after that.
  [[nodiscard]] static Result<std::shared_ptr<const Segment>> map_to_read(Fd memory, std::string_view role);
  // For the registry of the process that counts.
  [[nodiscard]] static Result<std::unique_ptr<Segment>> map_to_write(Fd memory);

  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;
  ~Segment();

  [[nodiscard]] const std::string& role() const { return role_; }
  // Who has the memory mapped to write, or had.
  [[nodiscard]] ProcessIdentity writer() const;
  // All series of metrics that this program knows too. Of a role whose process has ended, no gauges: what
  // they measured is gone.
  [[nodiscard]] std::vector<SeriesReading> read(bool with_gauges) const;

  // --- for the registry: requires a mapping to write, and its lock ---

  // Where a series stands in the directory.
  struct Entry {
    std::uint64_t signature;  // of the metric: its name, type, labels and bounds
    std::uint32_t first_cell;
    std::vector<std::string_view> labels;
  };
  // Calls f(const Entry&) for each whole entry of the directory, in the order of their making. Views into the
  // memory.
  template <class F>
  void for_each_entry(F f) const;
  // A new series with `cells` cells that are 0; its first cell, or 0 where there is no room.
  [[nodiscard]] std::uint32_t add_series(std::uint64_t signature, std::span<const std::string_view> labels,
                                         std::uint32_t cells);
  [[nodiscard]] Cell* shard(std::uint32_t index) const;
  // Readers look at shards below `count` from now on.
  void use_shards(std::uint32_t count);
  [[nodiscard]] std::uint32_t shards_in_use() const;
  void set_writer(ProcessIdentity process);

 private:
  struct Header;
  Segment(void* memory, std::string_view role) : memory_(static_cast<char*>(memory)), role_(role) {}
  static Result<void*> map(const Fd& memory, int protection);
  [[nodiscard]] Header& header() const { return *reinterpret_cast<Header*>(memory_); }
  [[nodiscard]] std::string_view directory() const;
  // Takes the first entry off `rest`; false where there is no whole one.
  static bool take_entry(std::string_view& rest, Entry& entry);

  char* memory_;
  std::string role_;
};

template <class F>
void Segment::for_each_entry(F f) const {
  std::string_view rest = directory();
  Entry entry;
  while (take_entry(rest, entry)) f(std::as_const(entry));
}

// What stands for a metric in a directory: of another version of Brink, those that are the same still match.
[[nodiscard]] std::uint64_t metric_signature(const MetricInfo& metric);
// Cells that a series of this metric has.
[[nodiscard]] constexpr std::uint32_t cell_count(const MetricInfo& metric) {
  return metric.type == MetricType::kHistogram ? static_cast<std::uint32_t>(metric.bounds.size()) + 2 : 1;
}

}  // namespace brink::telemetry
