// Randomness, handed in wherever it is used so that tests own it.
#pragma once

#include <cstdint>
#include <span>

namespace brink {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
  // A number below `bound` (bound > 0).
  std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
  }
};

// xoshiro256++ seeded from the kernel, or from a given seed: fast, not for secrets. Belongs to one thread.
class FastRandom final : public Random {
 public:
  FastRandom();
  explicit FastRandom(std::uint64_t seed);
  std::uint64_t next() override;

 private:
  std::uint64_t state_[4];
};

// Bytes for secrets, from the kernel (getrandom). Aborts where the kernel has none to give.
void fill_secret(std::span<unsigned char> bytes);

}  // namespace brink
