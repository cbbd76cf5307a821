// Runs a task on a loop in the test's own thread until it ends, and answers its result. A task that does not
// end within kPatience of real time ends the test program: better a loud end than a hanging one.
#pragma once

#include "runtime/loop.h"
#include "runtime/task_group.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <type_traits>
#include <utility>

namespace brink {

inline constexpr std::chrono::seconds kPatience{30};

// Runs turns of `loop` until `done()` says so.
template <class Done>
void run_until(Loop& loop, Done done) {
  const TimePoint give_up = Clock::now() + kPatience;
  while (!done()) {
    if (Clock::now() >= give_up) {
      std::fprintf(stderr, "what the test waits for did not happen within %lld s\n",
                   static_cast<long long>(kPatience.count()));
      std::abort();
    }
    loop.run_once(loop.after(std::chrono::milliseconds(20)));
  }
}

template <class T>
T run_task(Loop& loop, Task<T> task) {
  TaskGroup group("test", loop);
  if constexpr (std::is_void_v<T>) {
    group.spawn(std::move(task));
    run_until(loop, [&] { return group.running() == 0; });
  } else {
    std::optional<T> result;
    group.spawn([](Task<T> inner, std::optional<T>& out) -> Task<void> { out.emplace(co_await inner); }(
                                                             std::move(task), result));
    run_until(loop, [&] { return group.running() == 0; });
    return *std::move(result);
  }
}

}  // namespace brink
