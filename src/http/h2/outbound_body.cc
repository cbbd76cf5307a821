#include "http/h2/outbound_body.h"

#include "base/assert.h"
#include "http/server.h"

#include <cstring>

namespace brink::http::h2 {

void OutboundBody::abandon() {
  drop_pieces();
  body_ = nullptr;
  starved_ = false;
  if (state_ != State::kFailed) fail(WaitError::kCancelled);
}

Outgoing OutboundBody::offer(std::size_t limit) {
  read(limit);
  if (held_ == 0 && state_ == State::kOpen) {
    starved_ = true;
    return {.status = Outgoing::Status::kWaiting};
  }
  if (held_ == 0 && state_ == State::kFailed) return {.status = Outgoing::Status::kFailed};
  const std::size_t bytes = std::min(held_, limit);
  return {
      .status = Outgoing::Status::kData, .bytes = bytes, .end = state_ == State::kEnded && bytes == held_};
}

void OutboundBody::take(char* into, std::size_t bytes) {
  BRINK_ASSERT(bytes <= held_);
  held_ -= bytes;
  taken_ += bytes;
  while (bytes > 0) {
    Slice& piece = pieces_[first_];
    const std::size_t part = std::min(bytes, piece.size());
    std::memcpy(into, piece.data(), part);
    into += part;
    bytes -= part;
    piece.remove_prefix(part);
    if (!piece.empty()) break;
    piece = {};
    first_ = static_cast<std::uint8_t>((first_ + 1) % kPieces);
    --count_;
  }
}

bool OutboundBody::refill() {
  if (body_ == nullptr) return true;
  read(1);
  starved_ = held_ == 0 && state_ == State::kOpen;
  return !starved_;
}

void OutboundBody::drop_pieces() {
  for (Slice& piece : pieces_) piece = {};
  count_ = 0;
  held_ = 0;
}

void OutboundBody::read(std::size_t limit) {
  // One look beyond the limit: where the body ends with this frame, the frame says so.
  while (state_ == State::kOpen && held_ <= limit && count_ < kPieces) {
    BodyRead read = body_->try_read();
    switch (read.status) {
      case BodyRead::Status::kData:
        held_ += read.slice.size();
        pieces_[(first_ + count_++) % kPieces] = std::move(read.slice);
        if (expected_ && taken_ + held_ > *expected_) {
          drop_pieces();  // none of what is too much may go out
          fail(ServerError::kResponseBroken);
        }
        break;
      case BodyRead::Status::kPending: return;
      case BodyRead::Status::kEnd:
        state_ = State::kEnded;
        if (expected_ && taken_ + held_ != *expected_) fail(ServerError::kResponseBroken);
        break;
      case BodyRead::Status::kFailed: fail(*read.error); break;
    }
  }
}

}  // namespace brink::http::h2
