// The counters of rate limiting: how often each key was counted, and which keys are being mitigated. One
// table for all threads of the edge, of a fixed size: a key lives in one of the 16 places of its set, each
// set has its own lock, which is held for some tens of nanoseconds, and where a set is full the key that was
// used least lately is forgotten.
//
// The rate is a sliding estimate over two buckets of one period each, the first of which begins with the
// first event: current + previous * (period - elapsed) / period, compared with the limit without rounding.
#pragma once

#include "rules/value.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace brink::rules {

// A hash of a rule's id and of the values of its characteristics.
struct RateKey {
  std::uint64_t high;
  std::uint64_t low;
};
// A missing value is a key of its own, as an empty one is; of an array, the first element counts. The seed is
// a secret of the process, so that nobody can make keys that share a set.
[[nodiscard]] RateKey rate_key(std::uint64_t seed, std::string_view rule, std::span<const Value> values);

struct RateTerms {
  std::chrono::milliseconds period;  // above 0, up to an hour
  std::uint64_t limit;               // exceeded by what is greater
  // For how long the action is taken once the limit has been exceeded, whatever comes; then counting begins
  // anew. 0: only what is above the limit gets the action.
  std::chrono::milliseconds mitigation{0};
  // The action stops the request: with mitigation 0, what is above the limit is then not counted, so that the
  // limit's worth of requests passes in every period.
  bool stops = true;
};

struct RateDecision {
  bool exceeded = false;
  bool mitigated = false;             // exceeded by an earlier request
  std::uint64_t remaining = 0;        // what can still come
  std::chrono::milliseconds reset{};  // until the mitigation or the current bucket ends
};

class RateLimitTable {
 public:
  using Instant = std::chrono::milliseconds;  // since any moment, the same for all calls; never below 0

  static constexpr std::size_t kDefaultKeys = 1'000'000;

  // Room for so many keys, about 70 bytes each, in huge pages where the machine has them.
  explicit RateLimitTable(std::size_t keys = kDefaultKeys);
  ~RateLimitTable();
  RateLimitTable(const RateLimitTable&) = delete;
  RateLimitTable& operator=(const RateLimitTable&) = delete;

  // All from any thread. Counts one event and compares: what is counted before the request goes on.
  RateDecision count(const RateKey& key, const RateTerms& limit, Instant now);
  // Compares with what has been counted: for what is counted later, by add().
  RateDecision compare(const RateKey& key, const RateTerms& limit, Instant now);
  // Counts only: after the response, or when the request leaves for the origin. Nothing while the key is
  // mitigated. Counts end at 2^32 - 1.
  void add(const RateKey& key, const RateTerms& limit, Instant now, std::uint64_t amount = 1);
  // The counter is 0 again: a challenge was passed.
  void forgive(const RateKey& key);

  // Keys that had to go before their time, for metrics.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t memory() const;  // bytes at most

 private:
  struct Entry;
  struct Set;
  class Locked;

  std::size_t set_count_;
  Set* sets_;  // from mmap
  std::atomic<std::uint64_t> forgotten_{0};
};

}  // namespace brink::rules
