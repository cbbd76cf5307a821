#include "rules/rate_limit.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <limits>
#include <thread>

#include <sys/mman.h>

#define XXH_STATIC_LINKING_ONLY  // its states can then lie on the stack
#include <xxhash.h>

namespace brink::rules {
namespace {

constexpr std::size_t kPlaces = 16;
// How many keys a set is expected to hold, so that few sets overflow while the table is not full.
constexpr std::size_t kExpectedKeys = 10;
constexpr std::size_t kCacheLine = 64;
constexpr std::uint32_t kMaxCount = std::numeric_limits<std::uint32_t>::max();

std::uint32_t seconds_of(std::int64_t milliseconds) {
  return static_cast<std::uint32_t>(milliseconds / 1000);
}

// Tells the processor that this is a wait.
void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

void add_value(XXH3_state_t& state, const Value& value) {
  const auto add = [&state](Value::Kind kind, const void* bytes, std::uint64_t size) {
    const std::uint64_t head[] = {static_cast<std::uint64_t>(kind), size};
    ::XXH3_128bits_update(&state, head, sizeof head);
    ::XXH3_128bits_update(&state, bytes, size);
  };
  switch (value.kind()) {
    case Value::Kind::kArray:
      return add_value(state, value.elements().empty() ? Value() : value.elements().front());
    case Value::Kind::kBool:
    case Value::Kind::kInt: {
      const std::int64_t number = value.integer();
      return add(value.kind(), &number, sizeof number);
    }
    case Value::Kind::kBytes: return add(value.kind(), value.bytes().data(), value.bytes().size());
    case Value::Kind::kIp: return add(value.kind(), value.ip().bytes().data(), value.ip().bytes().size());
    case Value::Kind::kMap:
    case Value::Kind::kMissing: return add(Value::Kind::kMissing, nullptr, 0);
  }
}

}  // namespace

RateKey rate_key(std::uint64_t seed, std::string_view rule, std::span<const Value> values) {
  XXH3_state_t state;
  ::XXH3_128bits_reset_withSeed(&state, seed);
  add_value(state, Value::of_bytes(rule));
  for (const Value& value : values) add_value(state, value);
  const XXH128_hash_t hash = ::XXH3_128bits_digest(&state);
  return {.high = hash.high64, .low = hash.low64};
}

// One key's counters. Times are milliseconds of Instant.
struct RateLimitTable::Entry {
  std::uint64_t key;  // RateKey::low
  std::uint32_t current;
  std::uint32_t previous;
  std::int64_t bucket_start;     // of `current`; means nothing where both counts are 0
  std::int64_t mitigated_until;  // 0: never was
  std::uint32_t used;            // seconds
  std::uint32_t worthless_from;  // seconds: then nothing of it can count any more

  [[nodiscard]] bool is_mitigated(std::int64_t now) const { return now < mitigated_until; }

  // Moves the buckets on to where `now` is.
  void advance(const RateTerms& limit, std::int64_t now) {
    const std::int64_t period = limit.period.count();
    const std::int64_t elapsed = now - bucket_start;
    if (elapsed < period) return;  // threads read clocks at slightly different moments: it may be below 0
    previous = elapsed < 2 * period ? current : 0;
    current = 0;
    bucket_start = previous > 0 ? bucket_start + period : now;
  }

  void add(std::uint64_t amount, std::int64_t now) {
    if (current == 0 && previous == 0) bucket_start = now;
    const std::uint64_t sum = current + std::min<std::uint64_t>(amount, kMaxCount);
    current = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, kMaxCount));
  }

  void clear_counts() { current = previous = 0; }

  // The estimate, times the period.
  [[nodiscard]] unsigned __int128 scaled_estimate(const RateTerms& limit, std::int64_t now) const {
    const std::int64_t period = limit.period.count();
    const std::int64_t left = period - std::clamp<std::int64_t>(now - bucket_start, 0, period);
    return static_cast<unsigned __int128>(current) * static_cast<std::uint64_t>(period) +
           static_cast<unsigned __int128>(previous) * static_cast<std::uint64_t>(left);
  }

  RateDecision decide(const RateTerms& limit, std::int64_t now) const {
    if (is_mitigated(now))
      return {.exceeded = true, .mitigated = true, .reset = Instant(mitigated_until - now)};
    const auto period = static_cast<std::uint64_t>(limit.period.count());
    const auto estimate = scaled_estimate(limit, now);
    const auto most = static_cast<unsigned __int128>(limit.limit) * period;
    RateDecision decision{.exceeded = estimate > most, .reset = limit.period};
    if (!decision.exceeded) decision.remaining = static_cast<std::uint64_t>((most - estimate) / period);
    if (current > 0 || previous > 0)
      decision.reset = Instant(
          std::clamp<std::int64_t>(bucket_start + limit.period.count() - now, 0, limit.period.count()));
    return decision;
  }

  // What follows from an exceeded limit: the time of mitigation begins, and the count ends.
  void mitigate(const RateTerms& limit, std::int64_t now) {
    if (limit.mitigation.count() <= 0) return;
    mitigated_until = now + limit.mitigation.count();
    clear_counts();
  }

  void touch(const RateTerms& limit, std::int64_t now) {
    used = seconds_of(now);
    worthless_from = seconds_of(std::max(now + 2 * limit.period.count(), mitigated_until)) + 1;
  }
};

