#include "http/h2/server_stream.h"

#include "http/date.h"
#include "http/h2/priority.h"
#include "http/h2/request_error.h"
#include "http/h2/wire_fields.h"

namespace brink::http::h2 {
namespace {

// Informational responses of one request; more are left out.
constexpr std::uint8_t kMaxInformational = 16;

}  // namespace

StreamOfServer::StreamOfServer(StreamHost& host, CancelScope& parent)
    : host_(host),
      scope_(parent),
      started_(host.block_began()),
      reader_(head_, host.limits),
      inbound_(*this) {}

// --- what comes in ---

void StreamOfServer::on_field(FieldName id, std::string_view name, std::string_view value) {
  if (!head_complete_) {
    reader_.field(id, name, value);
    return;
  }
  if (!trailers_reader_)
    trailers_reader_.emplace(trailers_, host_.limits.header_bytes, host_.limits.header_count);
  trailers_reader_->field(id, name, value);
}

void StreamOfServer::on_fields_end(bool end_stream) {
  if (head_complete_) {
    on_trailers(end_stream);
  } else {
    on_request_head(end_stream);
  }
}

void StreamOfServer::on_request_head(bool end_stream) {
  head_complete_ = true;
  content_over_ = end_stream;
  head_bytes_ = host_.block_bytes();
  is_served = true;  // until it is started
  const HeadFault fault = reader_.finish(end_stream);
  if (fault != HeadFault::kNone) return answer_fault(fault);
  const bool upgrade = !head_.upgrade.empty();
  declared_length_ = reader_.content_length();
  if (host_.limits.body_bytes != 0 && declared_length_.value_or(0) > host_.limits.body_bytes) {
    host_.service.on_limit(Limit::kBodyBytes);
    return refuse(413, ServerError::kBodyTooLarge);
  }
  has_body_ = upgrade || !end_stream;
  inbound_.set_length(declared_length_);
  if (const Field* priority = head_.fields.find(FieldName::kPriority))
    host_.codec.set_priority(*this, parse_priority(priority->value));
  is_served = false;
  host_.start(*this);
}

// What cannot be understood is reset; what is only too big is told so.
void StreamOfServer::answer_fault(HeadFault fault) {
  switch (fault) {
    case HeadFault::kHeaderBytes:
      host_.service.on_limit(Limit::kHeaderBytes);
      return refuse(431, RequestError::kHeadTooLarge);
    case HeadFault::kHeaderCount:
      host_.service.on_limit(Limit::kHeaderCount);
      return refuse(431, RequestError::kTooManyFields);
    case HeadFault::kUriBytes:
      host_.service.on_limit(Limit::kUriBytes);
      return refuse(414, RequestError::kUriTooLong);
    case HeadFault::kPlainConnect: return refuse(501, RequestError::kConnectRefused);
    case HeadFault::kMalformed:
    case HeadFault::kNone: break;
  }
  (void)host_.service.on_unreadable_request({host_.facts, 400, RequestError::kMalformedHead, &head_},
                                            nullptr);
  host_.count_fault();
  abort(ErrorCode::kProtocolError, RequestError::kMalformedHead);
}

// Answers a request that is not to be served. What still comes of it is thrown away.
void StreamOfServer::refuse(std::uint16_t status, const Error& why) {
  ResponseHead head;
  head.status = status;
  add_date(head, host_.loop.wall_now());
  const bool has_target = reader_.fault() != HeadFault::kUriBytes;
  refusal_ =
      host_.service.on_unreadable_request({host_.facts, status, why, has_target ? &head_ : nullptr}, &head);
  inbound_.fail(why);
  response_submitted_ = true;
  submit_response(head, refusal_.get());
  host_.wake_writer();
}

void StreamOfServer::on_trailers(bool end_stream) {
  const bool well_formed =
      end_stream && !content_over_ && (!trailers_reader_ || trailers_reader_->fault() == HeadFault::kNone);
  if (!well_formed) return content_is_malformed();
  content_is_over(trailers_.empty() ? nullptr : &trailers_);
}

void StreamOfServer::on_data(std::string_view bytes) {
  last_body_progress_ = host_.loop.now();
  if (is_tunnel_) last_write_progress_ = last_body_progress_;
  body_wanted_ = false;
  const std::uint64_t received = inbound_.received() + bytes.size();
  if (declared_length_ && received > *declared_length_) {
    host_.codec.consume(*this, bytes.size());
    return content_is_malformed();
  }
  if (host_.limits.body_bytes != 0 && head_.upgrade.empty() && received > host_.limits.body_bytes &&
      !inbound_.is_over()) {
    host_.service.on_limit(Limit::kBodyBytes);
    fail_body(ServerError::kBodyTooLarge);
  }
  const bool wanted = !inbound_.is_over();
  inbound_.append(bytes, host_.reading_buffer());
  if (!wanted) host_.codec.consume(*this, bytes.size());
}

void StreamOfServer::on_end() { content_is_over(nullptr); }

void StreamOfServer::content_is_over(const Fields* trailers) {
  if (declared_length_ && inbound_.received() != *declared_length_) return content_is_malformed();
  content_over_ = true;
  body_timer_.disarm();
  inbound_.finish(trailers);
}

void StreamOfServer::content_is_malformed() {
  if (!is_started)
    (void)host_.service.on_unreadable_request({host_.facts, 400, ServerError::kBodyMalformed, &head_},
                                              nullptr);
  fail_body(ServerError::kBodyMalformed);
  host_.count_fault();
  abort(ErrorCode::kProtocolError, ServerError::kBodyMalformed);
}

// The windows open again by what nobody will read.
void StreamOfServer::fail_body(const Error& why) {
  body_timer_.disarm();
  if (const std::size_t dropped = inbound_.fail(why); dropped > 0) host_.codec.consume(*this, dropped);
}

void StreamOfServer::discard_content() {
  if (const std::size_t dropped = inbound_.discard(); dropped > 0) host_.codec.consume(*this, dropped);
}

void StreamOfServer::on_body_taken(std::size_t bytes) {
  host_.codec.consume(*this, bytes);
  host_.wake_writer();
}

void StreamOfServer::on_body_wanted() {
  if (content_over_ || !is_open()) return;
  if (head_.expects_continue && !continue_sent_ && !response_submitted_ && inbound_.received() == 0) {
    static constexpr WireField kContinue[] = {{FieldName::kOther, ":status", "100"}};
    continue_sent_ = true;
    host_.codec.submit_informational(*this, kContinue);
    host_.wake_writer();
  }
  if (body_wanted_ || is_tunnel_ || !head_.upgrade.empty()) return;
  body_wanted_ = true;
  last_body_progress_ = host_.loop.now();
  if (!body_timer_.is_armed()) arm(body_timer_, last_body_progress_, host_.timeouts.request_body);
}

void StreamOfServer::check_body_progress() {
  if (!body_wanted_ || content_over_ || inbound_.is_over()) return;
  if (host_.loop.now() - last_body_progress_ < host_.timeouts.request_body) {
    arm(body_timer_, last_body_progress_, host_.timeouts.request_body);
    return;
  }
  host_.service.on_limit(Limit::kRequestBody);
  fail_body(ServerError::kBodyTimeout);
}

// --- what goes out ---

Task<Result<>> StreamOfServer::send_informational(const ResponseHead& head) {
  if (failure_) co_return std::unexpected(*failure_);
  if (!is_open() || response_submitted_ || informational_ >= kMaxInformational) co_return Result<>{};
  ++informational_;
  submit_informational(head);
  co_return Result<>{};
}

void StreamOfServer::submit_informational(const ResponseHead& head) {
  WireFields fields(head_.arena);
  write_response(head, std::nullopt, fields);
  host_.codec.submit_informational(*this, fields.view());
  host_.wake_writer();
}

Task<Result<>> StreamOfServer::send(const ResponseHead& head, Body* body, SendReport& report) {
  if (failure_) co_return std::unexpected(*failure_);
  BRINK_ASSERT(!response_submitted_);
  response_submitted_ = true;
  submit_response(head, body);
  host_.wake_writer();
  const Result<> sent = co_await wait_until_sent();
  report.head_bytes = response_head_bytes_;
  report.body_bytes = outbound_.taken();
  // The body may die now: nothing of ours may look at it any more.
  if (!sent) abort(ErrorCode::kCancel, sent.error());
  outbound_.abandon();
  write_timer_.disarm();
  co_return sent;
}

void StreamOfServer::submit_response(const ResponseHead& head, Body* body) {
  const bool no_content = head.status != 101 && has_no_content(head_.method, head.status);
  std::optional<std::uint64_t> length;
  if (head.status == 101) {
    is_tunnel_ = true;
    body_timer_.disarm();
  } else if (!no_content) {
    length = body == nullptr ? std::optional<std::uint64_t>(0) : body->length();
  }
  const bool has_body = body != nullptr && !no_content;
  if (has_body) {
    // Where there is a Content-Length, the body keeps to it.
    outbound_.start(body, is_tunnel_                                   ? std::nullopt
                          : head.fields.has(FieldName::kContentLength) ? content_length(head.fields)
                                                                       : length);
  }
  last_write_progress_ = host_.loop.now();
  if (has_body)
    arm(write_timer_, last_write_progress_, is_tunnel_ ? host_.timeouts.tunnel_idle : host_.timeouts.write);
  WireFields fields(head_.arena);
  write_response(head, length, fields);
  response_head_bytes_ = host_.codec.submit_response(*this, fields.view(), has_body);
}

Task<Result<>> StreamOfServer::wait_until_sent() {
  while (!sent_) {
    if (failure_) co_return std::unexpected(*failure_);
    Result<> waited;
    if (outbound_.is_starved()) {
      if (!outbound_.refill()) {
        waited = co_await outbound_.body()->wait(Deadline::never());
        if (waited && !outbound_.refill()) continue;
      }
      if (waited) {
        host_.codec.resume(*this);
        host_.wake_writer();
      }
    } else {
      waited = co_await PlaceWait(sender_, Deadline::never());
    }
    if (!waited) co_return failure_ ? std::unexpected(*failure_) : std::unexpected(waited.error());
  }
  co_return Result<>{};
}

Outgoing StreamOfServer::offer(std::size_t limit) {
  Outgoing outgoing = outbound_.offer(limit);
  switch (outgoing.status) {
    case Outgoing::Status::kWaiting: sender_.wake(); break;
    case Outgoing::Status::kFailed:
      if (!failure_) failure_ = ServerError::kResponseBroken;
      sender_.wake();
      break;
    case Outgoing::Status::kData:
      if (outgoing.end) outgoing.trailers = submit_trailers();
      break;
  }
  return outgoing;
}

bool StreamOfServer::submit_trailers() {
  const Fields* trailers = outbound_.body()->trailers();
  if (trailers == nullptr || trailers->empty()) return false;
  WireFields fields(head_.arena);
  fields.add_all(*trailers);
  host_.codec.submit_trailers(*this, fields.view());
  return true;
}

void StreamOfServer::take(char* into, std::size_t bytes) {
  outbound_.take(into, bytes);
  last_write_progress_ = host_.loop.now();
}

void StreamOfServer::on_end_produced() {
  end_produced_ = true;
  host_.await_written(*this);
  // A response that did not need the whole request: the rest may stop coming (RFC 9113 section 8.1). A
  // tunnel's other direction goes on.
  if (!content_over_ && !is_tunnel_ && (!is_started || is_served))
    host_.codec.reset(*this, ErrorCode::kNoError);
}

void StreamOfServer::on_written() {
  sent_ = true;
  sender_.wake();
}

void StreamOfServer::check_write_progress() {
  if (end_produced_ || failure_) return;
  const TimePoint now = host_.loop.now();
  if (is_tunnel_) {
    if (now - last_write_progress_ < host_.timeouts.tunnel_idle)
      return arm(write_timer_, last_write_progress_, host_.timeouts.tunnel_idle);
    host_.service.on_limit(Limit::kTunnelIdle);
    return abort(ErrorCode::kCancel, ServerError::kWriteTimeout);
  }
  if (outbound_.is_starved())
    return arm(write_timer_, now, host_.timeouts.write);  // it is not the client that we wait for
  // A client that gets other streams first is no reason to end this one, unless it has shut this one's
  // window.
  const TimePoint last = host_.codec.has_room(*this)
                             ? std::max(last_write_progress_, host_.last_connection_progress())
                             : last_write_progress_;
  if (now - last < host_.timeouts.write) return arm(write_timer_, last, host_.timeouts.write);
  host_.service.on_limit(Limit::kWrite);
  abort(ErrorCode::kCancel, ServerError::kWriteTimeout);
}

// --- the end ---

void StreamOfServer::on_served() {
  is_served = true;
  fail_body(ServerError::kClientGone);  // nobody reads what still comes
  discard_content();
  if (!is_open()) return;
  if (!response_submitted_ || !end_produced_) {
    abort(ErrorCode::kInternalError, ServerError::kResponseBroken);
  } else if (!content_over_) {
    host_.codec.reset(*this, ErrorCode::kNoError);
    host_.wake_writer();
  }
}

void StreamOfServer::on_closed(ErrorCode code, bool by_peer) {
  if (!(end_produced_ && code == ErrorCode::kNoError)) {
    // What was not complete will not become so. (A response that is all in the output is.)
    if (!content_over_) fail_body(ServerError::kClientGone);
    if (!end_produced_) {
      if (!failure_) failure_ = Error(ServerError::kClientGone);
      outbound_.abandon();
    }
    scope_.cancel();
  }
  write_timer_.disarm();
  body_timer_.disarm();
  sender_.wake();
  host_.on_closed(*this, code, by_peer);
}

void StreamOfServer::on_connection_lost(const Error& why) {
  if (!failure_ && !sent_) failure_ = why;
  if (!content_over_) fail_body(why);
  outbound_.abandon();
  write_timer_.disarm();
  body_timer_.disarm();
  scope_.cancel();
}

// Resets the stream, and wakes whoever sends on it.
void StreamOfServer::abort(ErrorCode code, const Error& why) {
  if (!failure_) failure_ = why;
  outbound_.abandon();
  host_.codec.reset(*this, code);
  host_.wake_writer();
  sender_.wake();
}

void StreamOfServer::arm(Timer& timer, TimePoint since, std::chrono::milliseconds allowed) {
  host_.loop.timers().arm(timer, since + allowed);
}

}  // namespace brink::http::h2
