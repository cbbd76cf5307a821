#include "telemetry/segment.h"

#include "base/assert.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brink::telemetry {
namespace {

constexpr char kMagic[16] = "brink metrics 1";
constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kShardBytes = sizeof(Cell) * limits::kMaxCells;
constexpr std::size_t kTotalBytes = kHeaderBytes + limits::kDirectoryBytes + kShardBytes * limits::kMaxShards;
static_assert(limits::kDirectoryBytes % 4096 == 0 && kShardBytes % 4096 == 0);

// An entry: this, then each label value with its length in one byte before it.
struct EntryHead {
  std::uint16_t size;  // of the whole entry
  std::uint8_t labels;
  std::uint8_t reserved;
  std::uint32_t first_cell;
  std::uint64_t signature;
};
static_assert(sizeof(EntryHead) == 16);

class SegmentDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "segment"; }
  std::string message(int, std::int64_t) const override { return "not a segment of metrics"; }
};
constexpr SegmentDomain kSegmentDomain;

struct Fnv1a {
  std::uint64_t hash = 0xcbf29ce484222325;
  void add(std::string_view bytes) {
    for (unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3;
    hash = (hash ^ 0xff) * 0x100000001b3;  // what UTF-8 has nowhere: "ab","c" is not "a","bc"
  }
};

const MetricInfo* find_metric(std::uint64_t signature) {
  static const auto known = [] {
    std::array<std::uint64_t, std::size(kMetrics)> signatures{};
    std::ranges::transform(kMetrics, signatures.begin(), metric_signature);
    return signatures;
  }();
  const auto found = std::ranges::find(known, signature);
  return found == known.end() ? nullptr : &kMetrics[found - known.begin()];
}

}  // namespace

struct Segment::Header {
  char magic[16];
  std::atomic<std::uint32_t> directory_used;  // bytes of whole entries; stored with release when one is whole
  std::atomic<std::uint32_t> cells_used;      // of each shard
  std::atomic<std::uint32_t> shards_used;
  std::atomic<std::int32_t> writer_pid;
  std::atomic<std::uint64_t> writer_start_ticks;
};

const ErrorDomain& error_domain(SegmentError) { return kSegmentDomain; }

