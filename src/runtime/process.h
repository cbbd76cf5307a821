// Child processes: started with exactly the descriptors they are given, awaited on a loop.
#pragma once

#include "base/error.h"
#include "base/fd.h"
#include "base/intrusive_list.h"
#include "runtime/fd_watch.h"
#include "runtime/task.h"

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace brink {

// How a process ended.
struct ExitStatus {
  bool by_signal = false;
  int code = 0;  // the exit code, or the number of the signal
  bool dumped_core = false;

  [[nodiscard]] bool is_success() const { return !by_signal && code == 0; }
  // "exited with 1", "killed by signal 11 (Segmentation fault)"
  [[nodiscard]] std::string text() const;
};

// A descriptor for the child: its `to` is a duplicate of our `from`.
struct InheritedFd {
  int from = -1;
  int to = -1;
};

struct ProcessOptions {
  std::string program;                 // a path; PATH is not searched
  std::vector<std::string> arguments;  // argv, the name at the front
  // The child's descriptors, each `to` at most once. Besides these it has our 0, 1 and 2 and nothing else.
  std::vector<InheritedFd> descriptors;
  std::vector<std::string> added_environment;  // "NAME=value"; replaces a variable of that name that we have
  // Sent to the child when the thread that started it ends (prctl(2), PR_SET_PDEATHSIG); 0: none.
  int parent_death_signal = 0;
};

// A child of ours. Belongs to one loop. The child starts with no signal blocked and every signal at its
// default.
class ChildProcess {
 public:
  // Answers once the child runs the program, or with why it could not: no such file, no permission, no
  // memory.
  [[nodiscard]] static Result<std::unique_ptr<ChildProcess>> start(Loop& loop, const ProcessOptions& options);
  // A child that we have already: the program that started it was replaced by ours (execve) in the same
  // process.
  [[nodiscard]] static Result<std::unique_ptr<ChildProcess>> adopt(Loop& loop, pid_t pid);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  // A child that still runs is killed (SIGKILL) and waited for.
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  // Waits for the child's end; at once, with the same answer, when it has ended. Several may wait at a time;
  // all have their answer before the child process object dies.
  Task<Result<ExitStatus>> exited(Deadline deadline);
  // Sends a signal; success where the child has ended already. Never reaches another process: the kernel's
  // handle of the child is used, not its number.
  Result<> kill(int signal);
  // Gives the child up: it runs on after us.
  void release() { released_ = true; }

 private:
  struct OtherWaiter : ListHook<> {
    Event turn;
  };

  ChildProcess(pid_t pid, Fd handle) : pid_(pid), handle_(std::move(handle)) {}
  void reap();

  pid_t pid_;
  Fd handle_;  // a pidfd: readable when the child has ended
  FdWatch watch_;
  IntrusiveList<OtherWaiter> other_waiters_;  // while one waits on the watch
  bool released_ = false;
  bool has_ended_ = false;
  ExitStatus status_;
};

}  // namespace brink
