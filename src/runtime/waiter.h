// The leaf of every wait: one suspended coroutine, what may wake it (an event, a deadline, cancellation), and
// which of these did. And the scope by which a tree of coroutines is cancelled.
//
// A wake never resumes a coroutine on the spot: it puts the waiter on its loop's ready list, and the loop
// resumes it. So no code of ours is ever re-entered from below, and an event may be notified from anywhere on
// the loop.
#pragma once

#include "base/assert.h"
#include "base/error.h"
#include "base/intrusive_list.h"
#include "runtime/deadline.h"
#include "runtime/timer_wheel.h"

#include <coroutine>
#include <utility>

namespace brink {

class Loop;
class CancelScope;
struct ReadyTag;
struct ScopeTag;

class Waiter final : public ListHook<ReadyTag>, public ListHook<ScopeTag>, private Timer {
 public:
  enum class Woken : unsigned char { kNot, kByEvent, kByDeadline, kByCancel };

  // Registers `coroutine` with the scope and arms the deadline. Requires the scope not to be cancelled.
  void suspend(std::coroutine_handle<> coroutine, CancelScope& scope, Deadline deadline);
  // Only leaves the rest of the loop's turn to others; nothing wakes it earlier, not even cancellation.
  void suspend_until_next_turn(std::coroutine_handle<> coroutine, Loop& loop);
  // Puts the coroutine on the loop's ready list; the first wake counts, later ones do nothing.
  void wake(Woken why);
  [[nodiscard]] bool is_woken() const { return woken_ != Woken::kNot; }
  void refuse() { woken_ = Woken::kByCancel; }  // answers "cancelled" without having suspended
  void accept() { woken_ = Woken::kByEvent; }
  [[nodiscard]] Result<> outcome() const {
    if (woken_ == Woken::kByDeadline) return fail(WaitError::kTimeout);
    if (woken_ == Woken::kByCancel) return fail(WaitError::kCancelled);
    return {};
  }
  void resume() { coroutine_.resume(); }

 private:
  void on_timer() override { wake(Woken::kByDeadline); }

  std::coroutine_handle<> coroutine_;
  Loop* loop_ = nullptr;
  Woken woken_ = Woken::kNot;
};

// A subtree of coroutines that is cancelled together. Each coroutine has a scope, inherited from who awaits
// it; cancel() makes every wait in the scope and in its children answer WaitError::kCancelled, now and from
// now on; only a wait for what is already there still answers success, so who loops over such waits asks
// is_cancelled(). Belongs to one loop. Outlives what runs in it.
class CancelScope : private ListHook<ScopeTag> {
 public:
  explicit CancelScope(Loop& loop) : loop_(loop) {}
  explicit CancelScope(CancelScope& parent) : loop_(parent.loop_), cancelled_(parent.cancelled_) {
    parent.children_.push_back(*this);
  }

  [[nodiscard]] Loop& loop() const { return loop_; }
  [[nodiscard]] bool is_cancelled() const { return cancelled_; }
  void cancel();

 private:
  friend class Waiter;
  template <class, class>
  friend class IntrusiveList;
  Loop& loop_;
  bool cancelled_ = false;
  IntrusiveList<Waiter, ScopeTag> waiters_;
  IntrusiveList<CancelScope, ScopeTag> children_;
};

// Where one coroutine at a time registers to be woken. Whoever makes the awaited thing true calls wake(); a
// wake with nobody waiting is lost, so one looks first and waits only where there was nothing. Belongs to one
// loop.
class WaitPlace {
 public:
  WaitPlace() = default;
  WaitPlace(const WaitPlace&) = delete;
  WaitPlace& operator=(const WaitPlace&) = delete;
  ~WaitPlace() { BRINK_ASSERT(waiter_ == nullptr); }

  [[nodiscard]] bool is_empty() const { return waiter_ == nullptr; }
  // Whether somebody was there to be woken.
  bool wake() {
    if (waiter_ == nullptr || waiter_->is_woken()) return false;
    waiter_->wake(Waiter::Woken::kByEvent);
    return true;
  }

 private:
  friend class PlaceWait;
  Waiter* waiter_ = nullptr;
};

// co_await PlaceWait(place, deadline): Result<>, an error when the deadline passes or the scope is cancelled
// first. With a flag, does not suspend where the flag is set.
class PlaceWait {
 public:
  PlaceWait(WaitPlace& place, Deadline deadline) : place_(place), deadline_(deadline) {}
  PlaceWait(WaitPlace& place, bool ready, Deadline deadline)
      : place_(place), ready_(ready), deadline_(deadline) {}
  PlaceWait(const PlaceWait&) = delete;
  PlaceWait& operator=(const PlaceWait&) = delete;
  ~PlaceWait() { leave(); }

  [[nodiscard]] bool await_ready() const { return ready_; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> coroutine) {
    return suspend_in(coroutine, *coroutine.promise().scope);
  }
  // Suspends in a scope other than the coroutine's own.
  bool suspend_in(std::coroutine_handle<> coroutine, CancelScope& scope) {
    if (scope.is_cancelled()) {
      waiter_.refuse();
      return false;
    }
    BRINK_ASSERT(place_.waiter_ == nullptr);
    place_.waiter_ = &waiter_;
    waiter_.suspend(coroutine, scope, deadline_);
    return true;
  }
  Result<> await_resume() {
    leave();
    return waiter_.outcome();
  }

 private:
  void leave() {
    if (place_.waiter_ == &waiter_) place_.waiter_ = nullptr;
  }
  WaitPlace& place_;
  bool ready_ = false;
  Deadline deadline_;
  Waiter waiter_;
};

// Something that one coroutine at a time waits for. notify() wakes the waiter, or, where nobody waits, is
// remembered for the next wait. Belongs to one loop and outlives its waiter.
class Event {
 public:
  void notify() {
    if (!place_.wake()) notified_ = true;
  }
  // Forgets a notification that nobody took.
  void clear() { notified_ = false; }
  [[nodiscard]] bool has_waiter() const { return !place_.is_empty(); }
  // co_await event.wait(deadline): Result<>, an error when the deadline passes or the scope is cancelled.
  [[nodiscard]] PlaceWait wait(Deadline deadline) {
    return {place_, std::exchange(notified_, false), deadline};
  }

 private:
  WaitPlace place_;
  bool notified_ = false;
};

}  // namespace brink
