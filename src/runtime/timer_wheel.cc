#include "runtime/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace brink {

void TimerWheel::arm(Timer& timer, TimePoint when) {
  timer.disarm();
  timer.tick_ = std::max(first_tick_at(when), current_ + 1);
  place(timer);
}

void TimerWheel::advance(TimePoint now) {
  const auto target = last_tick_at(now);
  while (current_ < target) {
    // The next tick at which anything happens: a timer of the lowest wheel, or a higher wheel's slot to
    // spread.
    const TimePoint next = next_expiry();
    if (next == TimePoint::max()) {
      current_ = target;
      return;
    }
    const std::uint64_t next_tick =
        std::max(static_cast<std::uint64_t>((next - start_) / std::chrono::milliseconds(1)), current_ + 1);
    if (next_tick > target) {
      current_ = target;
      return;
    }
    current_ = next_tick;
    for (int level = kLevels - 1; level >= 0; --level) {
      const std::uint64_t span = std::uint64_t{1} << (level * kSlotBits);
      if (current_ % span != 0) continue;
      const auto slot = static_cast<int>((current_ >> (level * kSlotBits)) % kSlots);
      if ((occupied_[level] >> slot & 1) == 0) continue;
      occupied_[level] &= ~(std::uint64_t{1} << slot);
      IntrusiveList<Timer, TimerTag> due;
      due.splice_back(slots_[level][slot]);
      while (Timer* timer = due.pop_front()) {
        if (timer->tick_ <= current_) {
          timer->on_timer();
        } else {
          place(*timer);
        }
      }
    }
  }
}

TimePoint TimerWheel::next_expiry() const {
  std::uint64_t best = UINT64_MAX;
  for (int level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    const std::uint64_t position = current_ >> (level * kSlotBits);
    const auto slot = static_cast<int>(position % kSlots);
    // Slots after the current one come first; the current slot itself is a whole turn away.
    const std::uint64_t rotated = std::rotr(occupied_[level], (slot + 1) % kSlots);
    const std::uint64_t ahead = static_cast<std::uint64_t>(std::countr_zero(rotated)) + 1;
    best = std::min(best, (position + ahead) << (level * kSlotBits));
  }
  if (best == UINT64_MAX) return TimePoint::max();
  return start_ + std::chrono::milliseconds(best);
}

std::uint64_t TimerWheel::first_tick_at(TimePoint when) const {
  if (when <= start_) return 0;
  return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(when - start_).count());
}

std::uint64_t TimerWheel::last_tick_at(TimePoint now) const {
  return now <= start_ ? 0 : static_cast<std::uint64_t>((now - start_) / std::chrono::milliseconds(1));
}

void TimerWheel::place(Timer& timer) {
  // The level is that of the highest digit in which the tick differs from the present one, so that the slot
  // lies ahead. A tick beyond the reach of the wheels waits in the highest one and is placed anew when its
  // slot is reached.
  const std::uint64_t difference = timer.tick_ ^ current_;
  int level = difference == 0 ? 0 : (63 - std::countl_zero(difference)) / kSlotBits;
  level = std::min(level, kLevels - 1);
  const auto slot = static_cast<int>((timer.tick_ >> (level * kSlotBits)) % kSlots);
  occupied_[level] |= std::uint64_t{1} << slot;
  slots_[level][slot].push_back(timer);
}

}  // namespace brink
