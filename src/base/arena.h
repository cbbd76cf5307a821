// Memory that is given out in order and freed all at once: one per request. Nothing in it is destroyed, so it
// holds only trivially destructible things. The first block is inside the arena; further ones double in size.
// Belongs to one loop; not thread-safe. Does not move.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace brink {

class Arena {
 public:
  static constexpr std::size_t kInlineBytes = 1024;

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { release(); }

  [[nodiscard]] char* allocate(std::size_t size, std::size_t alignment = 1) {
    auto start = (reinterpret_cast<std::uintptr_t>(cursor_) + (alignment - 1)) & ~(alignment - 1);
    char* place = reinterpret_cast<char*>(start);
    if (size > static_cast<std::size_t>(end_ - cursor_) || place + size > end_) [[unlikely]]
      return grow(size, alignment);
    cursor_ = place + size;
    return place;
  }

  // A copy of `text` that lives as long as the arena.
  [[nodiscard]] std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* place = allocate(text.size());
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
  }

  // The texts one after another.
  template <class... Text>
  [[nodiscard]] std::string_view join(const Text&... text) {
    const std::size_t size = (std::string_view(text).size() + ... + 0);
    char* place = allocate(size);
    char* at = place;
    ((at = append(at, text)), ...);
    return {place, size};
  }

  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
  }

  // Gives every block but the inline one back and starts anew; all that was given out is gone.
  void reset() {
    release();
    cursor_ = inline_;
    end_ = inline_ + kInlineBytes;
    blocks_ = nullptr;
  }

 private:
  struct Block {
    Block* next;
    std::size_t size;
  };
  static char* append(char* at, std::string_view text) {
    if (!text.empty())
      std::memcpy(at, text.data(), text.size());  // memcpy takes no nullptr, not even for no bytes
    return at + text.size();
  }
  char* grow(std::size_t size, std::size_t alignment);
  void release();

  alignas(16) char inline_[kInlineBytes];
  char* cursor_ = inline_;
  char* end_ = inline_ + kInlineBytes;
  Block* blocks_ = nullptr;
};

}  // namespace brink
