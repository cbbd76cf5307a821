#include "runtime/loop_thread.h"

#include <system_error>

#include <pthread.h>
#include <sched.h>
#include <signal.h>

namespace brink {
namespace {

constexpr std::size_t kMaxThreadName = 15;  // the kernel's

int keep_to_cpu(pthread_t thread, unsigned cpu) {
  if (cpu >= CPU_SETSIZE) return EINVAL;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return ::pthread_setaffinity_np(thread, sizeof set, &set);
}

}  // namespace

LoopThread::LoopThread(std::string name, std::optional<unsigned> cpu) : name_(std::move(name)), cpu_(cpu) {}

LoopThread::~LoopThread() {
  if (!thread_.joinable()) return;
  stop();
  join();
}

Result<> LoopThread::start() {
  BRINK_ASSERT(!thread_.joinable());
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // the thread inherits it
  int error_number = 0;
  try {
    thread_ = std::thread([this] { loop_.run(); });
  } catch (const std::system_error& error) {
    error_number = error.code().value();
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error_number != 0) return fail_errno(error_number);

  ::pthread_setname_np(thread_.native_handle(), name_.substr(0, kMaxThreadName).c_str());
  if (cpu_) error_number = keep_to_cpu(thread_.native_handle(), *cpu_);
  if (error_number == 0) return {};
  stop();
  join();
  return fail_errno(error_number);
}

void LoopThread::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace brink
