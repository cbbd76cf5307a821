#include "http/h1/client_connection.h"

#include "http/h1/incoming_body.h"
#include "http/h1/outgoing.h"
#include "http/h1/writer.h"
#include "runtime/frame_pool.h"
#include "runtime/loop.h"
#include "runtime/task_group.h"

namespace brink::http::h1 {

using net::Io;

namespace {

// RFC 9110 section 8.6: a method that usually has content says so when it has none.
bool usually_has_content(Method method) {
  return method == Method::kPost || method == Method::kPut || method == Method::kPatch;
}

Framing request_framing_of(const RequestHead& head, const Body* body) {
  if (!head.upgrade.empty()) return Framing::none();  // what follows is the new protocol's
  const auto declared = content_length(head.fields);
  if (body == nullptr) {
    return declared || usually_has_content(head.method) ? Framing::of_length(0) : Framing::none();
  }
  if (declared) return Framing::of_length(*declared);
  if (const auto length = body->length()) return Framing::of_length(*length);
  return Framing::chunked();
}

Error parse_failed(ParseError error) {
  const bool is_too_large = error == ParseError::kHeadTooLarge || error == ParseError::kTooManyFields;
  return {is_too_large ? ClientError::kHeadTooLarge : ClientError::kMalformedResponse,
          static_cast<std::int64_t>(error)};
}

}  // namespace

// One request and its response. The request's content is sent by a task of its own as soon as not all of it
// can be sent on the spot, so that an answer is read whenever it comes.
class ClientConnection::Exchange final : private IncomingBody::Owner {
 public:
  Exchange(ClientConnection& connection, const ClientTimeouts& timeouts)
      : connection_(connection), timeouts_(timeouts), body_(*this, connection.input_, head_.arena) {}

  static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
  static void operator delete(void* place, std::size_t size) { frame_pool::deallocate(place, size); }

  Task<Result<ResponseHead*>> start(const RequestHead& head, Body* body, InformationalSink* informational);
  Task<void> finish();

  [[nodiscard]] IncomingBody& body() { return body_; }
  // Whether the response has come whole, the request has gone out whole, and both leave the connection open.
  [[nodiscard]] bool leaves_connection_usable() const {
    return keeps_connection_ && request_sent_ && body_.is_complete();
  }

 private:
  Result<> send_head(const RequestHead& head, Body* body);
  Task<Result<>> read_head(const RequestHead& head, Body* body, InformationalSink* informational);
  Task<Result<>> wait_for_bytes(Body* body);
  void begin_response(Body* body, const ResponseParser& parser);
  void spawn_pump(Body* body, const Framing& framing);
  Task<void> pump(Body* body);
  Task<bool> pump_step(Outgoing::Status status, Body* body);
  void note_sent();
  [[nodiscard]] net::Transport& transport() const { return *connection_.transport_; }
  [[nodiscard]] Loop& loop() const { return transport().watch().loop(); }

  // --- IncomingBody::Owner ---
  Error on_body_failed(IncomingBody::Failure failure, std::int64_t detail) override;
  void before_first_read() override {}
  void on_body_over() override {}

