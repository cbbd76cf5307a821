#include "http/h2/server_session.h"

#include "http/h2/flood_guard.h"
#include "http/h2/request_error.h"
#include "http/h2/server_stream.h"
#include "http/h2/wire.h"
#include "runtime/in_scope.h"
#include "runtime/task_group.h"

#include <limits>
#include <optional>

namespace brink::http::h2 {
namespace {

constexpr std::size_t kReadBytes = Buffer::kLarge;
// Reads in one go before others get their turn.
constexpr int kReadsPerTurn = 8;
// Of frames that wait to be sent because the client does not read: nothing more is read from it until they
// are gone.
constexpr std::size_t kMaxQueuedBytes = 64 * 1024;
// Streams that the client has closed while their tasks are still coming to an end, in relation to
// limits.streams.
constexpr std::size_t kEndingStreams = 4;
// From the first GOAWAY of a drain, which tells, to the second, which refuses, unless the client is heard of
// earlier.
constexpr auto kDrainNotice = std::chrono::milliseconds(1000);
// How long a connection that has been ended waits for the client to take what is left, and for it to close.
constexpr auto kGoodbye = std::chrono::milliseconds(2000);
constexpr std::uint32_t kContinuationBytes = 16 * 1024;
constexpr std::uint32_t kExtraContinuations = 8;

std::uint32_t max_continuations(const ServerLimits& limits) {
  return limits.header_bytes / kContinuationBytes + kExtraContinuations;
}

CodecOptions codec_options(const ServerLimits& limits) {
  constexpr std::uint32_t kMaxWindow = std::numeric_limits<std::int32_t>::max();
  return {.max_streams = limits.streams,
          .stream_window = std::min(limits.h2_stream_window, kMaxWindow),
          .connection_window = std::min(limits.h2_connection_window, kMaxWindow),
          .header_bytes = limits.header_bytes};
}

}  // namespace

class ServerSession::Impl final : private CodecEvents, private Wire::Owner, private StreamHost {
 public:
  Impl(std::unique_ptr<net::Transport> transport, const ConnectionFacts& connection, Service& answers,
       const ServerLimits& server_limits, const ServerTimeouts& server_timeouts, Loop& on_loop)
      : StreamHost(own_codec_, answers, connection, server_limits, server_timeouts, on_loop),
        transport_(std::move(transport)),
        own_codec_(Codec::Side::kServer, codec_options(server_limits), *this),
        wire_(*transport_, own_codec_, on_loop, server_timeouts.write, *this),
        guard_(server_limits, max_continuations(server_limits), on_loop.now()) {}

  Task<void> run(std::string_view already_read);
  void begin_drain();
  [[nodiscard]] std::size_t open_streams() const { return open_streams_; }

 private:
  // Why the connection ends.
  enum class End : unsigned char {
    kNotYet,
    kDone,      // neither side has more to say
    kSentAway,  // a GOAWAY says what the client did wrong
    kClientGone,
    kCancelled,
  };

  Task<void> read_all(std::string_view already_read);
  bool take_in(std::span<const char> bytes, Buffer* source);
  [[nodiscard]] Deadline head_deadline() const;
  Task<void> serve(StreamOfServer& stream);
  Task<void> say_goodbye();
  void end(End why, int error_number = 0);
  void calm_down(Limit limit);
  void on_quiet();
  void finish_drain();
  void forget(StreamOfServer& stream);

