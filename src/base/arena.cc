#include "base/arena.h"

#include <algorithm>
#include <cstdlib>

namespace brink {

char* Arena::grow(std::size_t size, std::size_t alignment) {
  const std::size_t last = blocks_ != nullptr ? blocks_->size : kInlineBytes;
  const std::size_t capacity = std::max(last * 2, size + alignment + sizeof(Block));
  auto* block = static_cast<Block*>(::operator new(capacity));
  block->next = blocks_;
  block->size = capacity;
  blocks_ = block;
  cursor_ = reinterpret_cast<char*>(block) + sizeof(Block);
  end_ = reinterpret_cast<char*>(block) + capacity;
  return allocate(size, alignment);
}

void Arena::release() {
  while (blocks_ != nullptr) {
    Block* next = blocks_->next;
    ::operator delete(blocks_);
    blocks_ = next;
  }
}

}  // namespace brink
