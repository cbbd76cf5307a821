// A file descriptor watched by a loop, edge-triggered: the loop says once that it became readable or
// writable, the user reads or writes until the kernel says "would block" (or gives less than was asked for,
// which means the same) and clears the flag. So a busy connection costs no epoll_ctl and no read that finds
// nothing. Does not own the descriptor. Belongs to the loop it is attached to; one waiter for each direction.
#pragma once

#include "base/error.h"
#include "runtime/waiter.h"

namespace brink {

class FdWatch {
 public:
  FdWatch() = default;
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;
  ~FdWatch() { detach(); }

  // Starts watching; the descriptor counts as writable until a write says otherwise, and as readable once the
  // kernel has said so (it does at once where it is).
  Result<> attach(Loop& loop, int fd);
  // Stops watching, so that the descriptor can be closed or attached to another loop. Nobody may be waiting.
  void detach();
  [[nodiscard]] bool is_attached() const { return loop_ != nullptr; }
  [[nodiscard]] Loop& loop() const { return *loop_; }

  [[nodiscard]] bool may_read() const { return readable_; }
  [[nodiscard]] bool may_write() const { return writable_; }
  // Whether the other side has closed, or half-closed, or the connection broke: a read will say which.
  [[nodiscard]] bool saw_hangup() const { return hangup_; }
  // Whether nothing can come any more and nothing can be sent: the connection was reset, or both directions
  // have ended.
  [[nodiscard]] bool is_broken() const { return broken_; }
  // Cancels `scope` when the connection breaks, or at once where it has: what is done for a peer ends when
  // the peer has gone, without anybody waiting here for that. nullptr: nothing is cancelled any more.
  void cancel_on_break(CancelScope* scope) {
    cancelled_by_break_ = scope;
    if (broken_ && scope != nullptr) scope->cancel();
  }
  void clear_readable() {
    // After a hang-up no further edge comes: the flag stays, and a read finds the end.
    if (!hangup_) readable_ = false;
  }
  // After a read that would block: the kernel has nothing, whatever the flags say.
  void clear_readable_after_would_block() { readable_ = false; }
  void clear_writable() { writable_ = false; }

  // co_await watch.readable(deadline): Result<>, at once where the flag is set.
  [[nodiscard]] PlaceWait readable(Deadline deadline) { return {read_place_, readable_, deadline}; }
  [[nodiscard]] PlaceWait writable(Deadline deadline) { return {write_place_, writable_, deadline}; }
  // Where a wait for input registers, for those who wait for something that arrives by this watch.
  [[nodiscard]] WaitPlace& read_place() { return read_place_; }

 private:
  friend class Loop;
  void on_events(unsigned events);

  Loop* loop_ = nullptr;
  int fd_ = -1;
  bool readable_ = false;
  bool writable_ = false;
  bool hangup_ = false;
  bool broken_ = false;
  CancelScope* cancelled_by_break_ = nullptr;
  WaitPlace read_place_;
  WaitPlace write_place_;
};

}  // namespace brink