  // --- CodecEvents ---
  CodecStream* on_stream(std::int32_t id) override;
  void on_frame_header(const FrameHeader& frame) override;
  void on_stream_error(ErrorCode code) override;
  void on_content() override { guard_.on_content(); }
  void on_connection_error(ErrorCode code) override;
  void on_data_produced() override {
    guard_.on_data_written();
    last_data_written_ = loop.now();
  }
  void on_peer_settings() override { preface_seen_ = true; }
  void on_peer_goaway(ErrorCode) override {}
  void on_ping_answered() override {
    if (draining_ && !drained_) finish_drain();
  }
  // --- Wire::Owner ---
  void on_written() override;
  void on_write_failed(int error_number) override;
  // --- StreamHost ---
  void start(StreamOfServer& stream) override { starting_.push_back(stream); }
  void wake_writer() override { wire_.wake(); }
  void await_written(StreamOfServer& stream) override {
    awaiting_.push_back(stream);
    newly_ended_ = true;
  }
  void on_closed(StreamOfServer& stream, ErrorCode code, bool by_peer) override;
  void drain() override { begin_drain(); }
  void count_fault() override {
    if (const auto limit = guard_.on_reset(loop.now()); limit && !flood_) flood_ = limit;
  }
  Buffer* reading_buffer() override { return reading_; }
  TimePoint block_began() const override { return head_began_; }
  std::size_t block_bytes() const override { return block_bytes_; }
  TimePoint last_connection_progress() const override {
    return wire_.is_blocked() ? std::max(last_data_written_, wire_.last_progress()) : last_data_written_;
  }

