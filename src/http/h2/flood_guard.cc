#include "http/h2/flood_guard.h"

namespace brink::http::h2 {
namespace {

constexpr auto kPeriod = std::chrono::seconds(10);

}  // namespace

std::optional<Limit> FloodGuard::on_frame(const FrameHeader& frame, TimePoint now) {
  switch (frame.type) {
    case FrameType::kData:
      // Padding may be all there is, so that only content clears the count.
      if ((frame.flags & FrameHeader::kEndStream) == 0 && ++empty_ > limits_.h2_empty_frames)
        return Limit::kH2EmptyFrames;
      return std::nullopt;
    case FrameType::kHeaders: block_frames_ = 0; return std::nullopt;
    case FrameType::kContinuation:
      if (frame.length == 0 && ++empty_ > limits_.h2_empty_frames) return Limit::kH2EmptyFrames;
      if (++block_frames_ > continuations_) return Limit::kHeaderBytes;
      return std::nullopt;
    default: break;
  }
  begin_period(now);
  if (credit_ > 0 && frame.type == FrameType::kWindowUpdate) {
    --credit_;
    return std::nullopt;
  }
  if (++control_ > limits_.h2_control_frames) return Limit::kH2ControlFrames;
  return std::nullopt;
}

std::optional<Limit> FloodGuard::on_reset(TimePoint now) {
  begin_period(now);
  if (++resets_ > limits_.h2_resets + answered_) return Limit::kH2Resets;
  return std::nullopt;
}

void FloodGuard::begin_period(TimePoint now) {
  if (now - period_began_ < kPeriod) return;
  period_began_ = now;
  control_ = credit_ = resets_ = answered_ = 0;
}

}  // namespace brink::http::h2
