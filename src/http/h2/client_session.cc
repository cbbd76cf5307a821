#include "http/h2/client_session.h"

#include "http/h2/client_stream.h"
#include "http/h2/flood_guard.h"
#include "http/h2/wire.h"
#include "runtime/in_scope.h"

#include <cerrno>

namespace brink::http::h2 {
namespace {

constexpr std::size_t kReadBytes = Buffer::kLarge;
constexpr int kReadsPerTurn = 8;
constexpr std::size_t kMaxQueuedBytes = 256 * 1024;
constexpr auto kGoodbye = std::chrono::milliseconds(1000);
// Between pings to an origin that says nothing else: many take more as an attack.
constexpr auto kLaterPings = std::chrono::minutes(5);

}  // namespace

class ClientSession::Impl final : private CodecEvents, private Wire::Owner, private ClientHost {
 public:
  Impl(std::unique_ptr<net::Transport> transport, const ClientOptions& client_options)
      : ClientHost(own_codec_, own_options_, transport->watch().loop()),
        own_options_(client_options),
        transport_(std::move(transport)),
        own_codec_(Codec::Side::kClient,
                   {.stream_window = client_options.stream_window,
                    .connection_window = client_options.connection_window,
                    .header_bytes = client_options.header_bytes},
                   *this),
        wire_(*transport_, own_codec_, loop, client_options.write, *this) {}

  Task<void> run();
  [[nodiscard]] bool can_take_request() const {
    return !why_not_open() && !closing_ && in_use_ < std::min(options.streams, codec.peer_max_streams());
  }
  [[nodiscard]] std::unique_ptr<ClientStream> new_stream() {
    ++in_use_;
    return std::unique_ptr<ClientStream>(new StreamOfClient(*this));
  }
  [[nodiscard]] std::size_t in_use() const { return in_use_; }
  void close();

 private:
  Task<void> read_all();
  bool take_in(std::span<const char> bytes, Buffer* source);
  Task<void> say_goodbye();
  void end(const Error& why);
  void close_if_unused();
  void check_liveness();

  // --- CodecEvents ---
  CodecStream* on_stream(std::int32_t) override { return nullptr; }
  void on_frame_header(const FrameHeader& frame) override {
    if (frame.type == FrameType::kHeaders || frame.type == FrameType::kData) pings_ = 0;
    if (frame.type == FrameType::kHeaders && ++heads_ > kMaxHeads) flooded_ = true;
    if (guard_.on_frame(frame, loop.now())) flooded_ = true;
  }
  void on_stream_error(ErrorCode) override {}
  void on_content() override { guard_.on_content(); }
  void on_connection_error(ErrorCode) override {}
  void on_data_produced() override { guard_.on_data_written(); }
  void on_peer_settings() override {
    settings_known_ = true;
    wake_settings_waiters();
  }
  void on_peer_goaway(ErrorCode) override { goaway_ = true; }
  void on_ping_answered() override {}
  // --- Wire::Owner ---
  void on_written() override;
  void on_write_failed(int error_number) override {
    end(Error(ClientError::kConnectionFailed, error_number == 0 ? ETIMEDOUT : error_number));
  }
  // --- ClientHost ---
  void wake_writer() override { wire_.wake(); }
  std::optional<Error> why_not_open() const override {
    if (ended_) return *ended_;
    if (goaway_ || !codec.may_open_stream()) return Error(ClientError::kRefused);
    return std::nullopt;
  }
  void on_opened(StreamOfClient& stream) override {
    heads_ = 0;
    open_.push_back(stream);
    if (!liveness_timer_.is_armed()) loop.timers().arm(liveness_timer_, loop.now() + options.ping_after);
  }
  void on_released(StreamOfClient&) override;
  void on_starved(StreamOfClient& stream) override {
    if (!stream.ListHook<StarvedTag>::is_linked()) starved_.push_back(stream);
  }
  Task<Result<>> peer_settings(Deadline deadline) override;
  Buffer* reading_buffer() override { return reading_; }
  std::uint64_t bytes_produced() const override { return wire_.bytes_produced(); }
  std::uint64_t bytes_given() const override { return wire_.bytes_given(); }

  struct SettingsWaiter : ListHook<> {
    Event known;
  };
  void wake_settings_waiters() {
    settings_waiters_.for_each([](SettingsWaiter& waiter) { waiter.known.notify(); });
  }

