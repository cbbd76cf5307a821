#include "telemetry/metrics.h"

#include "base/assert.h"
#include "telemetry/process_facts.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <unistd.h>

namespace brink::telemetry {

// What the handles of a registry point to. Lives as long as the registry, or longer: until the last thread
// that has counted in it ends, so that its address never comes to mean another one's cells.
class RegistryState : public std::enable_shared_from_this<RegistryState> {
 public:
  explicit RegistryState(std::unique_ptr<Segment> own_segment) : segment(std::move(own_segment)) {}

  // The shard of a thread that begins to count; 0, the shared one, where there are no more.
  std::uint32_t take_shard() {
    std::lock_guard lock(mutex);
    if (!free_shards.empty()) {
      const std::uint32_t shard = free_shards.back();
      free_shards.pop_back();
      return shard;
    }
    if (next_shard == limits::kMaxShards) return 0;
    segment->use_shards(next_shard + 1);
    return next_shard++;
  }
  // What was counted in it stays.
  void give_back_shard(std::uint32_t shard) {
    if (shard == 0) return;
    std::lock_guard lock(mutex);
    free_shards.push_back(shard);
  }

  const std::unique_ptr<Segment> segment;
  std::mutex mutex;                                      // guards all below, and the segment's directory
  std::unordered_map<std::string, std::uint32_t> cells;  // by metric and labels
  std::array<std::size_t, std::size(kMetrics)> series_of_metric{};
  std::vector<std::uint32_t> free_shards;
  std::uint32_t next_shard = 1;
  std::uint32_t overflow_cell = 0;
};

namespace {

// The shards that this thread has, of each registry it has counted in; given back when the thread ends.
struct ThreadLeases {
  struct Lease {
    std::shared_ptr<RegistryState> registry;
    std::uint32_t shard;
  };
  std::vector<Lease> leases;
  ~ThreadLeases();
};
thread_local ThreadLeases thread_leases;
constinit thread_local bool leases_are_gone = false;  // what counts later in the thread's end counts nowhere

ThreadLeases::~ThreadLeases() {
  leases_are_gone = true;
  detail::thread_shard = {};
  detail::thread_shard.cells = detail::void_cells;
  for (Lease& lease : leases) lease.registry->give_back_shard(lease.shard);
}

std::string key_of(MetricId id, std::span<const std::string_view> labels) {
  std::string key(1, static_cast<char>(id));
  static_assert(std::size(kMetrics) < 256);
  for (std::string_view label : labels) {
    key.push_back(static_cast<char>(label.size()));
    key.append(label);
  }
  return key;
}

// At most kMaxLabelBytes, and no half of a letter of UTF-8 at the end.
std::string_view cut_label(std::string_view label) {
  if (label.size() <= limits::kMaxLabelBytes) return label;
  std::size_t size = limits::kMaxLabelBytes;
  while (size > 0 && (static_cast<unsigned char>(label[size]) & 0xc0) == 0x80) --size;
  return label.substr(0, size);
}

}  // namespace

namespace detail {

void use_thread_shard(const RegistryState* registry) {
  if (registry == nullptr || leases_are_gone) {
    // A handle of a registry needs more than two cells: it would write beyond them. Its thread has ended;
    // leave it the shared shard, which is never given back.
    thread_shard = {registry, registry == nullptr ? void_cells : registry->segment->shard(0), true};
    return;
  }
  for (const auto& lease : thread_leases.leases) {
    if (lease.registry.get() != registry) continue;
    thread_shard = {registry, registry->segment->shard(lease.shard), lease.shard == 0};
    return;
  }
  auto state = const_cast<RegistryState*>(registry)->shared_from_this();
  const std::uint32_t shard = state->take_shard();
  thread_leases.leases.push_back({std::move(state), shard});
  thread_shard = {registry, registry->segment->shard(shard), shard == 0};
}

void add_double(Cell& cell, double amount) {
  std::uint64_t before = cell.load(std::memory_order_relaxed);
  const auto after = [&] { return std::bit_cast<std::uint64_t>(std::bit_cast<double>(before) + amount); };
  if (!thread_shard.is_shared) {
    cell.store(after(), std::memory_order_relaxed);
  } else {
    while (!cell.compare_exchange_weak(before, after(), std::memory_order_relaxed)) {
    }
  }
}

}  // namespace detail

Result<std::unique_ptr<Registry>> Registry::open(Fd memory) {
  auto segment = BRINK_TRY(Segment::map_to_write(std::move(memory)));
  return std::unique_ptr<Registry>(new Registry(std::move(segment)));
}

Registry::Registry(std::unique_ptr<Segment> segment)
    : state_(std::make_shared<RegistryState>(std::move(segment))) {
  Segment& memory = *state_->segment;
  const std::uint32_t shards = memory.shards_in_use();
  memory.for_each_entry([&](const Segment::Entry& entry) {
    for (const MetricInfo& metric : kMetrics) {
      if (metric_signature(metric) != entry.signature || entry.labels.size() != metric.given_labels().size())
        continue;
      if (entry.first_cell >= limits::kMaxCells - cell_count(metric)) continue;
      state_->cells.emplace(key_of(metric.id, entry.labels), entry.first_cell);
      ++state_->series_of_metric[static_cast<std::size_t>(metric.id)];
      if (metric.type != MetricType::kGauge) continue;
      for (std::uint32_t i = 0; i < shards; ++i)
        memory.shard(i)[entry.first_cell].store(0, std::memory_order_relaxed);
    }
  });
  memory.set_writer(own_identity());
  state_->overflow_cell = cell_of(MetricId::kMetricsSeriesOverflow, MetricType::kCounter, {});
}

Registry::~Registry() = default;

Counter Registry::counter(MetricId id, std::initializer_list<std::string_view> labels) {
  return {state_.get(), cell_of(id, MetricType::kCounter, {labels.begin(), labels.size()})};
}

Gauge Registry::gauge(MetricId id, std::initializer_list<std::string_view> labels) {
  return {state_.get(), cell_of(id, MetricType::kGauge, {labels.begin(), labels.size()})};
}

Histogram Registry::histogram(MetricId id, std::initializer_list<std::string_view> labels) {
  const std::uint32_t cell = cell_of(id, MetricType::kHistogram, {labels.begin(), labels.size()});
  if (cell == 0) return {};
  return {state_.get(), cell, metric_info(id).bounds};
}

const Segment& Registry::segment() const { return *state_->segment; }

std::uint32_t Registry::cell_of(MetricId id, MetricType type, std::span<const std::string_view> labels) {
  const MetricInfo& metric = metric_info(id);
  BRINK_ASSERT(metric.type == type && labels.size() == metric.given_labels().size());
  std::array<std::string_view, kMaxLabels> values;
  std::ranges::transform(labels, values.begin(), cut_label);
  const std::span<const std::string_view> used(values.data(), labels.size());

  std::lock_guard lock(state_->mutex);
  std::string key = key_of(id, used);
  if (auto known = state_->cells.find(key); known != state_->cells.end()) return known->second;

  std::size_t& series = state_->series_of_metric[static_cast<std::size_t>(id)];
  if (metric.is_dynamic() && series >= limits::kMaxSeriesPerMetric) {
    state_->segment->shard(0)[state_->overflow_cell].fetch_add(1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (metric.given_labels()[i].is_dynamic) values[i] = "other";
    }
    key = key_of(id, used);
    if (auto known = state_->cells.find(key); known != state_->cells.end()) return known->second;
  }
  const std::uint32_t cell = state_->segment->add_series(metric_signature(metric), used, cell_count(metric));
  if (cell == 0) {
    state_->segment->shard(0)[state_->overflow_cell].fetch_add(1, std::memory_order_relaxed);
    return 0;
  }
  ++series;
  state_->cells.emplace(std::move(key), cell);
  return cell;
}

}  // namespace brink::telemetry
