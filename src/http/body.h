// A body: an asynchronous stream of slices, with a length where it is known, and trailers. The consumer
// pulls, so that back-pressure runs from the slowest end through every stage: what nobody takes is not read
// from the socket.
//
//   for (;;) {
//     BodyRead read = body.try_read();
//     if (read.status == BodyRead::Status::kPending) {
//       BRINK_CO_TRY(co_await body.wait(deadline));
//       continue;
//     }
//     ...
//   }
//
// Belongs to one loop; one consumer.
#pragma once

#include "base/error.h"
#include "base/slice.h"
#include "http/message.h"
#include "runtime/waiter.h"

#include <cstdint>
#include <optional>

namespace brink::http {

struct BodyRead {
  enum class Status : unsigned char {
    kData,     // `slice` is not empty
    kPending,  // nothing now: wait()
    kEnd,      // complete; trailers() are there
    kFailed,   // broken off: what came is not the whole body
  };
  Status status = Status::kPending;
  Slice slice;
  std::optional<Error> error;

  [[nodiscard]] static BodyRead data(Slice slice) { return {Status::kData, std::move(slice), {}}; }
  [[nodiscard]] static BodyRead pending() { return {}; }
  [[nodiscard]] static BodyRead end() { return {Status::kEnd, {}, {}}; }
  [[nodiscard]] static BodyRead failed(Error error) { return {Status::kFailed, {}, error}; }
};

class Body {
 public:
  virtual ~Body() = default;

  // The whole length in bytes where it is known before the end.
  [[nodiscard]] virtual std::optional<std::uint64_t> length() const = 0;
  // The next piece if one is there. After kEnd or kFailed answers the same again.
  virtual BodyRead try_read() = 0;
  // Where the consumer registers after kPending.
  [[nodiscard]] virtual WaitPlace& wait_place() = 0;
  // Fields that followed the body, once try_read() has answered kEnd; nullptr where there are none.
  [[nodiscard]] virtual const Fields* trailers() const { return nullptr; }

  // co_await body.wait(deadline): Result<>; then try_read() again. May wake without there being anything.
  [[nodiscard]] PlaceWait wait(Deadline deadline) { return {wait_place(), deadline}; }
};

// A body that is all there.
class FixedBody final : public Body {
 public:
  explicit FixedBody(Slice content) : content_(std::move(content)), length_(content_.size()) {}
  [[nodiscard]] std::optional<std::uint64_t> length() const override { return length_; }
  BodyRead try_read() override {
    if (content_.empty()) return BodyRead::end();
    return BodyRead::data(std::exchange(content_, {}));
  }
  [[nodiscard]] WaitPlace& wait_place() override { return place_; }

 private:
  Slice content_;
  std::uint64_t length_;
  WaitPlace place_;
};

}  // namespace brink::http
