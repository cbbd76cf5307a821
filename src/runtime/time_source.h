// What time it is. A loop asks once a turn; tests hand in their own.
#pragma once

#include "runtime/deadline.h"

#include <chrono>

namespace brink {

class TimeSource {
 public:
  [[nodiscard]] virtual TimePoint now() const = 0;
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall_now() const = 0;

 protected:
  ~TimeSource() = default;
};

// The machine's clocks.
[[nodiscard]] const TimeSource& system_time();

// A time that stands still until it is told to go on. Starts at an arbitrary point. A loop that runs on it
// still waits for descriptors in real time: drive it with run_once(Deadline::at(loop.now())), which does not
// wait.
class ManualTime final : public TimeSource {
 public:
  [[nodiscard]] TimePoint now() const override { return TimePoint(std::chrono::hours(1000) + elapsed_); }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override {
    return std::chrono::system_clock::time_point(std::chrono::hours(24 * 365 * 50)) +
           std::chrono::duration_cast<std::chrono::system_clock::duration>(elapsed_);
  }
  void advance(Duration duration) { elapsed_ += duration; }

 private:
  Duration elapsed_{0};
};

}  // namespace brink
