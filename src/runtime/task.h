// Task<T>: a coroutine that its caller awaits and owns. It starts when it is awaited, runs on the caller's
// loop in the caller's cancel scope, and gives its result straight to the caller. Frames come from the frame
// pool. An exception that leaves a task is a bug of ours and ends the role.
#pragma once

#include "runtime/frame_pool.h"
#include "runtime/waiter.h"

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace brink {

template <class T = void>
class Task;

struct PromiseBase {
  std::coroutine_handle<> continuation;
  CancelScope* scope = nullptr;

  static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
  static void operator delete(void* frame, std::size_t size) { frame_pool::deallocate(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
      return done.promise().continuation;
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
  [[noreturn]] void unhandled_exception() { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U = T>  // so that co_return {} makes a T
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() { return *std::move(value); }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() {}
  void take() {}
};

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = Promise<T>;

  Task() = default;
  explicit Task(std::coroutine_handle<Promise<T>> frame) : frame_(frame) {}
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  struct Awaiter {
    std::coroutine_handle<Promise<T>> frame;
    bool await_ready() const noexcept { return false; }
    template <class Parent>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Parent> parent) noexcept {
      frame.promise().continuation = parent;
      frame.promise().scope = parent.promise().scope;
      return frame;
    }
    T await_resume() { return frame.promise().take(); }
  };
  Awaiter operator co_await() const& noexcept { return {frame_}; }

 private:
  std::coroutine_handle<Promise<T>> frame_;
};

template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// co_await current_scope(): CancelScope& of the running task (and by it, its loop).
struct current_scope {
  CancelScope* scope = nullptr;
  bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> coroutine) noexcept {
    scope = coroutine.promise().scope;
    return false;
  }
  CancelScope& await_resume() const noexcept { return *scope; }
};

}  // namespace brink
