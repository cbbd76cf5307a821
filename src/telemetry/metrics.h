// Counting. A room registers its series once, by the names in telemetry/metric_table.h, and keeps the
// handles; to count is then one addition in a cache line that belongs to the calling thread.
//
//   Counter hits = registry.counter(MetricId::kEdgeLimitHits, {"header_bytes"});
//   hits.add(1);
#pragma once

#include "base/error.h"
#include "base/fd.h"
#include "telemetry/metric_table.h"
#include "telemetry/segment.h"

#include <atomic>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

namespace brink::telemetry {

class RegistryState;

namespace detail {

// The cells the calling thread counts in, of the registry it used last. Threads beyond limits::kMaxShards
// share one shard and need a read-modify-write.
struct ThreadShard {
  const RegistryState* registry = nullptr;
  Cell* cells = nullptr;
  bool is_shared = true;
};
// Where handles that belong to no registry count: nobody looks.
inline constinit Cell void_cells[2] = {};
inline constinit thread_local ThreadShard thread_shard{nullptr, void_cells, true};

// Makes thread_shard that of `registry`.
void use_thread_shard(const RegistryState* registry);

inline Cell* cells_of(const RegistryState* registry) {
  if (thread_shard.registry != registry) [[unlikely]]
    use_thread_shard(registry);
  return thread_shard.cells;
}

// Relaxed: a cell is a number by itself, and a reader of a sum that is a little old does no harm.
inline void add(Cell& cell, std::uint64_t amount) {
  if (thread_shard.is_shared) {
    cell.fetch_add(amount, std::memory_order_relaxed);
  } else {
    cell.store(cell.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
}
void add_double(Cell& cell, double amount);

}  // namespace detail

// The handles are small values. A default one counts nowhere. They must not outlive their registry.

class Counter {
 public:
  Counter() = default;
  void add(std::uint64_t amount) const { detail::add(detail::cells_of(registry_)[cell_], amount); }

 private:
  friend class Registry;
  Counter(const RegistryState* registry, std::uint32_t cell) : registry_(registry), cell_(cell) {}
  const RegistryState* registry_ = nullptr;
  std::uint32_t cell_ = 0;
};

// Each thread has a share of its own, and the gauge is the sum: set() sets the calling thread's share, add()
// may go up in one thread and down in another.
class Gauge {
 public:
  Gauge() = default;
  void add(std::int64_t amount) const {
    detail::add(detail::cells_of(registry_)[cell_], static_cast<std::uint64_t>(amount));
  }
  void set(std::int64_t value) const {
    detail::cells_of(registry_)[cell_].store(static_cast<std::uint64_t>(value), std::memory_order_relaxed);
  }

 private:
  friend class Registry;
  Gauge(const RegistryState* registry, std::uint32_t cell) : registry_(registry), cell_(cell) {}
  const RegistryState* registry_ = nullptr;
  std::uint32_t cell_ = 0;
};

class Histogram {
 public:
  Histogram() = default;
  // In the unit of the metric's name: seconds.
  void observe(double value) const {
    Cell* cells = detail::cells_of(registry_) + cell_;
    std::size_t bucket = 0;
    while (bucket < bounds_.size() && !(value <= bounds_[bucket])) ++bucket;
    detail::add(cells[bucket], 1);
    detail::add_double(cells[bounds_.size() + 1], value);
  }

 private:
  friend class Registry;
  Histogram(const RegistryState* registry, std::uint32_t cell, std::span<const double> bounds)
      : registry_(registry), cell_(cell), bounds_(bounds) {}
  const RegistryState* registry_ = nullptr;
  std::uint32_t cell_ = 0;
  std::span<const double> bounds_;
};

// The series of this process. Any thread may register, at any time; to register a series again gives a handle
// to the same. One registry at a time writes into a memory.
class Registry {
 public:
  // Over memory of Segment::create(), which may hold what a former process of the role has counted: counters
  // and histograms go on from there, gauges start at 0.
  [[nodiscard]] static Result<std::unique_ptr<Registry>> open(Fd memory);
  ~Registry();

  // Requires as many label values as the metric has labels given by rooms, and its type. Beyond the bounds of
  // telemetry/segment.h dynamic labels become "other", and what still finds no room counts nowhere; either is
  // counted in brink_metrics_series_overflow_total.
  [[nodiscard]] Counter counter(MetricId id, std::initializer_list<std::string_view> labels = {});
  [[nodiscard]] Gauge gauge(MetricId id, std::initializer_list<std::string_view> labels = {});
  [[nodiscard]] Histogram histogram(MetricId id, std::initializer_list<std::string_view> labels = {});

  // What this registry has counted, as /metrics would read it. For tests and for looking inside.
  [[nodiscard]] const Segment& segment() const;

 private:
  explicit Registry(std::unique_ptr<Segment> segment);
  std::uint32_t cell_of(MetricId id, MetricType type, std::span<const std::string_view> labels);

  std::shared_ptr<RegistryState> state_;
};

}  // namespace brink::telemetry
