// Work that runs beside its owner: connections of a listener, the pump of a request body. Every spawned task
// belongs to a group with a name; a group ends when all its tasks have. Belongs to one loop.
//
//   TaskGroup pumps("request body", scope);
//   pumps.spawn(pump(request, upstream));
//   ...
//   co_await pumps.finish();      // cancels what still runs and waits for it: required before the group dies
#pragma once

#include "runtime/task.h"

#include <cstddef>
#include <functional>

namespace brink {

class TaskGroup {
 public:
  TaskGroup(const char* name, CancelScope& parent) : name_(name), scope_(parent) {}
  TaskGroup(const char* name, Loop& loop) : name_(name), scope_(loop) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup() { BRINK_ASSERT(running_ == 0); }

  // Starts the task at once, on the spot, until it first suspends.
  void spawn(Task<void> task);
  // Waits until all tasks have ended by themselves, or until the deadline.
  Task<Result<>> join(Deadline deadline);
  // Cancels what runs and waits for its end, however long that takes; not cancelled itself.
  Task<void> finish();

  void cancel() { scope_.cancel(); }
  [[nodiscard]] CancelScope& scope() { return scope_; }
  [[nodiscard]] std::size_t running() const { return running_; }
  [[nodiscard]] const char* name() const { return name_; }

 private:
  struct Root;
  static Root run(TaskGroup& group, Task<void> task);

  const char* name_;
  CancelScope scope_;
  std::size_t running_ = 0;
  Event ended_;
};

}  // namespace brink