  const ClientOptions own_options_;
  const std::unique_ptr<net::Transport> transport_;
  Codec own_codec_;
  Wire wire_;
  std::optional<CancelScope> reading_scope_;
  IntrusiveList<StreamOfClient, OpenTag> open_;
  IntrusiveList<StreamOfClient, StarvedTag> starved_;
  IntrusiveList<SettingsWaiter> settings_waiters_;
  Buffer* reading_ = nullptr;
  std::size_t in_use_ = 0;
  TimePoint last_heard_ = loop.now();
  OwnedTimer<Impl, &Impl::check_liveness> liveness_timer_{*this};
  std::optional<Error> ended_;
  // An origin may flood like a client, and is held to the same.
  const ServerLimits flood_limits_;
  FloodGuard guard_{flood_limits_, kMaxContinuations, loop.now()};
  static constexpr unsigned kMaxContinuations = 64;
  static constexpr unsigned kMaxHeads = 1000;  // HEADERS frames since a request was begun
  unsigned heads_ = 0;
  bool flooded_ = false;
  unsigned pings_ = 0;  // since the origin said something else
  bool ping_under_way_ = false;
  bool settings_known_ = false;
  bool goaway_ = false;  // the origin wants no more streams
  bool closing_ = false;
  bool is_orderly_ = false;  // the connection ends because both sides are done
};

ClientSession::ClientSession(std::unique_ptr<net::Transport> transport, const ClientOptions& options)
    : impl_(std::make_unique<Impl>(std::move(transport), options)) {}
ClientSession::~ClientSession() = default;
Task<void> ClientSession::run() { return impl_->run(); }
bool ClientSession::can_take_request() const { return impl_->can_take_request(); }
std::unique_ptr<ClientStream> ClientSession::new_stream() { return impl_->new_stream(); }
std::size_t ClientSession::streams_in_use() const { return impl_->in_use(); }
void ClientSession::close() { impl_->close(); }

Task<void> ClientSession::Impl::run() {
  CancelScope& scope = co_await current_scope();
  reading_scope_.emplace(scope);
  TaskGroup writer("http/2 writer", loop);
  writer.spawn(wire_.run());
  wire_.wake();  // our preface

  if (!ended_) co_await in_scope(read_all(), *reading_scope_);
  if (!ended_) end(Error(ClientError::kConnectionClosed));  // cancelled from outside

  liveness_timer_.disarm();
  while (StreamOfClient* stream = open_.pop_front()) stream->on_connection_lost(*ended_);
  wake_settings_waiters();
  if (is_orderly_) co_await say_goodbye();
  co_await writer.finish();
  transport_->shutdown_write();
}

Task<void> ClientSession::Impl::read_all() {
  const TimePoint began = loop.now();
  int reads = 0;
  while (!ended_) {
    if (codec.queued_bytes() > kMaxQueuedBytes) {
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
    if (io.status == net::Io::Status::kEnd) co_return end(Error(ClientError::kConnectionClosed));
    if (io.status == net::Io::Status::kFailed)
      co_return end(Error(ClientError::kConnectionFailed, io.error_number));
    reads = 0;
    const Deadline deadline = settings_known_ ? Deadline::never() : Deadline::at(began + options.settings);
    const auto waited = co_await transport_->watch().readable(deadline);
    if (waited) continue;
    if (waited.error().is(WaitError::kTimeout) && !settings_known_)
      end(Error(ClientError::kConnectionFailed, ETIMEDOUT));
    if (waited.error().is(WaitError::kCancelled)) co_return;
  }
}

bool ClientSession::Impl::take_in(std::span<const char> bytes, Buffer* source) {
  last_heard_ = loop.now();
  ping_under_way_ = false;
  reading_ = source;
  const bool good = codec.receive(bytes);
  reading_ = nullptr;
  wire_.wake();
  if (flooded_ && !ended_) {
    end(Error(ClientError::kMalformedResponse));
  } else if (!good) {
    is_orderly_ = true;
    end(Error(goaway_ ? ClientError::kConnectionClosed : ClientError::kMalformedResponse));
  }
  return !ended_;
}

Task<Result<>> ClientSession::Impl::peer_settings(Deadline deadline) {
  while (!settings_known_) {
    if (ended_) co_return std::unexpected(*ended_);
    SettingsWaiter waiter;
    settings_waiters_.push_back(waiter);
    const auto waited = co_await waiter.known.wait(deadline);
    waiter.unlink();
    if (!waited) co_return waited;
  }
  co_return Result<>{};
}

void ClientSession::Impl::on_released(StreamOfClient&) {
  --in_use_;
  close_if_unused();
}

void ClientSession::Impl::on_written() {
  // The pumps were not begun while the codec was at work.
  while (StreamOfClient* stream = starved_.pop_front()) stream->start_pump();
  if (codec.is_finished()) {
    is_orderly_ = true;
    end(Error(goaway_ || closing_ ? ClientError::kConnectionClosed : ClientError::kMalformedResponse));
  }
}

void ClientSession::Impl::close() {
  closing_ = true;
  close_if_unused();
}

void ClientSession::Impl::close_if_unused() {
  if (!(closing_ || goaway_) || in_use_ > 0 || ended_) return;
  codec.shut_down();
  wire_.wake();
}

// Where requests wait and the origin says nothing, it is asked whether it is still there.
void ClientSession::Impl::check_liveness() {
  if (ended_ || open_.empty()) return;
  const TimePoint now = loop.now();
  if (ping_under_way_) return end(Error(ClientError::kConnectionFailed, ETIMEDOUT));
  const Duration silence = pings_ == 0 ? Duration(options.ping_after) : Duration(kLaterPings);
  if (now - last_heard_ < silence) {
    loop.timers().arm(liveness_timer_, last_heard_ + silence);
    return;
  }
  ++pings_;
  ping_under_way_ = true;
  codec.ping();
  wire_.wake();
  loop.timers().arm(liveness_timer_, now + options.ping_answer);
}

void ClientSession::Impl::end(const Error& why) {
  if (ended_) return;
  ended_ = why;
  if (reading_scope_) reading_scope_->cancel();
}

Task<void> ClientSession::Impl::say_goodbye() {
  wire_.wake();
  (void)co_await wire_.drained(loop.after(kGoodbye));
}

}  // namespace brink::http::h2
