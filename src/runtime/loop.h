// The event loop: one per thread, epoll inside. Everything that waits on a loop is resumed by that loop's
// thread.
//
// A turn: wait for file descriptors, mark the watches that became ready, fire timers, run what other threads
// posted, resume every ready coroutine, call the turn-end hooks. No code of ours runs while the batch of
// events is being read, so a watch cannot die with an event of the same batch still pointing at it.
#pragma once

#include "base/error.h"
#include "base/intrusive_list.h"
#include "runtime/deadline.h"
#include "runtime/time_source.h"
#include "runtime/timer_wheel.h"
#include "runtime/waiter.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace brink {

// Called at the end of every turn of its loop: to flush what the turn gathered.
class TurnEndHook : public ListHook<TurnEndHook> {
 public:
  virtual void on_turn_end() = 0;

 protected:
  ~TurnEndHook() = default;
};

class Loop {
 public:
  explicit Loop(const TimeSource& time = system_time());
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  // Runs turns until stop(); a stop() that came before ends it after its first turn. Call from the thread
  // that is to own the loop.
  void run();
  // One turn, waiting at most until `deadline` for something to happen. For tests and for embedding.
  void run_once(Deadline deadline);

  // --- from any thread ---
  // Ends run() after the present turn.
  void stop();
  // Runs `work` on the loop in one of its next turns, in the order of the posts. Work left over when the loop
  // is destroyed is destroyed unrun.
  void post(std::move_only_function<void()> work);

  // --- from the loop's own thread ---
  // The time at which the present turn began.
  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] Deadline after(Duration duration) const {
    return duration >= TimePoint::max() - now_ ? Deadline::never() : Deadline::at(now_ + duration);
  }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const { return wall_now_; }
  [[nodiscard]] TimerWheel& timers() { return timers_; }
  void make_ready(Waiter& waiter) { ready_.push_back(waiter); }
  // Ready in the loop's next turn, after what has happened until then has been seen.
  void make_ready_next_turn(Waiter& waiter) { ready_next_turn_.push_back(waiter); }
  void add_turn_end_hook(TurnEndHook& hook) { turn_end_hooks_.push_back(hook); }
  [[nodiscard]] bool is_in_loop_thread() const;

 private:
  friend class FdWatch;
  void update_now();
  void poll(int timeout_ms);
  void run_posted();
  void resume_ready();

  int epoll_ = -1;
  int wake_fd_ = -1;
  const TimeSource& time_;
  TimePoint now_;
  std::chrono::system_clock::time_point wall_now_;
  TimerWheel timers_;
  IntrusiveList<Waiter, ReadyTag> ready_;
  IntrusiveList<Waiter, ReadyTag> ready_next_turn_;
  IntrusiveList<TurnEndHook, TurnEndHook> turn_end_hooks_;
  bool stopped_ = false;  // only the loop's thread; stop() posts

  std::mutex posted_mutex_;  // guards posted_ and writes of wake_pending_
  std::vector<std::move_only_function<void()>> posted_;
  // Whether posted_ has work. Read without the lock at every turn: who misses a change sees it in the turn
  // that the wake descriptor, written after it, brings about.
  std::atomic<bool> wake_pending_ = false;
};

// co_await sleep_until(deadline): waits; answers WaitError::kCancelled when the scope is cancelled first, and
// success when the time has come.
class sleep_until {
 public:
  explicit sleep_until(Deadline deadline) : deadline_(deadline) {}
  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> coroutine) {
    CancelScope& scope = *coroutine.promise().scope;
    if (scope.is_cancelled()) {
      waiter_.refuse();
      return false;
    }
    waiter_.suspend(coroutine, scope, deadline_);
    return true;
  }
  Result<> await_resume() const {
    auto outcome = waiter_.outcome();
    if (!outcome && outcome.error().is(WaitError::kTimeout)) return {};
    return outcome;
  }

 private:
  Deadline deadline_;
  Waiter waiter_;
};

// co_await next_turn(): goes on in the loop's next turn, so that whoever has much to do leaves the others
// their part. Answers WaitError::kCancelled where the scope is cancelled by then.
class next_turn {
 public:
  bool await_ready() const { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> coroutine) {
    scope_ = coroutine.promise().scope;
    waiter_.suspend_until_next_turn(coroutine, scope_->loop());
  }
  Result<> await_resume() const {
    if (scope_->is_cancelled()) return fail(WaitError::kCancelled);
    return {};
  }

 private:
  CancelScope* scope_ = nullptr;
  Waiter waiter_;
};

}  // namespace brink
