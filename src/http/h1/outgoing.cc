#include "http/h1/outgoing.h"

#include "http/h1/writer.h"

namespace brink::http::h1 {

using net::Io;

Outgoing::Outgoing(Slice head, Body* body, const Framing& framing, bool sends_trailers)
    : head_(std::move(head)),
      body_(body),
      framing_(framing),
      sends_trailers_(sends_trailers),
      error_(WriteError::kLengthMismatch),
      left_(framing.length) {
  const bool has_length_zero = framing.kind == Framing::Kind::kLength && framing.length == 0;
  if (framing.kind == Framing::Kind::kNone || has_length_zero) body_state_ = BodyState::kOver;
}

Outgoing::Status Outgoing::advance(net::Transport& transport) {
  for (std::size_t moved = 0;;) {
    if (!is_gathered()) {
      if (moved >= kPauseBytes) return Status::kPaused;
      gather();
      // A body that fails before anything is out takes the head with it: something else can be said instead.
      if (body_state_ == BodyState::kFailed && !head_.empty()) return Status::kBodyFailed;
      if (!is_gathered()) break;
    }
    const Io io =
        transport.try_write({&pieces_[piece_begin_], static_cast<std::size_t>(piece_end_ - piece_begin_)});
    if (io.status == Io::Status::kWouldBlock) return Status::kBlocked;
    if (io.status != Io::Status::kDone) {
      error_number_ = io.error_number;
      return Status::kFailed;
    }
    count_taken(io.bytes);
    moved += io.bytes;
  }
  if (body_state_ == BodyState::kFailed) return Status::kBodyFailed;
  if (transport.has_unsent()) {
    const Io io = transport.try_flush();
    if (io.status == Io::Status::kFailed) {
      error_number_ = io.error_number;
      return Status::kFailed;
    }
    if (io.status == Io::Status::kWouldBlock) return Status::kBlocked;
  }
  return body_state_ == BodyState::kOver ? Status::kDone : Status::kBodyPending;
}

// Head, size of the chunk, content, end of the chunk: what there is of it.
void Outgoing::gather() {
  for (std::size_t i = 0; i < slice_count_; ++i) slices_[i] = {};
  slice_count_ = 0;
  piece_begin_ = piece_end_ = content_begin_ = content_end_ = 0;
  if (!head_.empty()) add_piece(head_.bytes());
  if (body_state_ == BodyState::kPending) body_state_ = BodyState::kOpen;
  if (body_state_ != BodyState::kOpen) return;

  const std::uint8_t size_line = piece_end_;
  const bool is_chunked = framing_.kind == Framing::Kind::kChunked;
  if (is_chunked) ++piece_end_;
  content_begin_ = piece_end_;
  gather_content();
  content_end_ = piece_end_;
  if (!is_chunked) return;

  const bool has_content = content_begin_ != content_end_;
  if (has_content) {
    std::uint64_t size = 0;
    for (std::uint8_t i = content_begin_; i < content_end_; ++i) size += pieces_[i].iov_len;
    pieces_[size_line] = {chunk_size_.data(), write_chunk_size(size, chunk_size_.data())};
  } else {
    piece_end_ = content_begin_ = content_end_ = size_line;
  }
  if (body_state_ != BodyState::kOver) {
    if (has_content) add_piece("\r\n");
    return;
  }
  const Fields* trailers = sends_trailers_ && body_ != nullptr ? body_->trailers() : nullptr;
  if (trailers == nullptr) {
    add_piece(has_content ? "\r\n0\r\n\r\n" : "0\r\n\r\n");
    return;
  }
  auto last_chunk = write_last_chunk(*trailers);
  if (has_content) add_piece("\r\n");
  if (!last_chunk) return fail_body(last_chunk.error());
  last_chunk_ = std::move(*last_chunk);
  add_piece(last_chunk_.bytes());
}

void Outgoing::gather_content() {
  // The end of a tunnel means that all before it has gone out, so it is not asked for together with content.
  const std::size_t most = framing_.kind == Framing::Kind::kTunnel ? 1 : kMaxSlices;
  for (std::size_t bytes = 0; slice_count_ < most && bytes < kEnoughBytes;) {
    BodyRead read = body_ == nullptr ? BodyRead::end() : body_->try_read();
    switch (read.status) {
      case BodyRead::Status::kPending: body_state_ = BodyState::kPending; return;
      case BodyRead::Status::kFailed: return fail_body(*read.error);
      case BodyRead::Status::kEnd:
        body_state_ = BodyState::kOver;
        if (framing_.kind == Framing::Kind::kLength && left_ > 0) fail_body(WriteError::kLengthMismatch);
        return;
      case BodyRead::Status::kData: break;
    }
    if (framing_.kind == Framing::Kind::kLength) {
      if (read.slice.size() > left_) return fail_body(WriteError::kLengthMismatch);
      left_ -= read.slice.size();
    }
    bytes += read.slice.size();
    add_piece(read.slice.bytes());
    slices_[slice_count_++] = std::move(read.slice);
    if (framing_.kind == Framing::Kind::kLength && left_ == 0) {
      body_state_ = BodyState::kOver;
      return;
    }
  }
}

void Outgoing::fail_body(const Error& error) {
  body_state_ = BodyState::kFailed;
  error_ = error;
}

void Outgoing::count_taken(std::size_t bytes) {
  while (bytes > 0) {
    iovec& piece = pieces_[piece_begin_];
    const std::size_t taken = std::min(bytes, piece.iov_len);
    bytes -= taken;
    if (piece_begin_ == 0 && !head_.empty()) {
      head_bytes_ += taken;
      head_.remove_prefix(taken);
    } else if (piece_begin_ >= content_begin_ && piece_begin_ < content_end_) {
      content_bytes_ += taken;
    }
    piece.iov_base = static_cast<char*>(piece.iov_base) + taken;
    piece.iov_len -= taken;
    if (piece.iov_len == 0) ++piece_begin_;
  }
}

}  // namespace brink::http::h1
