// Signals as something that a task waits for.
#pragma once

#include "base/error.h"
#include "base/fd.h"
#include "runtime/fd_watch.h"
#include "runtime/task.h"

#include <initializer_list>

#include <signal.h>

namespace brink {

// Takes signals of the process away from their handlers. While it lives the signals are blocked in the thread
// that made it; a thread started later inherits that, so make it before other threads: a signal that any
// thread leaves unblocked does to the process what it always did. Belongs to one loop.
class SignalWatch {
 public:
  SignalWatch(Loop& loop, std::initializer_list<int> signals);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  // Takes what is pending and restores the thread's mask. Destroy it in the thread that made it.
  ~SignalWatch();

  // The number of the next signal. Equal signals that come before anybody looks are one. One waiter at a
  // time.
  Task<Result<int>> next(Deadline deadline);

 private:
  [[nodiscard]] int take();  // 0: none is pending

  Fd descriptor_;  // a signalfd
  FdWatch watch_;
  sigset_t mask_before_;
};

}  // namespace brink
