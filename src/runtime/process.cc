#include "runtime/process.h"

#include "runtime/loop.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <linux/close_range.h>
#include <string.h>  // sigdescr_np
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace brink {
namespace {

// Of our own, because <sys/pidfd.h> of glibc 2.36 declares these without extern "C".
int open_pidfd(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }
int send_signal_by_pidfd(int pidfd, int signal) {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

// All that the child needs between fork and execve, made before the fork: after it another thread's lock may
// be held for ever, so the child allocates nothing and calls only what signal-safety(7) allows.
struct Launch {
  explicit Launch(const ProcessOptions& options);

  std::vector<char*> arguments;
  std::vector<std::string> environment_texts;
  std::vector<char*> environment;
  std::vector<InheritedFd> fds;  // by `to`
  std::vector<int> duplicates;   // of fds[i].from, above every `to`
  const char* program;
  int parent_death_signal;
  pid_t parent = ::getpid();
  int report = -1;  // takes the errno of what failed; closed by a successful execve
};

std::string_view variable_name(std::string_view assignment) {
  return assignment.substr(0, assignment.find('='));
}

Launch::Launch(const ProcessOptions& options)
    : fds(options.descriptors),
      duplicates(options.descriptors.size(), -1),
      program(options.program.c_str()),
      parent_death_signal(options.parent_death_signal) {
  for (const std::string& argument : options.arguments)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  environment_texts = options.added_environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const auto name = variable_name(*variable);
    if (std::ranges::none_of(options.added_environment,
                             [&](const auto& added) { return variable_name(added) == name; })) {
      environment_texts.emplace_back(*variable);
    }
  }
  for (std::string& text : environment_texts) environment.push_back(text.data());
  environment.push_back(nullptr);

  std::ranges::sort(fds, {}, &InheritedFd::to);
}

[[noreturn]] void report_and_exit(int report, int error_number) {
  (void)!::write(report, &error_number, sizeof error_number);
  ::_exit(127);
}

// Puts every descriptor where it belongs, by way of numbers that no `to` uses, since one's `to` may be
// another's `from`.
void arrange_fds(Launch& launch) {
  const int above_all = std::max(launch.fds.empty() ? 0 : launch.fds.back().to, STDERR_FILENO) + 1;
  const int report = ::fcntl(launch.report, F_DUPFD_CLOEXEC, above_all);
  if (report < 0) report_and_exit(launch.report, errno);
  launch.report = report;
  for (std::size_t i = 0; i < launch.fds.size(); ++i) {
    launch.duplicates[i] = ::fcntl(launch.fds[i].from, F_DUPFD_CLOEXEC, above_all);
    if (launch.duplicates[i] < 0) report_and_exit(report, errno);
  }
  for (std::size_t i = 0; i < launch.fds.size(); ++i) {
    if (::dup2(launch.duplicates[i], launch.fds[i].to) < 0) report_and_exit(report, errno);
  }
  auto first_unused = static_cast<unsigned>(STDERR_FILENO + 1);
  for (const InheritedFd& fd : launch.fds) {
    const auto used = static_cast<unsigned>(fd.to);
    if (used < first_unused) continue;
    if (used > first_unused && ::close_range(first_unused, used - 1, CLOSE_RANGE_CLOEXEC) != 0) {
      report_and_exit(report, errno);
    }
    first_unused = used + 1;
  }
  if (::close_range(first_unused, ~0U, CLOSE_RANGE_CLOEXEC) != 0) report_and_exit(report, errno);
}

void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become_program(Launch& launch) {
  arrange_fds(launch);
  reset_signals();
  if (launch.parent_death_signal != 0) {
    if (::prctl(PR_SET_PDEATHSIG, launch.parent_death_signal) != 0) report_and_exit(launch.report, errno);
    if (::getppid() != launch.parent) ::_exit(127);  // it died before we asked
  }
  ::execve(launch.program, launch.arguments.data(), launch.environment.data());
  report_and_exit(launch.report, errno);
}

// fork() with every signal blocked, so that none of our handlers runs in the child.
pid_t fork_without_signals() {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  const int error_number = errno;
  if (pid != 0) ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error_number;
  return pid;
}

// The errno that the child reported; 0 where execve closed the pipe.
int read_report(int pipe) {
  int error_number = 0;
  ssize_t got = 0;
  do {
    got = ::read(pipe, &error_number, sizeof error_number);
  } while (got < 0 && errno == EINTR);
  return got == sizeof error_number ? error_number : 0;
}

void kill_and_reap(pid_t pid) {
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

ExitStatus to_status(const siginfo_t& info) {
  return {.by_signal = info.si_code != CLD_EXITED,
          .code = info.si_status,
          .dumped_core = info.si_code == CLD_DUMPED};
}

}  // namespace

std::string ExitStatus::text() const {
  if (!by_signal) return fmt::format("exited with {}", code);
  const char* description = ::sigdescr_np(code);
  return fmt::format("killed by signal {} ({}{})", code, description != nullptr ? description : "unknown",
                     dumped_core ? ", core dumped" : "");
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(Loop& loop, const ProcessOptions& options) {
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) return fail_errno(errno);
  Fd report_read(report[0]);
  Fd report_write(report[1]);
  Launch launch(options);
  launch.report = report_write.get();

  const pid_t pid = fork_without_signals();
  if (pid < 0) return fail_errno(errno);
  if (pid == 0) become_program(launch);
  report_write.reset();
  if (const int error_number = read_report(report_read.get()); error_number != 0) {
    kill_and_reap(pid);
    return fail_errno(error_number);
  }
  auto child = adopt(loop, pid);
  if (!child) kill_and_reap(pid);
  return child;
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::adopt(Loop& loop, pid_t pid) {
  Fd handle(open_pidfd(pid));
  if (!handle) return fail_errno(errno);
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(handle.get()), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
    return fail_errno(errno);
  std::unique_ptr<ChildProcess> child(new ChildProcess(pid, std::move(handle)));
  if (auto attached = child->watch_.attach(loop, child->handle_.get()); !attached) {
    child->release();
    return std::unexpected(attached.error());
  }
  return child;
}

ChildProcess::~ChildProcess() {
  BRINK_ASSERT(other_waiters_.empty());
  watch_.detach();
  if (!has_ended_ && !released_) {
    (void)kill(SIGKILL);
    siginfo_t info{};
    while (::waitid(P_PIDFD, static_cast<id_t>(handle_.get()), &info, WEXITED) != 0 && errno == EINTR) {
    }
  }
}

Task<Result<ExitStatus>> ChildProcess::exited(Deadline deadline) {
  while (!has_ended_) {
    if (!watch_.read_place().is_empty()) {  // somebody else waits on the watch, and will pass the turn on
      OtherWaiter waiter;
      other_waiters_.push_back(waiter);
      BRINK_CO_TRY(co_await waiter.turn.wait(deadline));
      continue;
    }
    auto readable = co_await watch_.readable(deadline);
    if (readable) reap();
    other_waiters_.for_each([](OtherWaiter& waiter) { waiter.turn.notify(); });
    BRINK_CO_TRY(std::move(readable));
  }
  co_return status_;
}

void ChildProcess::reap() {
  siginfo_t info{};
  const int result = ::waitid(P_PIDFD, static_cast<id_t>(handle_.get()), &info, WEXITED | WNOHANG);
  BRINK_ASSERT(result == 0);  // nobody else waits for our children, and SIGCHLD is not ignored
  if (info.si_pid == 0) {
    watch_.clear_readable_after_would_block();
    return;
  }
  has_ended_ = true;
  status_ = to_status(info);
}

Result<> ChildProcess::kill(int signal) {
  if (has_ended_ || send_signal_by_pidfd(handle_.get(), signal) == 0 || errno == ESRCH) return {};
  return fail_errno(errno);
}

}  // namespace brink
