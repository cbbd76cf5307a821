#include "runtime/timer_wheel.h"

#include <bit>

namespace brink {

void TimerWheel::arm(Timer& timer, TimePoint when) {
  timer.disarm();
  timer.tick_ = std::max(tick_at(when), current_ + 1);
  place(timer);
}

void TimerWheel::advance(TimePoint now) {
  const auto target = when_elapsed(now);
  while (current_ < target) {
    // The next tick at which anything happens: a timer of the lowest wheel, or a higher wheel's slot to spread.
    const TimePoint next = next_expiry();
    if (next == TimePoint::max()) {
      current_ = target;
      return;
    }
    const std::uint64_t next_tick = std::max(static_cast<std::uint64_t>((next - start_) / std::chrono::milliseconds(1)), current_ + 1);
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

std::uint64_t TimerWheel::tick_at(TimePoint when) const {
  if (when <= start_) return 0;
  constexpr std::uint64_t kFarthest = (std::uint64_t{1} << (kLevels * kSlotBits)) - 1;
  const auto elapsed = std::chrono::ceil<std::chrono::milliseconds>(when - start_).count();
  return std::min(static_cast<std::uint64_t>(elapsed), current_ + kFarthest);
}

std::uint64_t TimerWheel::when_elapsed(TimePoint now) const {
  return now <= start_ ? 0 : static_cast<std::uint64_t>((now - start_) / std::chrono::milliseconds(1));
}

void TimerWheel::place(Timer& timer) {
  const std::uint64_t distance = timer.tick_ ^ current_;
  int level = distance == 0 ? 0 : (63 - std::countl_zero(distance)) / kSlotBits;
  level = std::min(level, kLevels - 1);
  const auto slot = static_cast<int>((timer.tick_ >> (level * kSlotBits)) % kSlots);
  occupied_[level] |= std::uint64_t{1} << slot;
  slots_[level][slot].push_back(timer);
}

}  // namespace brink
