#include "http/h2/inbound_body.h"

#include "runtime/frame_pool.h"

#include <cstring>
#include <new>

namespace brink::http::h2 {
namespace {

// A piece keeps its whole buffer alive from this part of it on.
constexpr std::size_t kWorthSharing = 8;

}  // namespace

struct InboundBody::Piece {
  Slice slice;
  Piece* next = nullptr;
};

void InboundBody::append(std::string_view bytes, Buffer* source) {
  received_ += bytes.size();
  if (state_ != State::kOpen || bytes.empty()) return;
  if (source != nullptr && bytes.size() >= source->capacity() / kWorthSharing) {
    source->add_reference();
    push({source, bytes});
  } else {
    if (tail_ == nullptr || tail_->capacity() - tail_used_ < bytes.size()) {
      if (tail_ != nullptr) tail_->drop_reference();
      // A second piece waiting means that there are many: they get a bigger buffer together.
      tail_ = Buffer::make(first_ == nullptr ? bytes.size() : Buffer::kLarge);
      tail_used_ = 0;
    }
    char* const at = tail_->data() + tail_used_;
    std::memcpy(at, bytes.data(), bytes.size());
    tail_used_ += bytes.size();
    tail_->add_reference();
    if (last_ != nullptr && last_->slice.data() + last_->slice.size() == at) {
      last_->slice = Slice(tail_, {last_->slice.data(), last_->slice.size() + bytes.size()});
    } else {
      push({tail_, {at, bytes.size()}});
    }
  }
  place_.wake();
}

void InboundBody::finish(const Fields* trailers) {
  if (state_ != State::kOpen) return;
  state_ = State::kComplete;
  trailers_ = trailers;
  place_.wake();
}

std::size_t InboundBody::fail(const Error& error) {
  if (state_ != State::kOpen) return 0;
  state_ = State::kFailed;
  error_ = error;
  place_.wake();
  return discard();
}

std::size_t InboundBody::discard() {
  std::size_t dropped = 0;
  while (first_ != nullptr) {
    Piece* piece = std::exchange(first_, first_->next);
    dropped += piece->slice.size();
    piece->~Piece();
    frame_pool::deallocate(piece, sizeof(Piece));
  }
  last_ = nullptr;
  if (tail_ != nullptr) std::exchange(tail_, nullptr)->drop_reference();
  return dropped;
}

BodyRead InboundBody::try_read() {
  if (first_ != nullptr) {
    Piece* piece = std::exchange(first_, first_->next);
    Slice slice = std::move(piece->slice);
    piece->~Piece();
    frame_pool::deallocate(piece, sizeof(Piece));
    if (first_ == nullptr) {
      last_ = nullptr;
      if (tail_ != nullptr) std::exchange(tail_, nullptr)->drop_reference();
    }
    owner_.on_body_taken(slice.size());
    return BodyRead::data(std::move(slice));
  }
  switch (state_) {
    case State::kComplete: return BodyRead::end();
    case State::kFailed: return BodyRead::failed(*error_);
    case State::kOpen: break;
  }
  owner_.on_body_wanted();
  return BodyRead::pending();
}

void InboundBody::push(Slice slice) {
  auto* piece = new (frame_pool::allocate(sizeof(Piece))) Piece{std::move(slice)};
  (last_ == nullptr ? first_ : last_->next) = piece;
  last_ = piece;
}

}  // namespace brink::http::h2