Result<Fd> Segment::create(std::string_view role) {
  static_assert(sizeof(Header) <= kHeaderBytes);
  Fd memory(::memfd_create(("brink-metrics-" + std::string(role)).c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory) return fail_errno(errno);
  if (::ftruncate(memory.get(), kTotalBytes) != 0) return fail_errno(errno);
  if (::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return fail_errno(errno);
  Header* header = static_cast<Header*>(BRINK_TRY(map(memory, PROT_READ | PROT_WRITE)));
  header->cells_used.store(1, std::memory_order_relaxed);   // cell 0 is for what counts nowhere
  header->shards_used.store(1, std::memory_order_relaxed);  // shard 0 is the one that threads share
  std::memcpy(header->magic, kMagic, sizeof kMagic);
  ::munmap(header, kTotalBytes);
  return memory;
}

Result<void*> Segment::map(const Fd& memory, int protection) {
  struct stat status{};
  if (::fstat(memory.get(), &status) != 0) return fail_errno(errno);
  const int seals = ::fcntl(memory.get(), F_GET_SEALS);
  if (static_cast<std::size_t>(status.st_size) != kTotalBytes || seals < 0 || (seals & F_SEAL_SHRINK) == 0) {
    return fail(SegmentError::kNotASegment);
  }
  void* mapped = ::mmap(nullptr, kTotalBytes, protection, MAP_SHARED, memory.get(), 0);
  if (mapped == MAP_FAILED) return fail_errno(errno);
  ::madvise(mapped, kTotalBytes, MADV_DONTDUMP);
  return mapped;
}

Result<std::shared_ptr<const Segment>> Segment::map_to_read(Fd memory, std::string_view role) {
  void* const mapped = BRINK_TRY(map(memory, PROT_READ));
  std::shared_ptr<const Segment> segment(new Segment(mapped, role));
  if (std::memcmp(segment->header().magic, kMagic, sizeof kMagic) != 0)
    return fail(SegmentError::kNotASegment);
  return segment;
}

Result<std::unique_ptr<Segment>> Segment::map_to_write(Fd memory) {
  void* const mapped = BRINK_TRY(map(memory, PROT_READ | PROT_WRITE));
  std::unique_ptr<Segment> segment(new Segment(mapped, {}));
  if (std::memcmp(segment->header().magic, kMagic, sizeof kMagic) != 0)
    return fail(SegmentError::kNotASegment);
  return segment;
}

Segment::~Segment() { ::munmap(memory_, kTotalBytes); }

ProcessIdentity Segment::writer() const {
  return {header().writer_pid.load(std::memory_order_relaxed),
          header().writer_start_ticks.load(std::memory_order_relaxed)};
}

void Segment::set_writer(ProcessIdentity process) {
  header().writer_pid.store(process.pid, std::memory_order_relaxed);
  header().writer_start_ticks.store(process.start_ticks, std::memory_order_relaxed);
}

std::vector<SeriesReading> Segment::read(bool with_gauges) const {
  std::vector<SeriesReading> series;
  const std::uint32_t shards = shards_in_use();
  const std::uint32_t cells =
      std::min(header().cells_used.load(std::memory_order_relaxed), limits::kMaxCells);
  for_each_entry([&](const Entry& entry) {
    const MetricInfo* metric = find_metric(entry.signature);
    if (metric == nullptr || entry.labels.size() != metric->given_labels().size()) return;
    if (metric->type == MetricType::kGauge && !with_gauges) return;
    const std::uint32_t count = cell_count(*metric);
    if (entry.first_cell == 0 || entry.first_cell >= cells || count > cells - entry.first_cell) return;
    SeriesReading reading{metric, {}, std::vector<std::uint64_t>(count)};
    for (std::string_view label : entry.labels) reading.labels.emplace_back(label);
    double sum = 0;
    for (std::uint32_t index = 0; index < shards; ++index) {
      const Cell* own = shard(index) + entry.first_cell;
      for (std::uint32_t i = 0; i < count; ++i) reading.values[i] += own[i].load(std::memory_order_relaxed);
      sum += std::bit_cast<double>(own[count - 1].load(std::memory_order_relaxed));
    }
    if (metric->type == MetricType::kHistogram) reading.values.back() = std::bit_cast<std::uint64_t>(sum);
    series.push_back(std::move(reading));
  });
  return series;
}

std::string_view Segment::directory() const {
  const std::uint32_t used = header().directory_used.load(std::memory_order_acquire);
  return {memory_ + kHeaderBytes, std::min(used, limits::kDirectoryBytes)};
}

bool Segment::take_entry(std::string_view& rest, Entry& entry) {
  EntryHead head;
  if (rest.size() < sizeof head) return false;
  std::memcpy(&head, rest.data(), sizeof head);
  if (head.size < sizeof head || head.size > rest.size() || head.labels > kMaxLabels) return false;
  std::string_view labels = rest.substr(sizeof head, head.size - sizeof head);
  rest.remove_prefix(head.size);
  entry.signature = head.signature;
  entry.first_cell = head.first_cell;
  entry.labels.clear();
  for (int i = 0; i < head.labels; ++i) {
    if (labels.empty()) return false;
    const auto size = static_cast<unsigned char>(labels.front());
    labels.remove_prefix(1);
    if (size > labels.size()) return false;
    entry.labels.push_back(labels.substr(0, size));
    labels.remove_prefix(size);
  }
  return true;
}

std::uint32_t Segment::add_series(std::uint64_t signature, std::span<const std::string_view> labels,
                                  std::uint32_t cells) {
  const std::uint32_t first_cell = header().cells_used.load(std::memory_order_relaxed);
  const std::uint32_t place = header().directory_used.load(std::memory_order_relaxed);
  std::size_t size = sizeof(EntryHead);
  for (std::string_view label : labels) size += 1 + label.size();
  if (cells > limits::kMaxCells - first_cell || size > limits::kDirectoryBytes - place) return 0;

  const EntryHead head{.size = static_cast<std::uint16_t>(size),
                       .labels = static_cast<std::uint8_t>(labels.size()),
                       .reserved = 0,
                       .first_cell = first_cell,
                       .signature = signature};
  char* at = memory_ + kHeaderBytes + place;
  std::memcpy(at, &head, sizeof head);
  at += sizeof head;
  for (std::string_view label : labels) {
    BRINK_ASSERT(label.size() <= limits::kMaxLabelBytes);
    *at++ = static_cast<char>(label.size());
    std::memcpy(at, label.data(), label.size());
    at += label.size();
  }
  // The cells first: a process that dies between the two stores has lost some cells, and nothing else.
  header().cells_used.store(first_cell + cells, std::memory_order_relaxed);
  header().directory_used.store(place + static_cast<std::uint32_t>(size), std::memory_order_release);
  return first_cell;
}

Cell* Segment::shard(std::uint32_t index) const {
  return reinterpret_cast<Cell*>(memory_ + kHeaderBytes + limits::kDirectoryBytes + index * kShardBytes);
}

void Segment::use_shards(std::uint32_t count) {
  if (count > shards_in_use()) header().shards_used.store(count, std::memory_order_relaxed);
}

std::uint32_t Segment::shards_in_use() const {
  return std::min(header().shards_used.load(std::memory_order_relaxed), limits::kMaxShards);
}

std::uint64_t metric_signature(const MetricInfo& metric) {
  Fnv1a hash;
  hash.add(metric.name);
  hash.add(std::to_string(static_cast<int>(metric.type)));
  for (const Label& label : metric.given_labels()) hash.add(label.name);
  for (double bound : metric.bounds) hash.add(std::to_string(bound));
  return hash.hash;
}

}  // namespace brink::telemetry
