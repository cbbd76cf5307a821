// One client connection: connects, shakes hands where there is TLS, asks, checks the answer, and tells its
// Observer, who decides what comes next. One request in flight at a time.
#pragma once

#include "load/response_reader.h"
#include "support/event_loop.h"
#include "support/plain_stream.h"
#include "support/scratch.h"
#include "support/sockets.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace brink::bench {

using Clock = std::chrono::steady_clock;

// What all clients of a run share.
struct Target {
  EventLoop& loop;
  Scratch& scratch;
  long port;
  std::string request;
  std::size_t body_bytes;
};

[[nodiscard]] inline std::string get_request(std::string_view path) {
  std::string text = "GET ";
  text += path;
  text += " HTTP/1.1\r\nHost: bench.test\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
  return text;
}

template <typename Stream>
class Client : public Watched {
 public:
  // Told from inside `ready`. Either function may call `ask`, `open` or `close` on the client, or nothing.
  class Observer {
   public:
    virtual ~Observer() = default;
    virtual void answered(Client& client) = 0;
    // The connection is closed by now.
    virtual void failed(Client& client, const char* why) = 0;
  };

  Client(const Target& target, Observer& observer)
      : target_(target), observer_(observer), reader_(target.body_bytes) {}

  [[nodiscard]] Clock::time_point began() const { return began_; }
  [[nodiscard]] bool is_waiting() const { return stream_.has_value() && is_waiting_; }
  [[nodiscard]] Stream& stream() { return *stream_; }

  // Connects anew and asks as soon as it may; `began` is now.
  void open(const typename Stream::Context& context) {
    began_ = Clock::now();
    is_waiting_ = true;
    is_connected_ = false;
    has_asked_ = false;
    reader_.restart();
    stream_.emplace(connect_to_loopback(target_.port), target_.scratch, context);
    target_.loop.watch(stream_->fd(), EPOLLOUT, this);
  }

  void ask() {
    began_ = Clock::now();
    send_request();
  }

  void close() {
    if (!stream_) return;
    is_waiting_ = false;
    stream_->shut_down();
    stream_.reset();
  }

  void ready(std::uint32_t) override {
    // An event of this turn for the connection that was closed and reopened earlier in the turn finds nothing
    // to read and does no harm.
    if (!stream_) return;
    if (!is_connected_) return connected();
    if (stream_->has_unsent()) return finish_sending();
    const auto [state, bytes] = stream_->receive();
    if (state == Io::kBlocked) return;
    if (state == Io::kClosed) return fail("closed by the server");
    if (!has_asked_ && stream_->is_established()) return send_request();
    if (stream_->flush() == Io::kClosed) return fail("closed by the server");
    if (bytes.empty()) return;
    if (!is_waiting_) return fail("bytes that nobody asked for");
    switch (reader_.take(bytes)) {
      case ResponseReader::State::kMore: return;
      case ResponseReader::State::kWrong: return fail(reader_.complaint());
      case ResponseReader::State::kComplete: break;
    }
    is_waiting_ = false;
    observer_.answered(*this);
  }

 private:
  void connected() {
    is_connected_ = true;
    target_.loop.rewatch(stream_->fd(), EPOLLIN, this);
    if (stream_->start() == Io::kClosed) return fail("cannot connect");
    if (stream_->is_established()) send_request();
  }

  void send_request() {
    is_waiting_ = true;
    has_asked_ = true;
    const Io sent = stream_->send(target_.request);
    if (sent == Io::kClosed) return fail("closed by the server");
    if (sent == Io::kBlocked) target_.loop.rewatch(stream_->fd(), EPOLLOUT, this);
  }

  void finish_sending() {
    const Io sent = stream_->flush();
    if (sent == Io::kClosed) return fail("closed by the server");
    if (sent == Io::kDone) target_.loop.rewatch(stream_->fd(), EPOLLIN, this);
  }

  void fail(const char* why) {
    is_waiting_ = false;
    stream_.reset();
    observer_.failed(*this, why);
  }

  const Target& target_;
  Observer& observer_;
  ResponseReader reader_;
  std::optional<Stream> stream_;
  Clock::time_point began_;
  bool is_waiting_ = false;
  bool is_connected_ = false;
  bool has_asked_ = false;
};

}  // namespace brink::bench
