// Open client connections, in all and by address: shared by all threads, bounded by the limits `connections`
// and `connections_per_address`. Sharded by address, so that a lock is held by few at a time and only for a
// lookup.
#pragma once

#include "net/address.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace brink::edge {

class ClientCounts {
 public:
  ClientCounts();

  enum class Verdict : unsigned char { kAdmitted, kTooMany, kTooManyOfAddress };

  // Counts a connection where both limits allow it. An IPv6 address counts with its /64, which is one
  // customer's.
  Verdict admit(const net::IpAddress& address, std::uint32_t max_connections, std::uint32_t max_per_address);
  // Every admitted connection leaves once.
  void leave(const net::IpAddress& address);

  [[nodiscard]] std::uint32_t total() const { return total_.load(std::memory_order_relaxed); }

 private:
  struct Hash {
    std::uint64_t seed[2];  // keyed, for strangers choose the addresses
    std::size_t operator()(const net::IpAddress& address) const;
  };
  struct Shard {
    explicit Shard(Hash hash) : counts(0, hash) {}
    std::mutex mutex;  // guards counts
    std::unordered_map<net::IpAddress, std::uint32_t, Hash> counts;
  };
  static constexpr std::size_t kShards = 64;
  Shard& shard_of(const net::IpAddress& address);

  Hash hash_;
  std::atomic<std::uint32_t> total_{0};
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace brink::edge
