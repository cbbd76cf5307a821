#include "runtime/signals.h"

#include "tests/runtime/run_task.h"

#include <unistd.h>

#include <gtest/gtest.h>

namespace brink {
namespace {

using std::chrono::milliseconds;

bool is_blocked(int signal) {
  sigset_t now;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
  return ::sigismember(&now, signal) == 1;
}

TEST(SignalWatch, AnswersSignalsThatCameBeforeAndDuringTheWait) {
  Loop loop;
  SignalWatch watch(loop, {SIGUSR1, SIGUSR2});
  ::kill(::getpid(), SIGUSR1);
  EXPECT_EQ(run_task(loop, watch.next(Deadline::never())), SIGUSR1);
  for (int i = 0; i < 3; ++i) {
    loop.post([] { ::kill(::getpid(), SIGUSR2); });
    EXPECT_EQ(run_task(loop, watch.next(Deadline::never())), SIGUSR2);
  }
}

TEST(SignalWatch, AnswersSeveralPendingSignalsOneByOne) {
  Loop loop;
  SignalWatch watch(loop, {SIGUSR1, SIGUSR2});
  ::kill(::getpid(), SIGUSR2);
  ::kill(::getpid(), SIGUSR1);
  ::kill(::getpid(), SIGUSR1);
  const int first = run_task(loop, watch.next(Deadline::never())).value();
  const int second = run_task(loop, watch.next(Deadline::never())).value();
  EXPECT_EQ(first + second, SIGUSR1 + SIGUSR2);
  EXPECT_TRUE(run_task(loop, watch.next(loop.after(milliseconds(1)))).error().is(WaitError::kTimeout));
}

TEST(SignalWatch, BlocksTheSignalsWhileItLivesAndSwallowsWhatIsPendingAtItsEnd) {
  ASSERT_FALSE(is_blocked(SIGUSR1));
  {
    Loop loop;
    SignalWatch watch(loop, {SIGUSR1});
    EXPECT_TRUE(is_blocked(SIGUSR1));
    ::kill(::getpid(), SIGUSR1);
  }
  EXPECT_FALSE(is_blocked(SIGUSR1));  // and the test program lives
}

}  // namespace
}  // namespace brink
