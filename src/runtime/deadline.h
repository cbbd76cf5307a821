// Points in time until which something may wait. Monotonic; never affected by changes of the wall clock.
#pragma once

#include <algorithm>
#include <chrono>

namespace brink {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

class Deadline {
 public:
  [[nodiscard]] static constexpr Deadline never() { return Deadline(TimePoint::max()); }
  [[nodiscard]] static constexpr Deadline at(TimePoint when) { return Deadline(when); }

  [[nodiscard]] constexpr bool is_never() const { return when_ == TimePoint::max(); }
  [[nodiscard]] constexpr TimePoint when() const { return when_; }
  [[nodiscard]] constexpr bool has_passed(TimePoint now) const { return when_ <= now; }
  [[nodiscard]] friend constexpr Deadline earlier(Deadline a, Deadline b) {
    return Deadline(std::min(a.when_, b.when_));
  }
  friend constexpr bool operator==(Deadline, Deadline) = default;

 private:
  explicit constexpr Deadline(TimePoint when) : when_(when) {}
  TimePoint when_;
};

}  // namespace brink
