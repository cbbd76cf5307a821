#include "http/h1/incoming_body.h"

#include "runtime/loop.h"

namespace brink::http::h1 {

using net::Io;

void IncomingBody::start(const Framing& framing, const Limits& limits) {
  framing_ = framing;
  limits_ = limits;
  has_content_ = framing.kind != Framing::Kind::kNone &&
                 !(framing.kind == Framing::Kind::kLength && framing.length == 0);
  state_ = has_content_ ? State::kOpen : State::kComplete;
  last_progress_ = input_.transport().watch().loop().now();
}

void IncomingBody::wait_behind_gate() { state_ = State::kBehindGate; }

void IncomingBody::open_gate() {
  state_ = State::kOpen;
  last_progress_ = input_.transport().watch().loop().now();
  gate_place_.wake();
}

void IncomingBody::close_gate() {
  if (state_ != State::kBehindGate) return;
  complete();
  gate_place_.wake();
}

void IncomingBody::abort(const Error& error) {
  if (state_ == State::kComplete || state_ == State::kFailed) return;
  WaitPlace& place = wait_place();
  Timer::disarm();
  state_ = State::kFailed;
  error_ = error;
  place.wake();
}

std::optional<std::uint64_t> IncomingBody::remaining() const {
  if (state_ == State::kComplete) return 0;
  if (framing_.kind == Framing::Kind::kLength) return framing_.length - received_;
  return std::nullopt;
}

std::optional<std::uint64_t> IncomingBody::length() const {
  if (framing_.kind == Framing::Kind::kLength) return framing_.length;
  if (framing_.kind == Framing::Kind::kNone) return 0;
  return std::nullopt;
}

BodyRead IncomingBody::try_read() {
  switch (state_) {
    case State::kBehindGate: return BodyRead::pending();
    case State::kComplete: return BodyRead::end();
    case State::kFailed: return BodyRead::failed(*error_);
    case State::kOpen: break;
  }
  if (tells_before_first_read_) {
    tells_before_first_read_ = false;
    owner_.before_first_read();
  }
  for (;;) {
    if (input_.is_empty()) {
      if (auto answer = read_more()) return std::move(*answer);
    }
    switch (framing_.kind) {
      case Framing::Kind::kLength: {
        const std::uint64_t left = framing_.length - received_;
        return hand_out(static_cast<std::size_t>(std::min<std::uint64_t>(left, input_.unread().size())));
      }
      case Framing::Kind::kChunked:
        if (auto answer = next_chunk()) return std::move(*answer);
        break;
      default: return hand_out(input_.unread().size());
    }
  }
}

std::optional<BodyRead> IncomingBody::read_more() {
  const Io io = input_.fill(wanted_buffer());
  switch (io.status) {
    case Io::Status::kDone:
      Timer::disarm();
      last_progress_ = input_.transport().watch().loop().now();
      return std::nullopt;
    case Io::Status::kWouldBlock: return pending();
    case Io::Status::kEnd:
      if (framing_.kind == Framing::Kind::kUntilClose || framing_.kind == Framing::Kind::kTunnel)
        return complete();
      return fail(Failure::kTruncated);
    case Io::Status::kFailed: return fail(Failure::kBroken, io.error_number);
  }
  return std::nullopt;
}

// Nothing where only framing was there, and more must be read.
std::optional<BodyRead> IncomingBody::next_chunk() {
  const auto step = decoder_.next(input_.unread(), limits_.trailer_bytes, limits_.trailer_count, trailers_);
  input_.consume(step.consumed);
  switch (step.status) {
    case ChunkedDecoder::Status::kContent: return hand_out(step.content);
    case ChunkedDecoder::Status::kEnd: return complete();
    case ChunkedDecoder::Status::kFailed:
      return fail(Failure::kMalformed, static_cast<std::int64_t>(step.error));
    case ChunkedDecoder::Status::kNeedMore: break;
  }
  return read_more();
}

BodyRead IncomingBody::hand_out(std::size_t count) {
  received_ += count;
  if (limits_.content_bytes != 0 && received_ > limits_.content_bytes) return fail(Failure::kTooLarge);
  Slice slice = input_.take(count);
  if (framing_.kind == Framing::Kind::kLength && received_ == framing_.length) complete();
  return BodyRead::data(std::move(slice));
}

BodyRead IncomingBody::pending() {
  if (limits_.idle != Duration::zero() && !Timer::is_armed()) {
    Loop& loop = input_.transport().watch().loop();
    loop.timers().arm(*this, loop.now() + limits_.idle);
  }
  return BodyRead::pending();
}

BodyRead IncomingBody::complete() {
  Timer::disarm();
  state_ = State::kComplete;
  owner_.on_body_over();
  return BodyRead::end();
}

BodyRead IncomingBody::fail(Failure failure, std::int64_t detail) {
  Timer::disarm();
  state_ = State::kFailed;
  error_ = owner_.on_body_failed(failure, detail);
  owner_.on_body_over();
  return BodyRead::failed(*error_);
}

// Only a consumer that waits can say that nothing comes: one that takes its time is not the peer's fault.
void IncomingBody::on_timer() {
  WaitPlace& place = wait_place();
  if (place.is_empty() || input_.transport().watch().may_read()) return;
  fail(Failure::kTimeout);
  place.wake();
}

WaitPlace& IncomingBody::wait_place() {
  return state_ == State::kBehindGate ? gate_place_ : input_.transport().watch().read_place();
}

const Fields* IncomingBody::trailers() const {
  return state_ == State::kComplete && !trailers_.empty() ? &trailers_ : nullptr;
}

std::size_t IncomingBody::wanted_buffer() const {
  if (framing_.kind != Framing::Kind::kLength) return Buffer::kLarge;
  return static_cast<std::size_t>(std::min<std::uint64_t>(framing_.length - received_, Buffer::kLarge));
}

}  // namespace brink::http::h1
