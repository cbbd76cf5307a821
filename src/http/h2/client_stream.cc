#include "http/h2/client_stream.h"

#include "http/h2/wire_fields.h"

namespace brink::http::h2 {
namespace {

constexpr std::uint8_t kMaxInformational = 16;
// How long a body waits for 100 Continue from an origin that may never send it (RFC 9110 section 10.1.1).
constexpr auto kContinuePatience = std::chrono::milliseconds(1000);

}  // namespace

StreamOfClient::~StreamOfClient() {
  BRINK_ASSERT(!is_open());  // finish() is awaited before
  if (in_use_) host_.on_released(*this);
}

Task<Result<ResponseHead*>> StreamOfClient::start(const RequestHead& head, Body* body,
                                                  const ClientTimeouts& timeouts,
                                                  InformationalSink* informational) {
  timeouts_ = timeouts;
  sink_ = informational;
  if (!head.upgrade.empty()) {
    // RFC 8441 section 3: only where the origin has said that it can.
    if (auto known = co_await host_.peer_settings(host_.loop.after(timeouts.first_byte)); !known) {
      if (known.error().is(WaitError::kTimeout)) co_return brink::fail(ClientError::kFirstByteTimeout);
      co_return std::unexpected(known.error());
    }
    if (!host_.codec.peer_allows_extended_connect()) co_return brink::fail(ClientError::kUpgradeNotPossible);
  }
  if (const auto why = host_.why_not_open()) co_return std::unexpected(*why);
  submit(head, body);

  while (!head_complete_ && !failure_) {
    const auto waited = co_await PlaceWait(starter_, head_deadline());
    if (waited || head_complete_ || failure_) continue;
    if (waited.error().is(WaitError::kCancelled)) co_return std::unexpected(waited.error());
    if (head_deadline().has_passed(host_.loop.now()))
      fail(ClientError::kFirstByteTimeout, ErrorCode::kCancel);
  }
  if (failure_ && !head_complete_) co_return std::unexpected(*failure_);
  co_return &*head_;
}

Deadline StreamOfClient::head_deadline() const {
  return end_produced_ ? Deadline::at(request_sent_ + timeouts_.first_byte) : Deadline::never();
}

void StreamOfClient::submit(const RequestHead& head, Body* body) {
  method_ = head.method;
  upgrade_ = head.upgrade;
  const bool upgrade = !head.upgrade.empty();
  std::optional<std::uint64_t> length;
  if (body != nullptr && !upgrade) length = body->length();
  if (body != nullptr) {
    outbound_.start(body, upgrade                                      ? std::nullopt
                          : head.fields.has(FieldName::kContentLength) ? content_length(head.fields)
                                                                       : length);
    is_held_ = head.expects_continue && !upgrade;
  }
  last_write_progress_ = host_.loop.now();
  WireFields fields(scratch_);
  write_request(head, length, fields);
  bytes_before_ = host_.bytes_produced();
  submitted_ = true;
  host_.codec.submit_request(*this, fields.view(), body != nullptr);
  host_.on_opened(*this);
  if (body != nullptr)
    host_.loop.timers().arm(write_timer_, last_write_progress_ + (is_held_ ? Duration(kContinuePatience)
                                                                           : timeouts_.between_bytes));
  host_.wake_writer();
}

Task<void> StreamOfClient::finish() {
  if (is_open()) {
    // A tunnel or an upload that nobody needs any more, or a response that is not complete.
    host_.codec.abandon(*this, ErrorCode::kCancel);
    host_.wake_writer();
  }
  ListHook<OpenTag>::unlink();
  ListHook<StarvedTag>::unlink();
  read_timer_.disarm();
  write_timer_.disarm();
  if (pump_) co_await pump_->finish();
  outbound_.abandon();
  if (const std::size_t dropped = inbound_.discard(); dropped > 0) {
    host_.codec.consume(*this, dropped);
    host_.wake_writer();
  }
  if (in_use_) {
    in_use_ = false;
    host_.on_released(*this);
  }
}

// --- what goes out ---

Outgoing StreamOfClient::offer(std::size_t limit) {
  if (is_held_) return {.status = Outgoing::Status::kWaiting};
  Outgoing outgoing = outbound_.offer(limit);
  switch (outgoing.status) {
    case Outgoing::Status::kWaiting: host_.on_starved(*this); break;
    case Outgoing::Status::kFailed:
      // What the body failed with is what the request failed with.
      fail_with(outbound_.error().value_or(ClientError::kBodyBroken));
      break;
    case Outgoing::Status::kData:
      if (outgoing.end) outgoing.trailers = submit_trailers();
      break;
  }
  return outgoing;
}

bool StreamOfClient::submit_trailers() {
  const Fields* trailers = outbound_.body()->trailers();
  if (trailers == nullptr || trailers->empty()) return false;
  WireFields fields(scratch_);
  fields.add_all(*trailers);
  host_.codec.submit_trailers(*this, fields.view());
  return true;
}

void StreamOfClient::take(char* into, std::size_t bytes) {
  outbound_.take(into, bytes);
  last_write_progress_ = host_.loop.now();
}

void StreamOfClient::on_end_produced() {
  end_produced_ = true;
  request_sent_ = host_.loop.now();
  write_timer_.disarm();
  pump_place_.wake();
  starter_.wake();  // the time to the first byte runs from now on
}

// Where the body has nothing to give, somebody has to wait for it while the response may come.
void StreamOfClient::start_pump() {
  if (!is_open() || failure_) return;
  if (pump_) {
    pump_place_.wake();
    return;
  }
  pump_.emplace("request body", host_.loop);
  pump_->spawn(pump());
}

Task<void> StreamOfClient::pump() {
  while (is_open() && !end_produced_ && !failure_) {
    if (!outbound_.is_starved()) {
      if (!co_await PlaceWait(pump_place_, Deadline::never())) co_return;
      continue;
    }
    if (!outbound_.refill()) {
      if (!co_await outbound_.body()->wait(Deadline::never())) co_return;
      if (outbound_.body() == nullptr || !outbound_.refill()) continue;
    }
    last_write_progress_ = host_.loop.now();
    host_.codec.resume(*this);
    host_.wake_writer();
  }
}

void StreamOfClient::release_held_body() {
  if (!is_held_) return;
  is_held_ = false;
  last_write_progress_ = host_.loop.now();
  host_.loop.timers().arm(write_timer_, last_write_progress_ + timeouts_.between_bytes);
  host_.codec.resume(*this);
  host_.wake_writer();
}

void StreamOfClient::check_write_progress() {
  if (!is_open() || end_produced_) return;
  const TimePoint now = host_.loop.now();
  if (is_held_) return release_held_body();
  if (is_tunnel_ || outbound_.is_starved()) {  // it is not the origin that we wait for
    host_.loop.timers().arm(write_timer_, now + timeouts_.between_bytes);
    return;
  }
  const TimePoint last = std::max(last_write_progress_, last_read_progress_);
  if (now - last < timeouts_.between_bytes) {
    host_.loop.timers().arm(write_timer_, last + timeouts_.between_bytes);
    return;
  }
  fail(ClientError::kBodyTimeout, ErrorCode::kCancel);
}

// --- what comes in ---

void StreamOfClient::on_field(FieldName id, std::string_view name, std::string_view value) {
  if (head_complete_) {
    if (!trailers_) trailers_.emplace(head_->arena);
    if (!trailers_reader_)
      trailers_reader_.emplace(*trailers_, host_.options.header_bytes, host_.options.header_count);
    trailers_reader_->field(id, name, value);
    return;
  }
  if (!head_) {
    head_.emplace();
    reader_.emplace(*head_, host_.options.header_bytes, host_.options.header_count);
  }
  reader_->field(id, name, value);
}

void StreamOfClient::on_fields_end(bool end_stream) {
  last_read_progress_ = host_.loop.now();
  if (!head_complete_) return on_response_head(end_stream);
  if (!end_stream || content_over_ || (trailers_reader_ && trailers_reader_->fault() != HeadFault::kNone))
    return malformed();
  content_is_over(trailers_ && !trailers_->empty() ? &*trailers_ : nullptr);
}

void StreamOfClient::on_response_head(bool end_stream) {
  if (!head_) return malformed();
  switch (reader_->finish()) {
    case HeadFault::kNone: break;
    case HeadFault::kHeaderBytes:
    case HeadFault::kHeaderCount: return fail(ClientError::kHeadTooLarge, ErrorCode::kCancel);
    default: return malformed();
  }
  if (head_->status < 200) {
    if (end_stream || ++informational_ > kMaxInformational) return malformed();
    return on_informational();
  }
  if (!upgrade_.empty() && head_->status < 300) {
    if (end_stream) return malformed();
    is_tunnel_ = true;
    head_->status = 101;
    head_->upgrade = upgrade_;
  } else {
    no_content_ = has_no_content(method_, head_->status);
    if (!no_content_) {
      declared_length_ = reader_->content_length();
      if (end_stream && declared_length_.value_or(0) != 0) return malformed();
      inbound_.set_length(declared_length_);
    }
  }
  has_body_ = !end_stream && !no_content_;
  head_complete_ = true;
  if (end_stream) content_is_over(nullptr);
  starter_.wake();
}

void StreamOfClient::on_informational() {
  if (head_->status == 100) release_held_body();
  if (sink_ != nullptr) sink_->on_informational(*head_);
  reader_.reset();
  head_.reset();
}

void StreamOfClient::on_data(std::string_view bytes) {
  last_read_progress_ = host_.loop.now();
  body_wanted_ = false;
  const std::uint64_t received = inbound_.received() + bytes.size();
  if (!head_complete_ || no_content_ || (declared_length_ && received > *declared_length_)) {
    host_.codec.consume(*this, bytes.size());
    return malformed();
  }
  const bool wanted = !inbound_.is_over();
  inbound_.append(bytes, host_.reading_buffer());
  if (!wanted) host_.codec.consume(*this, bytes.size());
}

void StreamOfClient::content_is_over(const Fields* trailers) {
  if (!head_complete_ || (declared_length_ && inbound_.received() != *declared_length_)) return malformed();
  content_over_ = true;
  read_timer_.disarm();
  inbound_.finish(trailers);
}

void StreamOfClient::on_body_taken(std::size_t bytes) {
  host_.codec.consume(*this, bytes);
  host_.wake_writer();
}

void StreamOfClient::on_body_wanted() {
  if (content_over_ || is_tunnel_ || body_wanted_ || !is_open()) return;
  body_wanted_ = true;
  last_read_progress_ = host_.loop.now();
  if (!read_timer_.is_armed())
    host_.loop.timers().arm(read_timer_, last_read_progress_ + timeouts_.between_bytes);
}

void StreamOfClient::check_read_progress() {
  if (!body_wanted_ || content_over_ || !is_open()) return;
  if (host_.loop.now() - last_read_progress_ < timeouts_.between_bytes) {
    host_.loop.timers().arm(read_timer_, last_read_progress_ + timeouts_.between_bytes);
    return;
  }
  fail(ClientError::kBodyTimeout, ErrorCode::kCancel);
}

// --- the end ---

void StreamOfClient::malformed() {
  fail(head_complete_ ? ClientError::kBodyBroken : ClientError::kMalformedResponse,
       ErrorCode::kProtocolError);
}

void StreamOfClient::fail(const Error& why, ErrorCode code) {
  fail_with(why);
  host_.codec.reset(*this, code);
  host_.wake_writer();
}

void StreamOfClient::fail_with(const Error& why) {
  if (!failure_) failure_ = why;
  if (const std::size_t dropped = inbound_.fail(why); dropped > 0) host_.codec.consume(*this, dropped);
  read_timer_.disarm();
  write_timer_.disarm();
  starter_.wake();
  pump_place_.wake();
}

void StreamOfClient::on_closed(ErrorCode code, bool) {
  ListHook<OpenTag>::unlink();
  if (code == ErrorCode::kRefusedStream) refused_ = true;
  if (content_over_) {
    // The response is whole. Where the request was not, the origin did not need the rest (RFC 9113
    // section 8.1).
    write_timer_.disarm();
    pump_place_.wake();
    if (is_tunnel_ && code != ErrorCode::kNoError)
      fail_with({ClientError::kReset, static_cast<std::int64_t>(code)});
    return;
  }
  fail_with(code == ErrorCode::kRefusedStream ? Error(ClientError::kRefused)
                                              : Error(ClientError::kReset, static_cast<std::int64_t>(code)));
}

void StreamOfClient::on_connection_lost(const Error& why) {
  host_.codec.abandon(*this, ErrorCode::kCancel);
  if (!content_over_) {
    fail_with(head_complete_ ? Error(ClientError::kBodyBroken) : why);
  } else {
    write_timer_.disarm();
    pump_place_.wake();
  }
}

}  // namespace brink::http::h2