// The places of the keys that hash here. A tag of 0 is an empty place.
struct alignas(kCacheLine) RateLimitTable::Set {
  std::atomic<std::uint32_t> lock;  // guards everything below
  std::array<std::uint16_t, kPlaces> tags;
  alignas(kCacheLine) std::array<Entry, kPlaces> entries;
};

// Holds the lock of the set of a key.
class RateLimitTable::Locked {
 public:
  Locked(RateLimitTable& table, const RateKey& key)
      : table_(table),
        set_(table.sets_[static_cast<std::size_t>(
            static_cast<unsigned __int128>(key.high) * table.set_count_ >> 64)]),
        tag_(static_cast<std::uint16_t>(key.high | 1)),
        key_(key.low) {
    constexpr int kSpins = 64;  // then the holder has lost its processor
    for (int spins = 0; set_.lock.exchange(1, std::memory_order_acquire) != 0; ++spins) {
      while (set_.lock.load(std::memory_order_relaxed) != 0 && spins < kSpins) {
        pause();
        ++spins;
      }
      if (spins >= kSpins) {
        std::this_thread::yield();
        spins = 0;
      }
    }
  }
  ~Locked() { set_.lock.store(0, std::memory_order_release); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

  [[nodiscard]] Entry* find() {
    for (std::size_t place = 0; place < kPlaces; ++place) {
      if (set_.tags[place] == tag_ && set_.entries[place].key == key_) return &set_.entries[place];
    }
    return nullptr;
  }
  [[nodiscard]] Entry& find_or_make(std::int64_t now) {
    if (Entry* entry = find()) return *entry;
    const std::size_t place = free_place(seconds_of(now));
    set_.tags[place] = tag_;
    set_.entries[place] = Entry{.key = key_};
    return set_.entries[place];
  }

 private:
  // An empty place, or one whose key counts no more, or that of the key used least lately.
  std::size_t free_place(std::uint32_t now) {
    std::size_t oldest = 0;
    for (std::size_t place = 0; place < kPlaces; ++place) {
      if (set_.tags[place] == 0 || set_.entries[place].worthless_from <= now) return place;
      if (set_.entries[place].used < set_.entries[oldest].used) oldest = place;
    }
    table_.forgotten_.fetch_add(1, std::memory_order_relaxed);
    return oldest;
  }

  RateLimitTable& table_;
  Set& set_;
  const std::uint16_t tag_;
  const std::uint64_t key_;
};

RateLimitTable::RateLimitTable(std::size_t keys)
    : set_count_(std::max<std::size_t>(1, (keys + kExpectedKeys - 1) / kExpectedKeys)) {
  static_assert(sizeof(Set) == kCacheLine + kPlaces * sizeof(Entry));
  // Pages that are zero, which are an empty table, and come when they are touched.
  void* const memory = ::mmap(nullptr, set_count_ * sizeof(Set), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  BRINK_ASSERT(memory != MAP_FAILED);
  // Keys lie anywhere in it, so most of a lookup would be finding its page. Where there are no huge pages,
  // small ones do.
  (void)::madvise(memory, set_count_ * sizeof(Set), MADV_HUGEPAGE);
  sets_ = static_cast<Set*>(memory);
}

RateLimitTable::~RateLimitTable() { ::munmap(sets_, set_count_ * sizeof(Set)); }

std::size_t RateLimitTable::memory() const { return set_count_ * sizeof(Set); }

RateDecision RateLimitTable::count(const RateKey& key, const RateTerms& limit, Instant instant) {
  const std::int64_t now = instant.count();
  Locked set(*this, key);
  Entry& entry = set.find_or_make(now);
  if (!entry.is_mitigated(now)) {
    entry.advance(limit, now);
    const Entry before = entry;
    entry.add(1, now);
    const RateDecision decision = entry.decide(limit, now);
    if (decision.exceeded) {
      if (limit.mitigation.count() == 0 && limit.stops) entry = before;
      entry.mitigate(limit, now);
    }
    entry.touch(limit, now);
    if (!entry.is_mitigated(now)) return decision;
    return {.exceeded = true, .reset = limit.mitigation};
  }
  entry.touch(limit, now);
  return entry.decide(limit, now);
}

RateDecision RateLimitTable::compare(const RateKey& key, const RateTerms& limit, Instant instant) {
  const std::int64_t now = instant.count();
  Locked set(*this, key);
  Entry* const entry = set.find();
  if (entry == nullptr) return {.remaining = limit.limit, .reset = limit.period};
  if (!entry->is_mitigated(now)) entry->advance(limit, now);
  const RateDecision decision = entry->decide(limit, now);
  if (decision.exceeded && !decision.mitigated) {
    entry->mitigate(limit, now);
    entry->touch(limit, now);
    if (entry->is_mitigated(now)) return {.exceeded = true, .reset = limit.mitigation};
  }
  return decision;
}

void RateLimitTable::add(const RateKey& key, const RateTerms& limit, Instant instant, std::uint64_t amount) {
  const std::int64_t now = instant.count();
  Locked set(*this, key);
  Entry& entry = set.find_or_make(now);
  if (!entry.is_mitigated(now)) {
    entry.advance(limit, now);
    entry.add(amount, now);
    if (entry.decide(limit, now).exceeded) entry.mitigate(limit, now);
  }
  entry.touch(limit, now);
}

void RateLimitTable::forgive(const RateKey& key) {
  Locked set(*this, key);
  if (Entry* entry = set.find()) entry->clear_counts();
}

}  // namespace brink::rules
