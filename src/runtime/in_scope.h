// co_await in_scope(task, scope): runs a task in a cancel scope of its own, so that it can be cancelled
// without its caller. The scope should be a child of the caller's.
#pragma once

#include "runtime/task.h"

#include <coroutine>
#include <utility>

namespace brink {

template <class T>
class InScope {
 public:
  InScope(Task<T> task, CancelScope& scope)
      : task_(std::move(task)), scope_(scope), inner_(task_.operator co_await()) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Parent>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Parent> parent) noexcept {
    const std::coroutine_handle<> next = inner_.await_suspend(parent);
    inner_.frame.promise().scope = &scope_;
    return next;
  }
  T await_resume() { return inner_.await_resume(); }

 private:
  Task<T> task_;
  CancelScope& scope_;
  typename Task<T>::Awaiter inner_;
};

template <class T>
[[nodiscard]] InScope<T> in_scope(Task<T> task, CancelScope& scope) {
  return {std::move(task), scope};
}

}  // namespace brink
