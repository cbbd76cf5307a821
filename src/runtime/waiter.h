// The leaf of every wait: one suspended coroutine, what may wake it (an event, a deadline, cancellation), and
// which of these did. And the scope by which a tree of coroutines is cancelled.
//
// A wake never resumes a coroutine on the spot: it puts the waiter on its loop's ready list, and the loop resumes
// it. So no code of ours is ever re-entered from below, and an event may be notified from anywhere on the loop.
#pragma once

#include <coroutine>

#include "base/assert.h"
#include "base/error.h"
#include "base/intrusive_list.h"
#include "runtime/deadline.h"
#include "runtime/timer_wheel.h"

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

// A subtree of coroutines that is cancelled together. Each coroutine has a scope, inherited from who awaits it;
// cancel() makes every wait in the scope and in its children answer WaitError::kCancelled, now and from now on.
// Belongs to one loop. Outlives what runs in it.
class CancelScope : private ListHook<ScopeTag> {
 public:
  explicit CancelScope(Loop& loop) : loop_(loop) {}
  explicit CancelScope(CancelScope& parent) : loop_(parent.loop_), cancelled_(parent.cancelled_) { parent.children_.push_back(*this); }

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

// Something that one coroutine at a time waits for. notify() wakes the waiter, or, where nobody waits, is
// remembered for the next wait. Belongs to one loop and outlives its waiter.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { BRINK_ASSERT(waiter_ == nullptr); }

  void notify() {
    if (waiter_ != nullptr && !waiter_->is_woken()) {
      waiter_->wake(Waiter::Woken::kByEvent);
    } else {
      notified_ = true;
    }
  }
  // Forgets a notification that nobody took.
  void clear() { notified_ = false; }
  [[nodiscard]] bool has_waiter() const { return waiter_ != nullptr; }

  class WaitOp {
   public:
    WaitOp(Event& event, Deadline deadline) : event_(event), deadline_(deadline) {}
    WaitOp(const WaitOp&) = delete;
    WaitOp& operator=(const WaitOp&) = delete;
    ~WaitOp() { leave(); }
    [[nodiscard]] bool await_ready() {
      if (!event_.notified_) return false;
      event_.notified_ = false;
      waiter_.accept();
      return true;
    }
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
      BRINK_ASSERT(event_.waiter_ == nullptr);
      event_.waiter_ = &waiter_;
      waiter_.suspend(coroutine, scope, deadline_);
      return true;
    }
    Result<> await_resume() {
      leave();
      return waiter_.outcome();
    }

   private:
    void leave() {
      if (event_.waiter_ == &waiter_) event_.waiter_ = nullptr;
    }
    Event& event_;
    Deadline deadline_;
    Waiter waiter_;
  };

  // co_await event.wait(deadline): Result<>, an error when the deadline passes or the scope is cancelled.
  [[nodiscard]] WaitOp wait(Deadline deadline) { return {*this, deadline}; }

 private:
  Waiter* waiter_ = nullptr;
  bool notified_ = false;
};

}  // namespace brink
