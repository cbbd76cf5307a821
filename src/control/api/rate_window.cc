#include "control/api/rate_window.h"

namespace brink::control::api {

RateWindow::State RateWindow::state_of(const Counted& counted, TimePoint now) const {
  State state;
  state.over = counted.calls > limit_;
  state.remaining = counted.calls >= limit_ ? 0 : static_cast<std::uint32_t>(limit_ - counted.calls);
  state.reset = std::chrono::ceil<std::chrono::seconds>(counted.ends - now);
  return state;
}

RateWindow::State RateWindow::state(std::string_view who, TimePoint now) const {
  const auto found = counted_.find(std::string(who));
  if (found == counted_.end() || found->second.ends <= now) return {.remaining = limit_, .reset = window_};
  return state_of(found->second, now);
}

RateWindow::State RateWindow::count(std::string_view who, TimePoint now) {
  auto found = counted_.find(std::string(who));
  if (found == counted_.end()) {
    if (counted_.size() >= kMaxCallers) make_room(now);
    found = counted_.emplace(who, Counted{}).first;
  }
  Counted& counted = found->second;
  if (counted.ends <= now) counted = {.ends = now + window_, .calls = 0};
  ++counted.calls;
  return state_of(counted, now);
}

void RateWindow::make_room(TimePoint now) {
  std::erase_if(counted_, [&](const auto& entry) { return entry.second.ends <= now; });
  if (counted_.size() >= kMaxCallers) counted_.erase(counted_.begin());
}

}  // namespace brink::control::api
