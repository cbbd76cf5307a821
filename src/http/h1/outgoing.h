// One message on its way out: a head and what a body gives, in the framing that the head announced. Gathers
// what is ready and hands it to the transport in one call, and goes on until the transport blocks or the body
// has nothing. Does not wait itself: whoever drives it knows the deadlines. Belongs to one loop.
#pragma once

#include "base/error.h"
#include "base/slice.h"
#include "http/body.h"
#include "http/h1/chunked.h"
#include "http/h1/framing.h"
#include "net/transport.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include <sys/uio.h>

namespace brink::http::h1 {

class Outgoing {
 public:
  enum class Status : std::uint8_t {
    kDone,         // the transport has all of it, and so has the kernel
    kBodyPending,  // wait for the body
    kBlocked,      // wait until the transport is writable
    kPaused,       // much has been moved at once: go on in the next turn, for the others' sake
    kBodyFailed,   // `error`: the message is cut off
    kFailed,       // the transport failed with `error_number`
  };

  // `body` is nullptr for no content. With kNone, nothing of it is sent.
  Outgoing(Slice head, Body* body, const Framing& framing, bool sends_trailers);

  Status advance(net::Transport& transport);

  [[nodiscard]] const Error& error() const { return error_; }
  [[nodiscard]] int error_number() const { return error_number_; }
  // What the transport has taken.
  [[nodiscard]] std::uint64_t head_bytes() const { return head_bytes_; }
  [[nodiscard]] std::uint64_t content_bytes() const { return content_bytes_; }
  [[nodiscard]] bool is_head_sent() const { return head_.empty(); }

 private:
  // Slices in one call, and bytes after which no more are gathered: what a slow client can make us hold.
  static constexpr std::size_t kMaxSlices = 16;
  static constexpr std::size_t kEnoughBytes = 64 * 1024;
  static constexpr std::size_t kPauseBytes = 4 * 1024 * 1024;
  static constexpr std::size_t kMaxPieces = kMaxSlices + 4;  // head, chunk size, end of chunk, last chunk

  enum class BodyState : std::uint8_t { kOpen, kPending, kOver, kFailed };

  void gather();
  void gather_content();
  void add_piece(std::string_view bytes) {
    pieces_[piece_end_++] = {const_cast<char*>(bytes.data()), bytes.size()};
  }
  void count_taken(std::size_t bytes);
  void fail_body(const Error& error);
  [[nodiscard]] bool is_gathered() const { return piece_begin_ != piece_end_; }

  Slice head_;
  Body* body_;
  Framing framing_;
  bool sends_trailers_;
  BodyState body_state_ = BodyState::kOpen;
  int error_number_ = 0;
  Error error_;
  std::uint64_t left_;  // of a length
  std::uint64_t head_bytes_ = 0;
  std::uint64_t content_bytes_ = 0;

  // What was gathered and the transport has not taken yet.
  std::uint8_t piece_begin_ = 0;
  std::uint8_t piece_end_ = 0;
  std::uint8_t content_begin_ = 0;  // of the pieces, those that are content
  std::uint8_t content_end_ = 0;
  std::uint8_t slice_count_ = 0;
  std::array<char, kMaxChunkSizeLine> chunk_size_;
  std::array<iovec, kMaxPieces> pieces_;
  std::array<Slice, kMaxSlices> slices_;
  Slice last_chunk_;
};

}  // namespace brink::http::h1
