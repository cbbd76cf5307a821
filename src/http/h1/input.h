// The bytes of a connection that have been read and not yet been used, in one buffer. Heads are parsed where
// they lie, content is handed out as slices of it; while nothing is unread, no buffer is held. Belongs to one
// connection.
#pragma once

#include "base/assert.h"
#include "base/slice.h"
#include "net/transport.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace brink::http::h1 {

class Input {
 public:
  explicit Input(net::Transport& transport) : transport_(transport) {}
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() { drop_buffer(); }

  [[nodiscard]] std::string_view unread() const {
    return buffer_ == nullptr ? std::string_view()
                              : std::string_view(buffer_->data() + begin_, end_ - begin_);
  }
  [[nodiscard]] bool is_empty() const { return begin_ == end_; }

  void consume(std::size_t count) {
    BRINK_ASSERT(count <= end_ - begin_);
    begin_ += count;
  }
  // The first `count` unread bytes; they share the buffer.
  [[nodiscard]] Slice take(std::size_t count) {
    BRINK_ASSERT(count <= end_ - begin_);
    buffer_->add_reference();
    Slice slice(buffer_, {buffer_->data() + begin_, count});
    begin_ += count;
    return slice;
  }

  // Reads what is there behind what is unread, into a buffer of at least `wanted` bytes where nothing is
  // unread. What does not fit into the buffer makes it grow: who calls bounds what is unread.
  net::Io fill(std::size_t wanted) {
    if (!transport_.watch().may_read() && !transport_.has_buffered_input()) {
      release();
      return net::Io::would_block();
    }
    make_room(wanted);
    const net::Io io = transport_.try_read({buffer_->data() + end_, buffer_->capacity() - end_});
    if (io.status == net::Io::Status::kDone) {
      end_ += io.bytes;
    } else {
      release();
    }
    return io;
  }

  // Gives the buffer back where nothing is unread.
  void release() {
    if (is_empty()) drop_buffer();
  }

  [[nodiscard]] net::Transport& transport() const { return transport_; }

 private:
  static constexpr std::size_t kLeastRoom = 512;  // a read into less is not worth its system call

  void make_room(std::size_t wanted) {
    const std::size_t unread = end_ - begin_;
    if (buffer_ != nullptr && unread == 0) {
      if (!buffer_->is_shared()) begin_ = end_ = 0;
      if (buffer_->capacity() - end_ < std::min(wanted, Buffer::kSmall)) drop_buffer();
    }
    if (buffer_ == nullptr) {
      buffer_ = Buffer::make(wanted);
      return;
    }
    if (buffer_->capacity() < wanted && unread == 0) {
      drop_buffer();
      buffer_ = Buffer::make(wanted);
    } else if (buffer_->capacity() - end_ < kLeastRoom) {
      Buffer* larger = Buffer::make(std::max(wanted, unread * 2));
      std::memcpy(larger->data(), buffer_->data() + begin_, unread);
      drop_buffer();
      buffer_ = larger;
      end_ = unread;
    }
  }
  void drop_buffer() {
    if (buffer_ != nullptr) std::exchange(buffer_, nullptr)->drop_reference();
    begin_ = end_ = 0;
  }

  net::Transport& transport_;
  Buffer* buffer_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace brink::http::h1
