// Content that a peer sends on a stream, as the body that its consumer reads. What is waiting here is bounded
// by the stream's window, because the window opens only by what the consumer takes.
//
// Belongs to its stream, on one loop. Pieces are kept as slices of the buffer they were read into where they
// are a good part of it, and copied otherwise, so that a peer cannot make a few bytes hold a big buffer each.
#pragma once

#include "http/body.h"

#include <cstdint>
#include <optional>

namespace brink::http::h2 {

class InboundBody final : public Body {
 public:
  // The session's side of it.
  class Owner {
   public:
    // The consumer has taken `bytes`: the windows may open.
    virtual void on_body_taken(std::size_t bytes) = 0;
    // The consumer found nothing and will wait: now the peer owes something.
    virtual void on_body_wanted() = 0;

   protected:
    ~Owner() = default;
  };

  explicit InboundBody(Owner& owner) : owner_(owner) {}
  InboundBody(const InboundBody&) = delete;
  InboundBody& operator=(const InboundBody&) = delete;
  ~InboundBody() override { discard(); }

  // --- the session ---
  void set_length(std::optional<std::uint64_t> length) { length_ = length; }
  // More content; `source` is the buffer that holds it, or nullptr.
  void append(std::string_view bytes, Buffer* source);
  // All content has come.
  void finish(const Fields* trailers);
  // It will not come whole. What is waiting is dropped; the answer is how many bytes that was. Does nothing
  // after finish() or another fail().
  std::size_t fail(const Error& error);
  // Drops what is waiting and what comes from now on, without telling the owner. How many bytes were waiting.
  std::size_t discard();

  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] bool is_over() const { return state_ != State::kOpen; }
  [[nodiscard]] bool has_waiting() const { return first_ != nullptr; }

  // --- Body ---
  [[nodiscard]] std::optional<std::uint64_t> length() const override { return length_; }
  BodyRead try_read() override;
  [[nodiscard]] WaitPlace& wait_place() override { return place_; }
  [[nodiscard]] const Fields* trailers() const override { return trailers_; }

 private:
  enum class State : unsigned char { kOpen, kComplete, kFailed };
  struct Piece;

  void push(Slice slice);

  Owner& owner_;
  std::optional<std::uint64_t> length_;
  std::uint64_t received_ = 0;
  Piece* first_ = nullptr;
  Piece* last_ = nullptr;
  Buffer* tail_ = nullptr;  // that small pieces are copied into, while some of them wait
  std::size_t tail_used_ = 0;
  State state_ = State::kOpen;
  std::optional<Error> error_;
  const Fields* trailers_ = nullptr;
  WaitPlace place_;
};

}  // namespace brink::http::h2
