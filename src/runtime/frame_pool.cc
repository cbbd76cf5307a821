#include "runtime/frame_pool.h"

#include <new>

namespace brink::frame_pool {
namespace {

constexpr std::size_t kStep = 64;
constexpr std::size_t kLargest =
    16 * 1024;  // a request of the edge, with its heads and its exchange, takes some 6 KiB
constexpr std::size_t kKeptPerSize = 128;

struct Free {
  Free* next;
};

struct Lists {
  Free* head[kLargest / kStep + 1] = {};
  std::size_t count[kLargest / kStep + 1] = {};

  ~Lists() {
    for (Free*& list : head) {
      while (list != nullptr) ::operator delete(std::exchange(list, list->next));
    }
  }
};

// Under a sanitizer every frame is its own allocation, so that use after free is seen.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kPooled = false;
#else
constexpr bool kPooled = true;
#endif
#else
constexpr bool kPooled = true;
#endif

thread_local Lists lists;

}  // namespace

void* allocate(std::size_t size) {
  if (!kPooled || size > kLargest) return ::operator new(size);
  const std::size_t index = (size + kStep - 1) / kStep;
  if (Free* frame = lists.head[index]) {
    lists.head[index] = frame->next;
    --lists.count[index];
    return frame;
  }
  return ::operator new(index * kStep);
}

void deallocate(void* frame, std::size_t size) {
  const std::size_t index = (size + kStep - 1) / kStep;
  if (!kPooled || size > kLargest || lists.count[index] >= kKeptPerSize) {
    ::operator delete(frame);
    return;
  }
  auto* free = static_cast<Free*>(frame);
  free->next = lists.head[index];
  lists.head[index] = free;
  ++lists.count[index];
}

}  // namespace brink::frame_pool
