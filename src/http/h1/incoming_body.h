// The content of a message as it comes from a connection, request's or response's: takes the framing off,
// counts, and sees that it goes on coming. What is already in the input is handed out without a copy; more is
// read from the transport only when the consumer asks. Belongs to one message on one loop.
#pragma once

#include "http/body.h"
#include "http/h1/chunked.h"
#include "http/h1/framing.h"
#include "http/h1/input.h"
#include "runtime/deadline.h"
#include "runtime/timer_wheel.h"

#include <cstdint>
#include <optional>

namespace brink::http::h1 {

class IncomingBody final : public Body, private Timer {
 public:
  enum class Failure : std::uint8_t {
    kTruncated,  // the connection ended first
    kBroken,     // the connection broke; the detail is the errno
    kMalformed,  // the chunked coding; the detail is the ParseError
    kTooLarge,   // more than `content_bytes`
    kTimeout,    // nothing came for `idle` although the consumer waited
  };

  // The connection's side of it.
  class Owner {
   public:
    // What the consumer is told of a failure.
    virtual Error on_body_failed(Failure failure, std::int64_t detail) = 0;
    // The consumer reads, and nothing has been read before. Only where tell_before_first_read() has been
    // called.
    virtual void before_first_read() = 0;
    // Nothing more will come: the content is complete or has failed.
    virtual void on_body_over() = 0;

   protected:
    ~Owner() = default;
  };

  struct Limits {
    std::uint64_t content_bytes = 0;  // 0: none
    std::size_t trailer_bytes = 64 * 1024;
    std::size_t trailer_count = 128;
    Duration idle = Duration::zero();  // 0: none
  };

  // `arena` gets the trailers.
  IncomingBody(Owner& owner, Input& input, Arena& arena) : owner_(owner), input_(input), trailers_(arena) {}
  IncomingBody(const IncomingBody&) = delete;
  IncomingBody& operator=(const IncomingBody&) = delete;
  ~IncomingBody() override = default;

  // Before that, and with kNone or length 0, there is no content and the body is complete.
  void start(const Framing& framing, const Limits& limits);
  // For kTunnel: nothing is to be had before open_gate(); without it, close_gate() says that nothing will be.
  void wait_behind_gate();
  void open_gate();
  void close_gate();
  void tell_before_first_read() { tells_before_first_read_ = true; }
  // Makes the consumer see `error` where the content is not complete.
  void abort(const Error& error);

  [[nodiscard]] bool has_content() const { return has_content_; }
  [[nodiscard]] bool is_complete() const { return state_ == State::kComplete; }
  [[nodiscard]] bool has_failed() const { return state_ == State::kFailed; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  // Bytes of content still to come, where that is known.
  [[nodiscard]] std::optional<std::uint64_t> remaining() const;
  // When the last bytes came.
  [[nodiscard]] TimePoint last_progress() const { return last_progress_; }

  // --- Body ---
  [[nodiscard]] std::optional<std::uint64_t> length() const override;
  BodyRead try_read() override;
  [[nodiscard]] WaitPlace& wait_place() override;
  [[nodiscard]] const Fields* trailers() const override;

 private:
  enum class State : std::uint8_t { kBehindGate, kOpen, kComplete, kFailed };

  // Reads from the transport; nothing where there is now something unread.
  std::optional<BodyRead> read_more();
  std::optional<BodyRead> next_chunk();
  BodyRead hand_out(std::size_t count);
  BodyRead pending();
  BodyRead complete();
  BodyRead fail(Failure failure, std::int64_t detail = 0);
  void on_timer() override;
  [[nodiscard]] std::size_t wanted_buffer() const;

  Owner& owner_;
  Input& input_;
  Framing framing_;
  Limits limits_;
  State state_ = State::kComplete;
  bool has_content_ = false;
  bool tells_before_first_read_ = false;
  std::uint64_t received_ = 0;
  TimePoint last_progress_{};
  ChunkedDecoder decoder_;
  Fields trailers_;
  std::optional<Error> error_;
  WaitPlace gate_place_;
};

}  // namespace brink::http::h1
