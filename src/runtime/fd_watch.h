// A file descriptor watched by a loop, edge-triggered: the loop says once that it became readable or writable, the
// user reads or writes until the kernel says "would block" (or gives less than was asked for, which means the
// same) and clears the flag. So a busy connection costs no epoll_ctl and no read that finds nothing.
// Does not own the descriptor. Belongs to the loop it is attached to; one waiter for each direction.
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
  void clear_readable() {
    // After a hang-up no further edge comes: the flag stays, and a read finds the end.
    if (!hangup_) readable_ = false;
  }
  void clear_writable() { writable_ = false; }

  class ReadinessOp {
   public:
    ReadinessOp(Waiter*& place, const bool& flag, Deadline deadline) : place_(place), flag_(flag), deadline_(deadline) {}
    ReadinessOp(const ReadinessOp&) = delete;
    ReadinessOp& operator=(const ReadinessOp&) = delete;
    ~ReadinessOp() { leave(); }
    [[nodiscard]] bool await_ready() const { return flag_; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> coroutine) {
      CancelScope& scope = *coroutine.promise().scope;
      if (scope.is_cancelled()) {
        waiter_.refuse();
        return false;
      }
      BRINK_ASSERT(place_ == nullptr);
      place_ = &waiter_;
      waiter_.suspend(coroutine, scope, deadline_);
      return true;
    }
    Result<> await_resume() {
      leave();
      return waiter_.outcome();
    }

   private:
    void leave() {
      if (place_ == &waiter_) place_ = nullptr;
    }
    Waiter*& place_;
    const bool& flag_;
    Deadline deadline_;
    Waiter waiter_;
  };

  // co_await watch.readable(deadline): Result<>, at once where the flag is set.
  [[nodiscard]] ReadinessOp readable(Deadline deadline) { return {read_waiter_, readable_, deadline}; }
  [[nodiscard]] ReadinessOp writable(Deadline deadline) { return {write_waiter_, writable_, deadline}; }

 private:
  friend class Loop;
  void on_events(unsigned events);

  Loop* loop_ = nullptr;
  int fd_ = -1;
  bool readable_ = false;
  bool writable_ = false;
  bool hangup_ = false;
  Waiter* read_waiter_ = nullptr;
  Waiter* write_waiter_ = nullptr;
};

}  // namespace brink
