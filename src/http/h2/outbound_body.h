// The body that is being sent on a stream, as the codec asks for it: pulled piece by piece when a frame can
// go out, so that what the peer does not take is not read from where it comes from.
//
// Belongs to its stream, on one loop.
#pragma once

#include "http/body.h"
#include "http/h2/codec.h"

#include <array>
#include <cstdint>
#include <optional>

namespace brink::http::h2 {

class OutboundBody {
 public:
  // `expected`: how long the head says it is; more or less is a failure.
  void start(Body* body, std::optional<std::uint64_t> expected) {
    body_ = body;
    expected_ = expected;
    starved_ = false;
  }
  // Lets go of the body, which may then die: offers nothing but failure from now on.
  void abandon();

  // Reads what is there, up to `limit` bytes in all.
  Outgoing offer(std::size_t limit);
  void take(char* into, std::size_t bytes);

  // Whether offer() found nothing: somebody must wait for the body, and then resume the stream.
  [[nodiscard]] bool is_starved() const { return starved_; }
  // Looks again after offer() had found nothing; true where there is something to offer now, an end or a
  // failure too.
  bool refill();
  [[nodiscard]] Body* body() const { return body_; }
  [[nodiscard]] std::uint64_t taken() const { return taken_; }
  // What the body failed with.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  static constexpr std::size_t kPieces = 8;
  enum class State : unsigned char { kOpen, kEnded, kFailed };

  void read(std::size_t limit);
  void drop_pieces();
  void fail(const Error& error) {
    state_ = State::kFailed;
    error_ = error;
  }

  Body* body_ = nullptr;
  std::optional<std::uint64_t> expected_;
  State state_ = State::kOpen;
  bool starved_ = false;
  std::uint8_t first_ = 0;
  std::uint8_t count_ = 0;
  std::size_t held_ = 0;  // bytes in the pieces
  std::uint64_t taken_ = 0;
  std::optional<Error> error_;
  std::array<Slice, kPieces> pieces_;
};

}  // namespace brink::http::h2
