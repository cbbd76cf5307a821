#include "http/h1/server_connection.h"

#include "http/date.h"
#include "http/h1/incoming_body.h"
#include "http/h1/outgoing.h"
#include "http/h1/parser.h"
#include "http/h1/writer.h"
#include "runtime/in_scope.h"

namespace brink::http::h1 {

using net::Io;

namespace {

// Requests that lay in the input already, after which others on the loop have their turn.
constexpr unsigned kRequestsInARow = 32;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::optional<Limit> limit_of(ParseError error) {
  switch (error) {
    case ParseError::kHeadTooLarge: return Limit::kHeaderBytes;
    case ParseError::kTooManyFields: return Limit::kHeaderCount;
    case ParseError::kUriTooLong: return Limit::kUriBytes;
    default: return std::nullopt;
  }
}

// The status that tells a client what was wrong with its content, where that can still be told.
std::optional<std::uint16_t> status_of_body(const Error& error) {
  if (error.is(ServerError::kBodyTooLarge)) return 413;
  if (error.is(ServerError::kBodyTimeout)) return 408;
  if (error.is(ServerError::kBodyMalformed)) return 400;
  return std::nullopt;
}

}  // namespace

// One request and its response.
class ServerConnection::Exchange final : public ServerStream, private IncomingBody::Owner {
 public:
  explicit Exchange(ServerConnection& connection)
      : connection_(connection),
        body_(*this, connection.input_, head_.arena),
        started_(connection.loop_.now()) {}

  // --- the connection ---
  void begin(const RequestParser& parser, std::size_t head_bytes);
  [[nodiscard]] RequestHead& head() { return head_; }
  [[nodiscard]] IncomingBody& content() { return body_; }
  [[nodiscard]] bool has_response_started() const { return response_started_; }
  [[nodiscard]] bool is_response_complete() const { return response_complete_; }
  // Whether the end of the connection is part of the response's framing, so that a cut must not look like it.
  [[nodiscard]] bool is_until_close() const { return until_close_; }
  [[nodiscard]] bool is_upgraded() const { return upgraded_; }
  [[nodiscard]] bool keeps_connection() const { return keeps_connection_; }
  // Whether the client itself asked for the connection to be closed, and so will not send more.
  [[nodiscard]] bool client_closes() const { return !client_keeps_; }
  [[nodiscard]] const std::optional<Error>& body_error() const { return body_error_; }

  // --- ServerStream ---
  [[nodiscard]] RequestHead& request() override { return head_; }
  [[nodiscard]] Body* body() override { return has_body_ ? &body_ : nullptr; }
  [[nodiscard]] const ConnectionFacts& connection() const override { return connection_.facts_; }
  [[nodiscard]] std::uint64_t request_head_bytes() const override { return head_bytes_; }
  [[nodiscard]] std::uint64_t body_bytes_received() const override { return body_.received(); }
  [[nodiscard]] TimePoint started() const override { return started_; }
  Task<Result<>> send_informational(const ResponseHead& head) override;
  Task<Result<>> send(const ResponseHead& head, Body* body, SendReport& report) override;
  void close_after_response() override { close_requested_ = true; }

 private:
  Task<Result<>> send_upgrade(const ResponseHead& head, Body* body, SendReport& report);
  Task<Result<>> wait_for_clients_end();
  Task<Result<>> wait_in_tunnel(Outgoing::Status status, Body* body);
  [[nodiscard]] Result<Framing> response_framing(const ResponseHead& head, const Body* body) const;
  [[nodiscard]] bool may_keep_connection(const Framing& framing) const;
  [[nodiscard]] Slice after_unsent_continue(Slice head);
  [[nodiscard]] Deadline idle_deadline() const;
  Error write_failed(const Error& waited);

  // --- IncomingBody::Owner ---
  Error on_body_failed(IncomingBody::Failure failure, std::int64_t detail) override;
  void before_first_read() override;
  void on_body_over() override { body_over_.notify(); }