  const std::unique_ptr<net::Transport> transport_;
  Codec own_codec_;
  Wire wire_;
  FloodGuard guard_;
  std::optional<TaskGroup> streams_;
  std::optional<CancelScope> reading_scope_;
  IntrusiveList<StreamOfServer, AllStreamsTag> all_;
  IntrusiveList<StreamOfServer, StartingTag> starting_;
  IntrusiveList<StreamOfServer, WritingTag>
      awaiting_;  // their last byte is in the output, in the order of that
  Buffer* reading_ = nullptr;
  std::size_t block_bytes_ = 0;
  std::size_t open_streams_ = 0;
  std::uint32_t requests_ = 0;
  TimePoint began_ = loop.now();
  TimePoint head_began_;
  TimePoint last_data_written_;
  OwnedTimer<Impl, &Impl::on_quiet> quiet_timer_{*this};  // the client asks for nothing
  OwnedTimer<Impl, &Impl::finish_drain> drain_timer_{*this};
  std::optional<Limit> flood_;  // acted upon once the codec has returned
  End end_ = End::kNotYet;
  int error_number_ = 0;
  bool preface_seen_ = false;
  bool newly_ended_ = false;
  bool draining_ = false;
  bool drained_ = false;  // the second GOAWAY has been submitted
};

ServerSession::ServerSession(std::unique_ptr<net::Transport> transport, const ConnectionFacts& facts,
                             Service& service, const ServerLimits& limits, const ServerTimeouts& timeouts,
                             Loop& loop)
    : impl_(std::make_unique<Impl>(std::move(transport), facts, service, limits, timeouts, loop)) {}
ServerSession::~ServerSession() = default;
Task<void> ServerSession::run(std::string_view already_read) { return impl_->run(already_read); }
void ServerSession::drain() { impl_->begin_drain(); }
std::size_t ServerSession::open_streams() const { return impl_->open_streams(); }

Task<void> ServerSession::Impl::run(std::string_view already_read) {
  CancelScope& scope = co_await current_scope();
  streams_.emplace("http/2 streams", scope);
  reading_scope_.emplace(scope);
  TaskGroup writer("http/2 writer", loop);
  writer.spawn(wire_.run());
  wire_.wake();  // our preface
  loop.timers().arm(quiet_timer_, loop.now() + timeouts.keep_alive);

  co_await in_scope(read_all(already_read), *reading_scope_);
  if (end_ == End::kNotYet) end(End::kCancelled);

  quiet_timer_.disarm();
  drain_timer_.disarm();
  if (end_ == End::kDone) (void)co_await streams_->join(loop.after(timeouts.write));
  all_.for_each(
      [&](StreamOfServer& stream) { stream.on_connection_lost({ServerError::kClientGone, error_number_}); });
  co_await streams_->finish();
  if (end_ == End::kDone || end_ == End::kSentAway) co_await say_goodbye();
  co_await writer.finish();
  while (!all_.empty()) delete &all_.front();
}

// --- reading ---

Task<void> ServerSession::Impl::read_all(std::string_view already_read) {
  if (!already_read.empty() && !take_in({already_read.data(), already_read.size()}, nullptr)) co_return;
  int reads = 0;
  while (end_ == End::kNotYet) {
    if (own_codec_.queued_bytes() > kMaxQueuedBytes) {
      // The client makes us say things and does not listen. Writing has its own time-out.
      wire_.wake();
      if (!co_await wire_.drained(Deadline::never())) co_return;
    }
    Buffer* const buffer = Buffer::make(kReadBytes);
    const net::Io io = transport_->try_read({buffer->data(), kReadBytes});
    if (io.status == net::Io::Status::kDone) {
      const bool go_on = take_in({buffer->data(), io.bytes}, buffer);
      buffer->drop_reference();
      if (!go_on) co_return;
      if (++reads >= kReadsPerTurn) {
        reads = 0;
        co_await let_others_run();
      }
      continue;
    }
    buffer->drop_reference();
    if (io.status == net::Io::Status::kEnd) co_return end(End::kClientGone);
    if (io.status == net::Io::Status::kFailed) co_return end(End::kClientGone, io.error_number);
    reads = 0;
    const auto waited = co_await transport_->watch().readable(head_deadline());
    if (waited) continue;
    if (waited.error().is(WaitError::kCancelled)) co_return;
    if (!head_deadline().has_passed(loop.now())) continue;
    service.on_limit(Limit::kRequestHeader);
    (void)service.on_unreadable_request({facts, 408, RequestError::kHeadTimeout, nullptr}, nullptr);
    own_codec_.terminate(ErrorCode::kEnhanceYourCalm);
    co_return end(End::kSentAway);
  }
}

// False where the connection has come to its end.
bool ServerSession::Impl::take_in(std::span<const char> bytes, Buffer* source) {
  reading_ = source;
  const bool good = own_codec_.receive(bytes);
  reading_ = nullptr;
  if (flood_) {
    calm_down(*flood_);
    return false;
  }
  while (StreamOfServer* stream = starting_.pop_front()) {
    stream->is_started = true;
    streams_->spawn(serve(*stream));
  }
  wire_.wake();
  if (!good) end(End::kSentAway);
  if (own_codec_.is_finished()) end(End::kDone);
  return end_ == End::kNotYet;
}

// A connection that does not begin, or a head that does not end, has so long.
Deadline ServerSession::Impl::head_deadline() const {
  if (!preface_seen_) return Deadline::at(began_ + timeouts.request_header);
  if (own_codec_.is_reading_head()) return Deadline::at(head_began_ + timeouts.request_header);
  return Deadline::never();
}

CodecStream* ServerSession::Impl::on_stream(std::int32_t) {
  if (flood_) return nullptr;
  if (streams_->running() >= limits.streams * kEndingStreams) return nullptr;
  auto* stream = new StreamOfServer(*this, streams_->scope());
  all_.push_back(*stream);
  ++open_streams_;
  quiet_timer_.disarm();
  if (limits.requests_per_connection != 0 && ++requests_ == limits.requests_per_connection) {
    service.on_limit(Limit::kRequestsPerConnection);
    begin_drain();
  }
  return stream;
}

void ServerSession::Impl::on_frame_header(const FrameHeader& frame) {
  if (frame.type == FrameType::kHeaders) {
    head_began_ = loop.now();
    block_bytes_ = 0;
  }
  if (frame.type == FrameType::kHeaders || frame.type == FrameType::kContinuation)
    block_bytes_ += FrameHeader::kBytes + frame.length;
  if (const auto limit = guard_.on_frame(frame, loop.now()); limit && !flood_) flood_ = limit;
}

void ServerSession::Impl::on_stream_error(ErrorCode code) {
  if (code == ErrorCode::kRefusedStream) service.on_limit(Limit::kStreams);
  count_fault();
}

void ServerSession::Impl::on_connection_error(ErrorCode code) {
  if (code == ErrorCode::kEnhanceYourCalm) service.on_limit(Limit::kHeaderBytes);  // a block without an end
}

// --- streams ---

Task<void> ServerSession::Impl::serve(StreamOfServer& stream) {
  co_await in_scope(service.serve(stream), stream.scope());
  stream.on_served();
  if (!stream.is_open()) forget(stream);
}

void ServerSession::Impl::on_closed(StreamOfServer& stream, ErrorCode code, bool by_peer) {
  --open_streams_;
  if (by_peer) {
    count_fault();
  } else if (code == ErrorCode::kNoError) {
    guard_.on_answered();
  }
  if (open_streams_ == 0 && !draining_) loop.timers().arm(quiet_timer_, loop.now() + timeouts.keep_alive);
  if (!stream.is_started || stream.is_served) forget(stream);
}

void ServerSession::Impl::forget(StreamOfServer& stream) {
  stream.discard_content();
  delete &stream;
}

// --- writing ---

void ServerSession::Impl::on_written() {
  if (newly_ended_) {
    // What produce() has ended since lies somewhere in the bytes up to here.
    awaiting_.for_each([&](StreamOfServer& stream) {
      if (stream.end_position == 0) stream.end_position = wire_.bytes_produced();
    });
    newly_ended_ = false;
  }
  while (!awaiting_.empty() && awaiting_.front().end_position <= wire_.bytes_given())
    awaiting_.pop_front()->on_written();
  if (flood_) calm_down(*flood_);
  if (own_codec_.is_finished()) end(End::kDone);
}

void ServerSession::Impl::on_write_failed(int error_number) {
  if (error_number == 0) {
    service.on_limit(Limit::kWrite);
    transport_->reset_on_close();
  }
  end(End::kClientGone, error_number);
}

// --- the end ---

void ServerSession::Impl::begin_drain() {
  if (draining_ || end_ != End::kNotYet) return;
  draining_ = true;
  quiet_timer_.disarm();
  own_codec_.announce_shutdown();
  own_codec_.ping();  // its answer says that the client has seen the notice
  loop.timers().arm(drain_timer_, loop.now() + kDrainNotice);
  wire_.wake();
}

void ServerSession::Impl::finish_drain() {
  drain_timer_.disarm();
  drained_ = true;
  own_codec_.shut_down();
  wire_.wake();
}

// A connection without requests has been there long enough.
void ServerSession::Impl::on_quiet() {
  if (open_streams_ > 0) return;
  service.on_limit(Limit::kKeepAlive);
  draining_ = drained_ = true;
  own_codec_.shut_down();
  wire_.wake();
}

void ServerSession::Impl::calm_down(Limit limit) {
  if (end_ != End::kNotYet) return;
  service.on_limit(limit);
  own_codec_.terminate(ErrorCode::kEnhanceYourCalm);
  wire_.wake();
  end(End::kSentAway);
}

void ServerSession::Impl::end(End why, int error_number) {
  if (end_ != End::kNotYet) return;
  end_ = why;
  error_number_ = error_number;
  reading_scope_->cancel();
}

// Gives the client time to take the last frames, and then to close: to close first while it still sends would
// take the last frames from it.
Task<void> ServerSession::Impl::say_goodbye() {
  const Deadline deadline = loop.after(kGoodbye);
  wire_.wake();
  if (!co_await wire_.drained(deadline)) co_return;
  transport_->shutdown_write();
  Buffer* const rest = Buffer::make(Buffer::kSmall);
  for (;;) {
    const net::Io io = transport_->try_read({rest->data(), rest->capacity()});
    if (io.status == net::Io::Status::kDone) {
      if (deadline.has_passed(loop.now())) break;
      co_await let_others_run();
      continue;
    }
    if (io.status != net::Io::Status::kWouldBlock) break;
    if (!co_await transport_->watch().readable(deadline)) break;
  }
  rest->drop_reference();
}

}  // namespace brink::http::h2
