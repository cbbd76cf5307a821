#include "runtime/waiter.h"

#include "runtime/loop.h"

namespace brink {

void Waiter::suspend(std::coroutine_handle<> coroutine, CancelScope& scope, Deadline deadline) {
  coroutine_ = coroutine;
  loop_ = &scope.loop();
  scope.waiters_.push_back(*this);
  if (!deadline.is_never()) loop_->timers().arm(*this, deadline.when());
}

void Waiter::suspend_until_next_turn(std::coroutine_handle<> coroutine, Loop& loop) {
  coroutine_ = coroutine;
  woken_ = Woken::kByEvent;
  loop.make_ready_next_turn(*this);
}

void Waiter::wake(Woken why) {
  if (woken_ != Woken::kNot) return;
  woken_ = why;
  Timer::disarm();
  ListHook<ScopeTag>::unlink();
  loop_->make_ready(*this);
}

void CancelScope::cancel() {
  cancelled_ = true;
  while (!waiters_.empty()) waiters_.front().wake(Waiter::Woken::kByCancel);
  children_.for_each([](CancelScope& child) {
    if (!child.cancelled_) child.cancel();
  });
}

}  // namespace brink
