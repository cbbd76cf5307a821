#include "store/map_gate.h"

namespace brink::store {

bool MapGate::enter() {
  for (;;) {
    inside_.fetch_add(1);
    if (!closed_.load()) [[likely]]
      return true;
    leave();
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return !closed_.load(); })) return false;
  }
}

void MapGate::leave() {
  if (inside_.fetch_sub(1) != 1 || !closed_.load()) [[likely]]
    return;
  std::lock_guard lock(mutex_);
  changed_.notify_all();
}

bool MapGate::alone(const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  if (closed_.load()) return changed_.wait_for(lock, kPatience, [this] { return !closed_.load(); });
  closed_.store(true);
  const bool empty = changed_.wait_for(lock, kPatience, [this] { return inside_.load() == 0; });
  if (empty) work();
  closed_.store(false);
  changed_.notify_all();
  return empty;
}

}  // namespace brink::store
