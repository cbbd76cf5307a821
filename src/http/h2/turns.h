// Two small tools of the sessions: giving way to others, and timers that are members.
#pragma once

#include "runtime/timer_wheel.h"
#include "runtime/waiter.h"

#include <coroutine>

namespace brink::http::h2 {

// co_await let_others_run(): goes to the end of the loop's ready list, for those who have worked long enough.
class let_others_run {
 public:
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> coroutine) {
    CancelScope& scope = *coroutine.promise().scope;
    if (scope.is_cancelled()) return false;
    waiter_.suspend(coroutine, scope, Deadline::never());
    waiter_.wake(Waiter::Woken::kByEvent);
    return true;
  }
  void await_resume() const noexcept {}

 private:
  Waiter waiter_;
};

// A timer that calls a method of the object it is part of.
template <class Owner, void (Owner::*kMethod)()>
class OwnedTimer final : public Timer {
 public:
  explicit OwnedTimer(Owner& owner) : owner_(owner) {}

 private:
  void on_timer() override { (owner_.*kMethod)(); }
  Owner& owner_;
};

}  // namespace brink::http::h2
