// Timers by the millisecond in a hierarchy of wheels: arming and disarming are a few instructions however
// many timers there are, because nearly every timer of a server is disarmed before it fires. Six levels of 64
// slots reach over two years, what is farther goes round again; a timer fires at its time or up to one
// millisecond later, never earlier. Belongs to one loop; not thread-safe.
#pragma once

#include "base/intrusive_list.h"
#include "runtime/deadline.h"

#include <cstdint>

namespace brink {

struct TimerTag;

// Something that a TimerWheel calls once when its time has come. Disarms itself when it is destroyed.
class Timer : private ListHook<TimerTag> {
 public:
  [[nodiscard]] bool is_armed() const { return is_linked(); }
  void disarm() { unlink(); }

 protected:
  Timer() = default;
  ~Timer() = default;
  // Called from the loop with the timer disarmed; it may be armed again.
  virtual void on_timer() = 0;

 private:
  friend class TimerWheel;
  template <class, class>
  friend class IntrusiveList;
  std::uint64_t tick_ = 0;
};

class TimerWheel {
 public:
  explicit TimerWheel(TimePoint start) : start_(start) {}

  // Arms `timer` (disarmed first where it is armed) to fire when `when` has come.
  void arm(Timer& timer, TimePoint when);
  // Fires all timers that are due at `now`.
  void advance(TimePoint now);
  // When advance() should be called next: not later than the first timer's time, at times earlier (a wheel
  // turns); TimePoint::max() where no timer is armed.
  [[nodiscard]] TimePoint next_expiry() const;

 private:
  static constexpr int kLevels = 6;
  static constexpr int kSlotBits = 6;
  static constexpr int kSlots = 1 << kSlotBits;

  [[nodiscard]] std::uint64_t first_tick_at(TimePoint when) const;  // not before `when`
  [[nodiscard]] std::uint64_t last_tick_at(TimePoint now) const;    // not after `now`
  void place(Timer& timer);

  TimePoint start_;
  std::uint64_t current_ = 0;  // every tick up to this one has fired
  // A bit may be set for a slot whose timers have all been disarmed since; it is cleared when the slot is
  // reached.
  std::uint64_t occupied_[kLevels] = {};
  IntrusiveList<Timer, TimerTag> slots_[kLevels][kSlots];
};

}  // namespace brink
