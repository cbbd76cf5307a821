// A hash table of places in somebody else's array: open addressing, 8 bytes a slot, at most half full. What
// lies at a place and when two are equal is the owner's; the part of the hash that is kept here makes it rare
// that a lookup looks at a place in vain.
#pragma once

#include "rules/huge_pages.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace brink::rules {

class HashSlots {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  // Room for so many places; what was there is gone.
  void reset(std::size_t count) {
    const std::size_t size = std::bit_ceil(count * 2 + 1);
    slots_ = {};
    slots_.reserve(size);
    prefer_huge_pages(slots_.data(), size * sizeof(Slot));
    slots_.resize(size);
  }
  // The place with that hash for which equal(place) is true; kNone where there is none.
  template <class Equal>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, Equal equal) const {
    if (slots_.empty()) return kNone;
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.place == kNone) return kNone;
      if (slot.tag == tag(hash) && equal(slot.place)) return slot.place;
    }
  }
  // Requires room, and that the place is not there.
  void insert(std::uint64_t hash, std::uint32_t place) {
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].place != kNone) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {.tag = tag(hash), .place = place};
  }
  [[nodiscard]] std::size_t memory() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t place = kNone;
  };
  static std::uint32_t tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

  std::vector<Slot> slots_;
};

}  // namespace brink::rules
