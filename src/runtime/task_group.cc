#include "runtime/task_group.h"

#include "runtime/loop.h"

namespace brink {

// The coroutine at the root of a spawned task: owns it, and destroys itself when it is done.
struct TaskGroup::Root {
  struct promise_type {
    CancelScope* scope = nullptr;
    explicit promise_type(TaskGroup& group, Task<void>&) : scope(&group.scope_) {}
    static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
    static void operator delete(void* frame, std::size_t size) { frame_pool::deallocate(frame, size); }
    Root get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    [[noreturn]] void unhandled_exception() { std::terminate(); }
  };
};

void TaskGroup::spawn(Task<void> task) {
  ++running_;
  run(*this, std::move(task));
}

TaskGroup::Root TaskGroup::run(TaskGroup& group, Task<void> task) {
  {
    Task<void> owned = std::move(task);
    co_await owned;
  }
  if (--group.running_ == 0) group.ended_.notify();
}

Task<Result<>> TaskGroup::join(Deadline deadline) {
  while (running_ > 0) {
    ended_.clear();
    if (auto waited = co_await ended_.wait(deadline); !waited) co_return waited;
  }
  co_return Result<>{};
}

Task<void> TaskGroup::finish() {
  scope_.cancel();
  if (running_ == 0) co_return;
  // Waits outside of any scope that somebody could cancel: what runs refers to the group, so the group must
  // wait.
  CancelScope shield(scope_.loop());
  struct InShield {
    PlaceWait wait;
    CancelScope& shield;
    bool await_ready() { return wait.await_ready(); }
    bool await_suspend(std::coroutine_handle<> coroutine) { return wait.suspend_in(coroutine, shield); }
    Result<> await_resume() { return wait.await_resume(); }
  };
  while (running_ > 0) {
    ended_.clear();
    (void)co_await InShield{ended_.wait(Deadline::never()), shield};
  }
}

}  // namespace brink
