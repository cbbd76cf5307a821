#include "http/h2/wire.h"

#include "http/h2/turns.h"

namespace brink::http::h2 {
namespace {

// Buffers written before others get their turn.
constexpr int kBuffersPerTurn = 8;

}  // namespace

Task<void> Wire::run() {
  for (;;) {
    if (auto waited = co_await wanted_.wait(Deadline::never()); !waited) break;
    last_progress_ = loop_.now();
    Flushed flushed = flush();
    while (flushed == Flushed::kBlocked || flushed == Flushed::kEnough) {
      if (flushed == Flushed::kEnough) {
        co_await let_others_run();
      } else {
        const auto waited = co_await transport_.watch().writable(Deadline::at(last_progress_ + timeout_));
        if (!waited && waited.error().is(WaitError::kCancelled)) break;
        if (!waited) {
          error_number_ = 0;
          flushed = Flushed::kFailed;
          break;
        }
      }
      flushed = flush();
    }
    if (flushed == Flushed::kFailed) {
      failed_ = true;
      drained_.notify();
      owner_.on_write_failed(error_number_);
      co_return;
    }
    if (flushed != Flushed::kAll) break;  // cancelled
    if (is_drained()) drained_.notify();
  }
  failed_ = true;
  drained_.notify();
}

Task<Result<>> Wire::drained(Deadline deadline) {
  while (!is_drained()) {
    if (failed_) co_return fail(WaitError::kCancelled);
    drained_.clear();
    if (auto waited = co_await drained_.wait(deadline); !waited) co_return waited;
  }
  co_return Result<>{};
}

Wire::Flushed Wire::flush() {
  blocked_ = false;
  int buffers = 0;
  for (;;) {
    if (begin_ == end_) {
      if (!codec_.wants_to_produce()) break;
      if (++buffers > kBuffersPerTurn) return Flushed::kEnough;
      if (buffer_ == nullptr) buffer_ = Buffer::make(Buffer::kLarge);
      begin_ = 0;
      end_ = codec_.produce({buffer_->data(), buffer_->capacity()});
      produced_ += end_;
      if (end_ == 0) break;
    }
    const iovec piece{.iov_base = buffer_->data() + begin_, .iov_len = end_ - begin_};
    const net::Io io = transport_.try_write({&piece, 1});
    if (io.status == net::Io::Status::kWouldBlock) {
      blocked_ = true;
      owner_.on_written();
      return Flushed::kBlocked;
    }
    if (io.status != net::Io::Status::kDone) {
      error_number_ = io.error_number;
      return Flushed::kFailed;
    }
    begin_ += io.bytes;
    given_ += io.bytes;
    last_progress_ = loop_.now();
  }
  drop();
  owner_.on_written();
  if (!transport_.has_unsent()) return Flushed::kAll;
  const net::Io io = transport_.try_flush();
  if (io.status == net::Io::Status::kDone) return Flushed::kAll;
  if (io.status == net::Io::Status::kWouldBlock) {
    blocked_ = true;
    return Flushed::kBlocked;
  }
  error_number_ = io.error_number;
  return Flushed::kFailed;
}

void Wire::drop() {
  if (buffer_ != nullptr) std::exchange(buffer_, nullptr)->drop_reference();
  begin_ = end_ = 0;
}

bool Wire::is_drained() const {
  return begin_ == end_ && !codec_.wants_to_produce() && !transport_.has_unsent();
}

}  // namespace brink::http::h2
