// Lets LMDB's map be moved while nobody looks into it: transactions of all threads pass the gate, and whoever
// must move the map closes it for a moment. From any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace brink::store {

class MapGate {
 public:
  // Before a transaction begins; two atomic operations where nobody moves the map. False where the gate did
  // not open within kPatience.
  [[nodiscard]] bool enter();
  // After it has ended.
  void leave();
  // Runs `work` while nobody is inside; false where somebody stayed inside for longer than kPatience. Where
  // another thread was quicker, waits for it and answers true.
  bool alone(const std::function<void()>& work);

  // Loops let go of their snapshots every turn; longer ones (a check, a copy) make the others wait in vain.
  static constexpr std::chrono::milliseconds kPatience{500};

 private:
  // A thread that enters adds itself and then looks whether the gate is closed; one that closes it sets
  // closed_ and then looks who is inside. Both in sequentially consistent order, so that one of them sees the
  // other.
  std::atomic<int> inside_ = 0;
  std::atomic<bool> closed_ = false;
  std::mutex mutex_;  // guards the waits on changed_ and who closes
  std::condition_variable changed_;
};

}  // namespace brink::store
