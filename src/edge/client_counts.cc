#include "edge/client_counts.h"

#include "base/random.h"

#include <bit>
#include <cstring>

namespace brink::edge {
namespace {

net::IpAddress counted_as(const net::IpAddress& address) {
  if (address.is_v4()) return address;
  auto bytes = address.bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return net::IpAddress::v6(bytes);
}

}  // namespace

std::size_t ClientCounts::Hash::operator()(const net::IpAddress& address) const {
  std::uint64_t halves[2];
  std::memcpy(halves, address.bytes().data(), sizeof halves);
  const auto mix = [](std::uint64_t a, std::uint64_t b) {  // a folded multiply, as wyhash does
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  return mix(mix(halves[0] ^ seed[0], seed[1] | 1) ^ halves[1], seed[0] | 1);
}

ClientCounts::ClientCounts() {
  fill_secret({reinterpret_cast<unsigned char*>(hash_.seed), sizeof hash_.seed});
  for (std::size_t i = 0; i < kShards; ++i) shards_.push_back(std::make_unique<Shard>(hash_));
}

ClientCounts::Shard& ClientCounts::shard_of(const net::IpAddress& address) {
  return *shards_[(hash_(address) >> 48) % kShards];
}

ClientCounts::Verdict ClientCounts::admit(const net::IpAddress& address, std::uint32_t max_connections,
                                          std::uint32_t max_per_address) {
  if (total_.fetch_add(1, std::memory_order_relaxed) >= max_connections) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    return Verdict::kTooMany;
  }
  const net::IpAddress counted = counted_as(address);
  Shard& shard = shard_of(counted);
  std::lock_guard lock(shard.mutex);
  std::uint32_t& count = shard.counts[counted];
  if (count >= max_per_address) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    return Verdict::kTooManyOfAddress;
  }
  ++count;
  return Verdict::kAdmitted;
}

void ClientCounts::leave(const net::IpAddress& address) {
  total_.fetch_sub(1, std::memory_order_relaxed);
  const net::IpAddress counted = counted_as(address);
  Shard& shard = shard_of(counted);
  std::lock_guard lock(shard.mutex);
  auto entry = shard.counts.find(counted);
  if (--entry->second == 0) shard.counts.erase(entry);
}

}  // namespace brink::edge
