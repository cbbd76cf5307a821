#include "base/slice.h"

#include <cstring>
#include <new>

namespace brink {

// Freed blocks of the two standard sizes, kept by the thread that freed them, at most kKept of each.
struct BufferPool {
  static constexpr std::size_t kKeptSmall = 64;
  static constexpr std::size_t kKeptLarge = 32;
  struct List {
    Buffer* head = nullptr;
    std::size_t count = 0;
  };
  List small, large;

  ~BufferPool() {
    for (List* list : {&small, &large}) {
      while (list->head != nullptr) {
        Buffer* next = list->head->next_free_;
        destroy(list->head);
        list->head = next;
      }
    }
  }
  static Buffer* take(List& list) {
    Buffer* buffer = list.head;
    if (buffer == nullptr) return nullptr;
    list.head = buffer->next_free_;
    --list.count;
    buffer->references_.store(1, std::memory_order_relaxed);
    return buffer;
  }
  static bool put(List& list, std::size_t kept, Buffer* buffer) {
    if (list.count >= kept) return false;
    buffer->next_free_ = list.head;
    list.head = buffer;
    ++list.count;
    return true;
  }
  static void destroy(Buffer* buffer) {
    buffer->~Buffer();
    ::operator delete(buffer);
  }
};

namespace {

thread_local BufferPool pool;

// Under a sanitizer every block is its own allocation, so that use after free is seen.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kPooled = false;
#else
constexpr bool kPooled = true;
#endif

}  // namespace

Buffer* Buffer::make(std::size_t capacity) {
  if (capacity <= kSmall) {
    if (Buffer* kept = BufferPool::take(pool.small)) return kept;
    capacity = kSmall;
  } else if (capacity <= kLarge) {
    if (Buffer* kept = BufferPool::take(pool.large)) return kept;
    capacity = kLarge;
  }
  return new (::operator new(sizeof(Buffer) + capacity)) Buffer(capacity);
}

void Buffer::free(Buffer* buffer) {
  if (!kPooled) return BufferPool::destroy(buffer);
  if (buffer->capacity_ == kSmall && BufferPool::put(pool.small, BufferPool::kKeptSmall, buffer)) return;
  if (buffer->capacity_ == kLarge && BufferPool::put(pool.large, BufferPool::kKeptLarge, buffer)) return;
  BufferPool::destroy(buffer);
}

Slice Slice::copy_of(std::string_view bytes) {
  if (bytes.empty()) return {};
  Buffer* buffer = Buffer::make(bytes.size());
  std::memcpy(buffer->data(), bytes.data(), bytes.size());
  return {buffer, {buffer->data(), bytes.size()}};
}

}  // namespace brink