  ServerConnection& connection_;
  RequestHead head_;
  IncomingBody body_;
  TimePoint started_;
  TimePoint last_sent_{};  // in a tunnel
  std::uint64_t head_bytes_ = 0;
  std::string_view unsent_continue_;  // of a 100 that the transport has taken in part
  std::optional<Error> body_error_;
  Event body_over_;
  bool has_body_ = false;
  bool client_keeps_ = false;
  bool continue_due_ = false;  // the client waits for a 100
  bool close_requested_ = false;
  bool sending_informational_ = false;
  bool response_started_ = false;
  bool response_complete_ = false;
  bool until_close_ = false;
  bool upgraded_ = false;
  bool keeps_connection_ = false;
};

ServerConnection::ServerConnection(std::unique_ptr<net::Transport> transport, const ConnectionFacts& facts,
                                   Service& service, const ServerLimits& limits,
                                   const ServerTimeouts& timeouts, Loop& loop)
    : transport_(std::move(transport)),
      facts_(facts),
      service_(service),
      limits_(limits),
      timeouts_(timeouts),
      loop_(loop),
      input_(*transport_) {}

ServerConnection::~ServerConnection() = default;

Task<std::optional<Http2Preface>> ServerConnection::run() {
  CancelScope scope(co_await current_scope());
  transport().watch().cancel_on_break(&scope);
  const Next last = co_await in_scope(serve_requests(), scope);
  transport().watch().cancel_on_break(nullptr);
  std::optional<Http2Preface> preface;
  if (last == Next::kHttp2) preface.emplace(std::move(transport_), std::string(input_.unread()));
  transport_.reset();
  co_return preface;
}

void ServerConnection::drain() {
  draining_ = true;
  if (at_rest_) transport().watch().read_place().wake();
}

Task<ServerConnection::Next> ServerConnection::serve_requests() {
  for (unsigned in_a_row = 0;;) {
    Deadline rest_ends = loop_.after(timeouts_.keep_alive);
    while (input_.is_empty()) {
      const Io io = input_.fill(Buffer::kSmall);
      if (io.status == Io::Status::kDone) break;
      if (io.status != Io::Status::kWouldBlock) co_return Next::kClose;
      if (draining_) {
        if (requests_ > 0) co_return Next::kClose;
        rest_ends = earlier(rest_ends, Deadline::at(facts_.accepted + kFirstRequestTime));
      }
      at_rest_ = true;
      const auto waited = co_await transport().watch().readable(rest_ends);
      at_rest_ = false;
      if (waited) continue;
      if (waited.error().is(WaitError::kTimeout) && !draining_) service_.on_limit(Limit::kKeepAlive);
      co_return Next::kClose;
    }
    const Next next = co_await serve_one();
    if (next != Next::kRequest) co_return next;
    if (input_.is_empty()) {
      in_a_row = 0;
    } else if (++in_a_row == kRequestsInARow) {
      in_a_row = 0;
      if (!co_await next_turn()) co_return Next::kClose;
    }
  }
}

// Not inlined: the compiler would put this frame, with the heads and all, into that of serve_requests(),
// where it would cost an idle connection 12 KiB.
[[gnu::noinline]] Task<ServerConnection::Next> ServerConnection::serve_one() {
  Exchange exchange(*this);
  RequestParser parser({limits_.header_bytes, limits_.header_count, limits_.uri_bytes},
                       facts_.tls != nullptr);
  const Deadline head_ends = loop_.after(timeouts_.request_header);
  bool may_be_http2 = requests_ == 0 && facts_.tls == nullptr;
  for (;;) {
    if (may_be_http2) {
      const PrefaceMatch match = match_h2_preface(input_.unread());
      if (match == PrefaceMatch::kYes) co_return Next::kHttp2;
      may_be_http2 = match == PrefaceMatch::kPossible;
    }
    if (!may_be_http2) {
      const HeadStep step = parser.parse(input_.unread(), exchange.head());
      if (step.status == ParseStatus::kDone) {
        input_.consume(step.consumed);
        exchange.begin(parser, step.consumed);
        break;
      }
      if (step.status == ParseStatus::kFailed) {
        if (const auto limit = limit_of(step.error)) service_.on_limit(*limit);
        co_return co_await refuse(status_of(step.error), step.error,
                                  parser.has_request_line() ? &exchange.head() : nullptr);
      }
    }
    const Io io = input_.fill(Buffer::kSmall);
    if (io.status == Io::Status::kDone) continue;
    if (io.status != Io::Status::kWouldBlock) co_return Next::kClose;
    if (const auto waited = co_await transport().watch().readable(head_ends); !waited) {
      if (!waited.error().is(WaitError::kTimeout)) co_return Next::kClose;
      service_.on_limit(Limit::kRequestHeader);
      co_return co_await refuse(408, waited.error(), parser.has_request_line() ? &exchange.head() : nullptr);
    }
  }

  ++requests_;
  if (limits_.body_bytes != 0 && parser.framing().length > limits_.body_bytes) {
    service_.on_limit(Limit::kBodyBytes);
    co_return co_await refuse(413, ServerError::kBodyTooLarge, &exchange.head());
  }
  co_await service_.serve(exchange);
  if (exchange.is_response_complete() && exchange.keeps_connection() && exchange.content().is_complete()) {
    input_.release();
    co_return Next::kRequest;
  }
  co_return co_await wind_up(exchange);
}

// What follows an exchange that did not end as it should, or is the connection's last.
Task<ServerConnection::Next> ServerConnection::wind_up(Exchange& exchange) {
  const bool is_cut_off = exchange.has_response_started() && !exchange.is_response_complete();
  if (is_cut_off && exchange.is_until_close()) transport().reset_on_close();
  if (is_cut_off || exchange.is_upgraded() || (co_await current_scope()).is_cancelled())
    co_return Next::kClose;
  if (!exchange.has_response_started()) {
    if (exchange.body_error()) {
      if (const auto status = status_of_body(*exchange.body_error()))
        co_return co_await refuse(*status, *exchange.body_error(), &exchange.head());
    }
    transport().reset_on_close();
    co_return Next::kClose;
  }
  if (exchange.keeps_connection() && co_await discard_content(exchange)) {
    input_.release();
    co_return Next::kRequest;
  }
  // A client that has sent all it will needs nobody to listen.
  const bool may_still_send =
      !exchange.content().is_complete() || !exchange.client_closes() || !input_.is_empty();
  exchange.content().abort(ServerError::kClientGone);  // nobody reads it any more, so its time does not count
  if (may_still_send) co_await linger();
  co_return Next::kClose;
}

// Reads what is left of a request's content; whether its end was reached.
Task<bool> ServerConnection::discard_content(Exchange& exchange) {
  IncomingBody& content = exchange.content();
  const Deadline deadline = loop_.after(timeouts_.request_body);
  for (std::uint64_t discarded = 0; discarded <= kMaxDiscardedContent;) {
    const BodyRead read = content.try_read();
    switch (read.status) {
      case BodyRead::Status::kEnd: co_return true;
      case BodyRead::Status::kFailed: co_return false;
      case BodyRead::Status::kData: discarded += read.slice.size(); break;
      case BodyRead::Status::kPending:
        if (!co_await content.wait(deadline)) co_return false;
        break;
    }
  }
  co_return content.is_complete();
}

// Answers a request that cannot be served, and ends the connection. `request` is what is known of it.
Task<ServerConnection::Next> ServerConnection::refuse(std::uint16_t status, const Error& why,
                                                      const RequestHead* request) {
  ResponseHead head;
  head.status = status;
  add_date(head, loop_.wall_now());
  const auto body = service_.on_unreadable_request({facts_, status, why, request}, &head);
  const Method method = request != nullptr ? request->method : Method::kGet;
  const Framing framing = has_no_content(method, status)
                              ? Framing::none()
                              : Framing::of_length(body == nullptr ? 0 : body->length().value_or(0));
  auto bytes = write_response_head(head, framing, ConnectionOption::kClose);
  if (!bytes) co_return Next::kClose;
  Outgoing outgoing(std::move(*bytes), body.get(), framing, false);
  const Deadline deadline = loop_.after(timeouts_.write);
  for (;;) {
    const Outgoing::Status sent = outgoing.advance(transport());
    if (sent == Outgoing::Status::kDone) break;
    if (sent != Outgoing::Status::kBlocked) co_return Next::kClose;
    if (!co_await transport().watch().writable(deadline)) co_return Next::kClose;
  }
  co_await linger();
  co_return Next::kClose;
}

// RFC 9112 section 9.6: ends our direction, and reads what the client still sends until it has seen that.
Task<void> ServerConnection::linger() {
  transport().shutdown_write();
  const Deadline deadline = loop_.after(kLingerTime);
  for (std::uint64_t heard = 0; heard < kLingerBytes;) {
    input_.consume(input_.unread().size());
    const Io io = input_.fill(Buffer::kLarge);
    if (io.status == Io::Status::kDone) {
      heard += io.bytes;
    } else if (io.status != Io::Status::kWouldBlock || !co_await transport().watch().readable(deadline)) {
      co_return;
    }
  }
}

void ServerConnection::Exchange::begin(const RequestParser& parser, std::size_t head_bytes) {
  head_bytes_ = head_bytes;
  client_keeps_ = parser.keeps_alive();
  const bool upgrades = !head_.upgrade.empty();
  body_.start(upgrades ? Framing::tunnel() : parser.framing(),
              {.content_bytes = upgrades ? 0 : connection_.limits_.body_bytes,
               .trailer_bytes = connection_.limits_.header_bytes,
               .trailer_count = connection_.limits_.header_count,
               .idle = upgrades ? Duration::zero() : Duration(connection_.timeouts_.request_body)});
  has_body_ = body_.has_content();
  if (upgrades) body_.wait_behind_gate();
  if (head_.expects_continue && has_body_ && !upgrades) {
    continue_due_ = true;
    body_.tell_before_first_read();
  }
}

Task<Result<>> ServerConnection::Exchange::send_informational(const ResponseHead& head) {
  if (head_.version == Version::kHttp10 || response_started_) co_return Result<>{};
  auto bytes = BRINK_CO_TRY(write_response_head(head, Framing::none(), ConnectionOption::kNone));
  if (head.status == 100) continue_due_ = false;
  Outgoing outgoing(after_unsent_continue(std::move(bytes)), nullptr, Framing::none(), false);
  sending_informational_ = true;
  for (;;) {
    const Outgoing::Status status = outgoing.advance(connection_.transport());
    if (status == Outgoing::Status::kDone) break;
    if (status != Outgoing::Status::kBlocked)
      co_return fail(ServerError::kClientGone, outgoing.error_number());
    const auto waited = co_await connection_.transport().watch().writable(
        connection_.loop_.after(connection_.timeouts_.write));
    if (!waited) co_return std::unexpected(write_failed(waited.error()));
  }
  sending_informational_ = false;
  co_return Result<>{};
}

Task<Result<>> ServerConnection::Exchange::send(const ResponseHead& head, Body* body, SendReport& report) {
  BRINK_ASSERT(!response_started_ && !sending_informational_);
  if (head.status == 101) co_return co_await send_upgrade(head, body, report);
  const Framing framing = BRINK_CO_TRY(response_framing(head, body));
  keeps_connection_ = may_keep_connection(framing);
  ConnectionOption option = ConnectionOption::kNone;
  if (!keeps_connection_) {
    option = ConnectionOption::kClose;
  } else if (head_.version == Version::kHttp10) {
    option = ConnectionOption::kKeepAlive;
  }
  auto bytes = BRINK_CO_TRY(write_response_head(head, framing, option));
  body_.close_gate();
  response_started_ = true;
  continue_due_ = false;
  until_close_ = framing.kind == Framing::Kind::kUntilClose;

  net::Transport& transport = connection_.transport();
  Outgoing outgoing(after_unsent_continue(std::move(bytes)), body, framing, head_.accepts_trailers);
  for (;;) {
    const Outgoing::Status status = outgoing.advance(transport);
    report = {outgoing.head_bytes(), outgoing.content_bytes()};
    Result<> waited;
    switch (status) {
      case Outgoing::Status::kDone: response_complete_ = true; co_return Result<>{};
      case Outgoing::Status::kBodyPending:
        waited = co_await body->wait(Deadline::never());
        if (!waited) co_return std::unexpected(waited.error());
        break;
      case Outgoing::Status::kBlocked:
        waited = co_await transport.watch().writable(connection_.loop_.after(connection_.timeouts_.write));
        if (!waited) co_return std::unexpected(write_failed(waited.error()));
        break;
      case Outgoing::Status::kPaused:
        if (!co_await next_turn()) co_return fail(WaitError::kCancelled);
        break;
      case Outgoing::Status::kBodyFailed:
        // Nothing is out yet: another response may take its place.
        if (report.head_bytes == 0) response_started_ = false;
        co_return fail(ServerError::kResponseBroken);
      case Outgoing::Status::kFailed: co_return fail(ServerError::kClientGone, outgoing.error_number());
    }
  }
}

// RFC 9110 section 7.8. After the 101, bytes of another protocol flow in both directions, each until its own
// end.
Task<Result<>> ServerConnection::Exchange::send_upgrade(const ResponseHead& head, Body* body,
                                                        SendReport& report) {
  BRINK_ASSERT(!head_.upgrade.empty());
  auto bytes = BRINK_CO_TRY(write_response_head(head, Framing::tunnel(), ConnectionOption::kNone));
  response_started_ = true;
  upgraded_ = true;
  until_close_ = true;
  body_.open_gate();
  net::Transport& transport = connection_.transport();
  Outgoing outgoing(std::move(bytes), body, Framing::tunnel(), false);
  for (;;) {
    const std::uint64_t before = outgoing.content_bytes();
    const Outgoing::Status status = outgoing.advance(transport);
    report = {outgoing.head_bytes(), outgoing.content_bytes()};
    if (outgoing.content_bytes() != before) last_sent_ = connection_.loop_.now();
    if (status == Outgoing::Status::kDone) break;
    if (status == Outgoing::Status::kBodyFailed) co_return fail(ServerError::kResponseBroken);
    if (status == Outgoing::Status::kFailed)
      co_return fail(ServerError::kClientGone, outgoing.error_number());
    BRINK_CO_TRY(co_await wait_in_tunnel(status, body));
  }
  transport.shutdown_write();
  BRINK_CO_TRY(co_await wait_for_clients_end());
  response_complete_ = true;
  co_return Result<>{};
}

Task<Result<>> ServerConnection::Exchange::wait_in_tunnel(Outgoing::Status status, Body* body) {
  Result<> waited;
  if (status == Outgoing::Status::kPaused) {
    if (!co_await next_turn()) co_return fail(WaitError::kCancelled);
  } else if (status == Outgoing::Status::kBodyPending) {
    waited = co_await body->wait(idle_deadline());
  } else {
    waited = co_await connection_.transport().watch().writable(
        connection_.loop_.after(connection_.timeouts_.write));
    if (!waited) co_return std::unexpected(write_failed(waited.error()));
  }
  if (waited || !waited.error().is(WaitError::kTimeout)) co_return waited;
  if (!idle_deadline().has_passed(connection_.loop_.now())) co_return Result<>{};
  connection_.service_.on_limit(Limit::kTunnelIdle);
  co_return waited;
}

Task<Result<>> ServerConnection::Exchange::wait_for_clients_end() {
  while (!body_.is_complete() && !body_.has_failed()) {
    const auto waited = co_await body_over_.wait(idle_deadline());
    if (waited) continue;
    // Both directions have ended: whether the service still reads does not matter.
    if (connection_.transport().watch().saw_hangup()) co_return Result<>{};
    if (!waited.error().is(WaitError::kTimeout)) co_return waited;
    if (!idle_deadline().has_passed(connection_.loop_.now())) continue;
    connection_.service_.on_limit(Limit::kTunnelIdle);
    co_return waited;
  }
  co_return Result<>{};
}

Deadline ServerConnection::Exchange::idle_deadline() const {
  return Deadline::at(std::max(last_sent_, body_.last_progress()) + connection_.timeouts_.tunnel_idle);
}

// RFC 9112 section 6.3, from the sender's side.
Result<Framing> ServerConnection::Exchange::response_framing(const ResponseHead& head,
                                                             const Body* body) const {
  if (has_no_content(head_.method, head.status)) return Framing::none();
  const auto declared = content_length(head.fields);
  if (body == nullptr) {
    if (declared.value_or(0) != 0) return fail(WriteError::kLengthMismatch);
    return Framing::of_length(0);
  }
  if (declared) return Framing::of_length(*declared);
  if (const auto length = body->length()) return Framing::of_length(*length);
  return head_.version == Version::kHttp10 ? Framing::until_close() : Framing::chunked();
}

bool ServerConnection::Exchange::may_keep_connection(const Framing& framing) const {
  if (!client_keeps_ || close_requested_ || connection_.draining_ ||
      framing.kind == Framing::Kind::kUntilClose)
    return false;
  const std::uint32_t most = connection_.limits_.requests_per_connection;
  if (most != 0 && connection_.requests_ >= most) {
    connection_.service_.on_limit(Limit::kRequestsPerConnection);
    return false;
  }
  if (body_.is_complete() || !head_.upgrade.empty()) return true;
  // A client that waits for its 100 may or may not send its content after another answer.
  if (body_.has_failed() || continue_due_) return false;
  const auto left = body_.remaining();
  return left && *left <= kMaxDiscardedContent;
}

// What the transport has taken of a 100 must be followed by its rest.
Slice ServerConnection::Exchange::after_unsent_continue(Slice head) {
  if (unsent_continue_.empty()) return head;
  std::string both(std::exchange(unsent_continue_, {}));
  both += head.bytes();
  return Slice::copy_of(both);
}

Error ServerConnection::Exchange::write_failed(const Error& waited) {
  if (!waited.is(WaitError::kTimeout)) return waited;
  connection_.service_.on_limit(Limit::kWrite);
  connection_.transport().reset_on_close();
  return ServerError::kWriteTimeout;
}

Error ServerConnection::Exchange::on_body_failed(IncomingBody::Failure failure, std::int64_t detail) {
  Error error = ServerError::kBodyMalformed;
  switch (failure) {
    case IncomingBody::Failure::kTruncated: error = ServerError::kClientGone; break;
    case IncomingBody::Failure::kBroken: error = Error(ServerError::kClientGone, detail); break;
    case IncomingBody::Failure::kMalformed: break;
    case IncomingBody::Failure::kTooLarge:
      error = ServerError::kBodyTooLarge;
      connection_.service_.on_limit(Limit::kBodyBytes);
      break;
    case IncomingBody::Failure::kTimeout:
      error = ServerError::kBodyTimeout;
      connection_.service_.on_limit(Limit::kRequestBody);
      break;
  }
  body_error_ = error;
  return error;
}

// RFC 9110 section 10.1.1: the client is asked for its content when somebody wants it, unless it did not
// wait.
void ServerConnection::Exchange::before_first_read() {
  if (!continue_due_ || response_started_) return;
  if (!connection_.input_.is_empty()) {
    continue_due_ = false;
    return;
  }
  if (sending_informational_) {  // not into the middle of it
    body_.tell_before_first_read();
    return;
  }
  if (unsent_continue_.empty()) unsent_continue_ = kContinue;
  const iovec piece{const_cast<char*>(unsent_continue_.data()), unsent_continue_.size()};
  net::Transport& transport = connection_.transport();
  const Io io = transport.try_write({&piece, 1});
  if (io.status == Io::Status::kDone) unsent_continue_.remove_prefix(io.bytes);
  if (unsent_continue_.empty() && transport.has_unsent()) (void)transport.try_flush();
  continue_due_ = false;
  if (!unsent_continue_.empty()) {  // the rest when the consumer asks again
    continue_due_ = true;
    body_.tell_before_first_read();
  }
}

}  // namespace brink::http::h1
