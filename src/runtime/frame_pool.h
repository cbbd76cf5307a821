// Memory for coroutine frames: free lists by size, per thread. A request takes a handful of frames and gives
// them back within a millisecond, so nearly all come from here and not from the allocator.
#pragma once

#include <cstddef>

namespace brink::frame_pool {

[[nodiscard]] void* allocate(std::size_t size);
void deallocate(void* frame, std::size_t size);

}  // namespace brink::frame_pool
