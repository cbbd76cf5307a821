// Reference-counted bytes. A Buffer is one block of memory; a Slice is a view of a part of it that keeps it
// alive. Slices are what bodies are made of: passing one on copies no bytes. Counts are atomic, so a slice
// may cross threads; the bytes a slice shows do not change once it has been handed out. Blocks of the
// standard sizes come from a per-thread pool.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace brink {

class Buffer {
 public:
  static constexpr std::size_t kSmall = 4 * 1024 - 32;   // room for a head
  static constexpr std::size_t kLarge = 64 * 1024 - 32;  // room for four TLS records' worth of body

  // A block with at least `capacity` bytes (the next standard size, or exactly that where it is larger);
  // the caller owns the one reference.
  [[nodiscard]] static Buffer* make(std::size_t capacity);

  [[nodiscard]] char* data() { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] bool is_shared() const { return references_.load(std::memory_order_acquire) > 1; }

  void add_reference() { references_.fetch_add(1, std::memory_order_relaxed); }
  void drop_reference() {
    // A lone owner needs no read-modify-write; acquire pairs with the release of the others' drops.
    if (references_.load(std::memory_order_acquire) == 1 ||
        references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      free(this);
  }

 private:
  explicit Buffer(std::size_t capacity) : capacity_(capacity) {}
  static void free(Buffer* buffer);

  std::atomic<std::uint32_t> references_{1};
  std::size_t capacity_;
  Buffer* next_free_ = nullptr;
  friend struct BufferPool;
};

class Slice {
 public:
  Slice() = default;
  // Takes over one reference to `owner`; owner may be nullptr for bytes with static lifetime.
  Slice(Buffer* owner, std::string_view bytes) : owner_(owner), bytes_(bytes) {}
  Slice(const Slice& other) : owner_(other.owner_), bytes_(other.bytes_) {
    if (owner_ != nullptr) owner_->add_reference();
  }
  Slice(Slice&& other) noexcept
      : owner_(std::exchange(other.owner_, nullptr)), bytes_(std::exchange(other.bytes_, {})) {}
  Slice& operator=(Slice other) noexcept {
    std::swap(owner_, other.owner_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Slice() {
    if (owner_ != nullptr) owner_->drop_reference();
  }

  [[nodiscard]] static Slice copy_of(std::string_view bytes);
  // Bytes that live as long as the program.
  [[nodiscard]] static Slice of_static(std::string_view bytes) { return {nullptr, bytes}; }

  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] const char* data() const { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

  // The first `count` bytes as a slice of their own; this one keeps the rest. Requires count <= size().
  [[nodiscard]] Slice take_front(std::size_t count) {
    Slice front(*this);
    front.bytes_ = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return front;
  }
  void remove_prefix(std::size_t count) { bytes_.remove_prefix(count); }

 private:
  Buffer* owner_ = nullptr;
  std::string_view bytes_;
};

}  // namespace brink