  ClientConnection& connection_;
  const ClientTimeouts timeouts_;
  ResponseHead head_;
  IncomingBody body_;
  std::optional<Outgoing> outgoing_;
  std::optional<TaskGroup> pumps_;
  CancelScope* scope_ = nullptr;
  std::optional<Error> request_error_;         // of the request's body, or of sending it
  Deadline response_due_ = Deadline::never();  // first byte, once the request has been sent
  Deadline continue_due_ = Deadline::never();  // while content is held back for a 100
  Framing request_framing_;
  bool holds_content_ = false;
  bool request_sent_ = false;
  bool has_response_ = false;
  bool keeps_connection_ = false;
};

ClientConnection::ClientConnection(std::unique_ptr<net::Transport> transport, const HeadLimits& limits)
    : transport_(std::move(transport)), limits_(limits), input_(*transport_) {}

ClientConnection::~ClientConnection() = default;

Task<Result<ResponseHead*>> ClientConnection::start(const RequestHead& head, Body* body,
                                                    const ClientTimeouts& timeouts,
                                                    InformationalSink* informational) {
  BRINK_ASSERT(exchange_ == nullptr && usable_);
  request_bytes_ = response_bytes_ = 0;
  may_have_been_processed_ = false;
  usable_ = false;
  exchange_ = std::make_unique<Exchange>(*this, timeouts);
  return exchange_->start(head, body, informational);
}

Body* ClientConnection::response_body() {
  return exchange_ != nullptr && exchange_->body().has_content() ? &exchange_->body() : nullptr;
}

std::uint64_t ClientConnection::response_bytes() const {
  return exchange_ != nullptr ? exchange_->body().received() : response_bytes_;
}

Task<void> ClientConnection::finish() {
  if (exchange_ == nullptr) co_return;
  co_await exchange_->finish();
  response_bytes_ = exchange_->body().received();
  usable_ = exchange_->leaves_connection_usable() && input_.is_empty();
  exchange_.reset();
  input_.release();
}

bool ClientConnection::is_reusable() const {
  if (!usable_ || exchange_ != nullptr) return false;
  const FdWatch& watch = transport_->watch();
  return !watch.saw_hangup() && !watch.may_read() && !transport_->has_buffered_input();
}

Task<Result<ResponseHead*>> ClientConnection::Exchange::start(const RequestHead& head, Body* body,
                                                              InformationalSink* informational) {
  scope_ = &co_await current_scope();
  BRINK_CO_TRY(send_head(head, body));
  BRINK_CO_TRY(co_await read_head(head, body, informational));
  co_return &head_;
}

// Sends the head, and with it what there is of the content; what cannot be sent on the spot is left to the
// pump.
Result<> ClientConnection::Exchange::send_head(const RequestHead& head, Body* body) {
  request_framing_ = request_framing_of(head, body);
  Slice bytes = BRINK_TRY(write_request_head(head, request_framing_, ConnectionOption::kNone));
  const bool has_content = request_framing_.kind == Framing::Kind::kChunked || request_framing_.length > 0;
  holds_content_ = has_content && head.expects_continue;
  if (holds_content_) continue_due_ = loop().after(kContinueTime);
  outgoing_.emplace(std::move(bytes), holds_content_ ? nullptr : body,
                    holds_content_ ? Framing::none() : request_framing_, true);
  const Outgoing::Status status = outgoing_->advance(transport());
  note_sent();
  if (status == Outgoing::Status::kDone) {
    request_sent_ = !holds_content_;
    response_due_ = loop().after(timeouts_.first_byte);
    return {};
  }
  if (status == Outgoing::Status::kBodyFailed) return std::unexpected(outgoing_->error());
  if (status == Outgoing::Status::kFailed) {
    // The origin may have answered before it closed.
    response_due_ = loop().after(timeouts_.first_byte);
    return {};
  }
  pumps_.emplace("request body", *scope_);
  pumps_->spawn(pump(body));
  return {};
}

// Reads heads until the final response's, or 101.
Task<Result<>> ClientConnection::Exchange::read_head(const RequestHead& head, Body* body,
                                                     InformationalSink* informational) {
  Input& input = connection_.input_;
  const bool upgrades = !head.upgrade.empty();
  ResponseParser parser(connection_.limits_, head.method, upgrades);
  for (unsigned heads = 0;;) {
    if (!input.is_empty()) {
      const HeadStep step = parser.parse(input.unread(), head_);
      if (step.status == ParseStatus::kFailed) co_return std::unexpected(parse_failed(step.error));
      if (step.status == ParseStatus::kDone) {
        input.consume(step.consumed);
        if (head_.status >= 200 || head_.status == 101) {
          begin_response(body, parser);
          co_return Result<>{};
        }
        if (++heads > kMaxInformational)
          co_return std::unexpected(parse_failed(ParseError::kTooManyInformational));
        if (head_.status != 100) {
          if (informational != nullptr) informational->on_informational(head_);
        } else if (holds_content_) {
          spawn_pump(body, request_framing_);
        }
        head_.fields.clear();
        parser = ResponseParser(connection_.limits_, head.method, upgrades);
        continue;
      }
    }
    if (request_error_) co_return std::unexpected(*request_error_);
    const Io io = input.fill(Buffer::kSmall);
    switch (io.status) {
      case Io::Status::kDone: break;
      case Io::Status::kEnd: co_return fail(ClientError::kConnectionClosed);
      case Io::Status::kFailed: co_return fail(ClientError::kConnectionFailed, io.error_number);
      case Io::Status::kWouldBlock: BRINK_CO_TRY(co_await wait_for_bytes(body)); break;
    }
  }
}

// Until the origin sends something, or the pump has something to say.
Task<Result<>> ClientConnection::Exchange::wait_for_bytes(Body* body) {
  const auto waited = co_await transport().watch().readable(earlier(response_due_, continue_due_));
  if (waited || !waited.error().is(WaitError::kTimeout)) co_return waited;
  if (response_due_.has_passed(loop().now())) co_return fail(ClientError::kFirstByteTimeout);
  if (continue_due_.has_passed(loop().now()) && holds_content_) spawn_pump(body, request_framing_);
  co_return Result<>{};
}

void ClientConnection::Exchange::begin_response(Body* body, const ResponseParser& parser) {
  has_response_ = true;
  holds_content_ = false;
  keeps_connection_ = parser.keeps_alive() && head_.status != 101;
  body_.start(parser.framing(), {.trailer_bytes = connection_.limits_.header_bytes,
                                 .trailer_count = connection_.limits_.header_count,
                                 .idle = head_.status == 101 ? Duration::zero() : timeouts_.between_bytes});
  if (!body_.has_content()) connection_.input_.release();
  if (head_.status == 101) spawn_pump(body, Framing::tunnel());
}

void ClientConnection::Exchange::spawn_pump(Body* body, const Framing& framing) {
  holds_content_ = false;
  continue_due_ = response_due_ = Deadline::never();
  outgoing_.emplace(Slice(), body, framing, true);
  if (!pumps_) pumps_.emplace("request body", *scope_);
  pumps_->spawn(pump(body));
}

Task<void> ClientConnection::Exchange::pump(Body* body) {
  for (;;) {
    const Outgoing::Status status = outgoing_->advance(transport());
    note_sent();
    if (!co_await pump_step(status, body)) break;
  }
  // Who waits for the response learns that its time has begun, or that it is not worth waiting for.
  if (!has_response_) transport().watch().read_place().wake();
}

// What follows a step; false where it was the last.
Task<bool> ClientConnection::Exchange::pump_step(Outgoing::Status status, Body* body) {
  switch (status) {
    case Outgoing::Status::kDone:
      request_sent_ = true;
      response_due_ = loop().after(timeouts_.first_byte);
      if (has_response_ && head_.status == 101) transport().shutdown_write();
      co_return false;
    case Outgoing::Status::kPaused: co_return (co_await next_turn()).has_value();
    case Outgoing::Status::kBodyPending: co_return (co_await body->wait(Deadline::never())).has_value();
    case Outgoing::Status::kBlocked: {
      const auto waited = co_await transport().watch().writable(loop().after(timeouts_.between_bytes));
      if (waited) co_return true;
      if (waited.error().is(WaitError::kTimeout)) {
        request_error_ = has_response_ ? ClientError::kBodyTimeout : ClientError::kFirstByteTimeout;
        body_.abort(*request_error_);
      }
      co_return false;
    }
    case Outgoing::Status::kBodyFailed:
      request_error_ = outgoing_->error();
      body_.abort(*request_error_);
      co_return false;
    case Outgoing::Status::kFailed:
      // The origin takes no more; that it has closed, or its answer, is read where it waits.
      response_due_ = loop().after(timeouts_.first_byte);
      co_return false;
  }
  co_return false;
}

void ClientConnection::Exchange::note_sent() {
  connection_.request_bytes_ = outgoing_->content_bytes();
  if (outgoing_->is_head_sent()) connection_.may_have_been_processed_ = true;
}

Task<void> ClientConnection::Exchange::finish() {
  if (pumps_) co_await pumps_->finish();
}

Error ClientConnection::Exchange::on_body_failed(IncomingBody::Failure failure, std::int64_t detail) {
  switch (failure) {
    case IncomingBody::Failure::kMalformed: return {ClientError::kMalformedResponse, detail};
    case IncomingBody::Failure::kTimeout: return ClientError::kBodyTimeout;
    default: return {ClientError::kBodyBroken, detail};
  }
}

}  // namespace brink::http::h1
