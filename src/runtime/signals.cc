#include "runtime/signals.h"

#include "runtime/loop.h"

#include <cerrno>

#include <sys/signalfd.h>
#include <unistd.h>

namespace brink {

SignalWatch::SignalWatch(Loop& loop, std::initializer_list<int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (int signal : signals) ::sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, &mask_before_);
  descriptor_ = Fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  BRINK_ASSERT(descriptor_);
  BRINK_ASSERT(watch_.attach(loop, descriptor_.get()));
}

SignalWatch::~SignalWatch() {
  watch_.detach();
  while (take() != 0) {
  }
  ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

Task<Result<int>> SignalWatch::next(Deadline deadline) {
  for (;;) {
    if (const int signal = take(); signal != 0) co_return signal;
    watch_.clear_readable_after_would_block();
    BRINK_CO_TRY(co_await watch_.readable(deadline));
  }
}

int SignalWatch::take() {
  signalfd_siginfo info{};
  ssize_t got = 0;
  do {
    got = ::read(descriptor_.get(), &info, sizeof info);
  } while (got < 0 && errno == EINTR);
  return got == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

}  // namespace brink
