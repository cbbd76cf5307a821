// Counts what a client does that costs it little and us something, and says when it is too much: floods of
// streams that are opened and reset (CVE-2023-44487) or made to be reset by us (CVE-2025-8671), of control
// frames (CVE-2019-9512, -9515), of empty frames (CVE-2019-9518) and of CONTINUATION (CVE-2024-27316).
//
// Rates are per 10 seconds. Belongs to a session.
#pragma once

#include "http/h2/codec.h"
#include "http/limits.h"
#include "runtime/deadline.h"

#include <cstdint>
#include <optional>

namespace brink::http::h2 {

class FloodGuard {
 public:
  FloodGuard(const ServerLimits& limits, std::uint32_t continuations, TimePoint now)
      : limits_(limits), continuations_(continuations), period_began_(now) {}

  // Each answers the limit that has been passed, if one has.
  [[nodiscard]] std::optional<Limit> on_frame(const FrameHeader& frame, TimePoint now);
  // A stream was reset by the client before it had been answered, or by us for what the client did.
  [[nodiscard]] std::optional<Limit> on_reset(TimePoint now);

  // A stream was answered to its end, which pays for a reset.
  void on_answered() { ++answered_; }
  // A DATA frame goes out, which the client may acknowledge for the stream and for the connection.
  void on_data_written() { credit_ += kUpdatesPerFrame; }
  // Content came: the empty frames before it were no flood.
  void on_content() { empty_ = 0; }

 private:
  static constexpr std::uint32_t kUpdatesPerFrame = 2;

  void begin_period(TimePoint now);

  const ServerLimits& limits_;
  const std::uint32_t continuations_;
  TimePoint period_began_;
  std::uint32_t control_ = 0;
  std::uint32_t credit_ = 0;
  std::uint32_t resets_ = 0;
  std::uint32_t answered_ = 0;
  std::uint32_t empty_ = 0;
  std::uint32_t block_frames_ = 0;  // CONTINUATION frames of the present header block
};

}  // namespace brink::http::h2
