// Big tables that are looked up at random: most of a lookup's time in small pages is finding the page.
#pragma once

#include <cstddef>
#include <cstdint>

#include <sys/mman.h>

namespace brink::rules {

// Asks for huge pages for memory that has not been touched yet; what is smaller than one stays as it is.
// Where the machine has none, nothing happens.
inline void prefer_huge_pages(void* start, std::size_t size) {
  constexpr std::uintptr_t kHugePage = 2 * 1024 * 1024;
  const auto first = (reinterpret_cast<std::uintptr_t>(start) + kHugePage - 1) & ~(kHugePage - 1);
  const auto last = (reinterpret_cast<std::uintptr_t>(start) + size) & ~(kHugePage - 1);
  if (first < last) (void)::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace brink::rules
