// Frames that are ready to be sent, as bytes in the order of their making: everything but DATA, which is made
// only when it can go out. Holds memory only while something is in it. Belongs to a codec.
#pragma once

#include "base/slice.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

namespace brink::http::h2 {

class ControlQueue {
 public:
  ControlQueue() = default;
  ControlQueue(const ControlQueue&) = delete;
  ControlQueue& operator=(const ControlQueue&) = delete;
  ~ControlQueue() {
    for (const Block& block : blocks_) block.buffer->drop_reference();
  }

  // A place for `bytes` at the end; commit() says how many of them were used.
  [[nodiscard]] char* reserve(std::size_t bytes) {
    if (blocks_.empty() || blocks_.back().buffer->capacity() - blocks_.back().end < bytes) {
      blocks_.push_back({Buffer::make(bytes), 0, 0});
    }
    return blocks_.back().buffer->data() + blocks_.back().end;
  }
  void commit(std::size_t bytes) {
    blocks_.back().end += bytes;
    size_ += bytes;
  }

  // Moves as much as there is room for to `out`.
  std::size_t take(std::span<char> out) {
    std::size_t taken = 0;
    while (!blocks_.empty() && taken < out.size()) {
      Block& block = blocks_.front();
      const std::size_t part = std::min(block.end - block.begin, out.size() - taken);
      std::memcpy(out.data() + taken, block.buffer->data() + block.begin, part);
      taken += part;
      block.begin += part;
      if (block.begin < block.end) break;
      block.buffer->drop_reference();
      blocks_.erase(blocks_.begin());
    }
    size_ -= taken;
    return taken;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool is_empty() const { return size_ == 0; }

 private:
  struct Block {
    Buffer* buffer;
    std::size_t begin;
    std::size_t end;
  };
  std::vector<Block> blocks_;  // seldom more than one
  std::size_t size_ = 0;
};

}  // namespace brink::http::h2
