#include "runtime/loop_thread.h"

#include "tests/runtime/run_task.h"

#include <future>

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <gtest/gtest.h>

namespace brink {
namespace {

template <class F>
auto answer_from(LoopThread& thread, F f) {
  std::promise<decltype(f())> promise;
  auto future = promise.get_future();
  thread.loop().post([&] { promise.set_value(f()); });
  EXPECT_EQ(future.wait_for(kPatience), std::future_status::ready);
  return future.get();
}

TEST(LoopThread, RunsItsLoopUnderItsName) {
  LoopThread thread("edge/0 and far too long a name");
  ASSERT_TRUE(thread.start());
  EXPECT_TRUE(answer_from(thread, [&] { return thread.loop().is_in_loop_thread(); }));
  const std::string name = answer_from(thread, [] {
    char text[16] = {};
    ::pthread_getname_np(::pthread_self(), text, sizeof text);
    return std::string(text);
  });
  EXPECT_EQ(name, "edge/0 and far ");
}

TEST(LoopThread, RunsWhatWasPostedBeforeItsStart) {
  LoopThread thread("test");
  std::promise<void> ran;
  thread.loop().post([&] { ran.set_value(); });
  ASSERT_TRUE(thread.start());
  EXPECT_EQ(ran.get_future().wait_for(kPatience), std::future_status::ready);
  thread.stop();
  thread.join();
}

TEST(LoopThread, LeavesTheSignalsToOthers) {
  LoopThread thread("test");
  ASSERT_TRUE(thread.start());
  EXPECT_TRUE(answer_from(thread, [] {
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return ::sigismember(&mask, SIGTERM) == 1;
  }));
  sigset_t ours;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &ours);
  EXPECT_EQ(::sigismember(&ours, SIGTERM), 0);
}

TEST(LoopThread, KeepsToItsCpu) {
  cpu_set_t allowed;
  ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  unsigned cpu = 0;
  while (!CPU_ISSET(cpu, &allowed)) ++cpu;
  LoopThread thread("test", cpu);
  ASSERT_TRUE(thread.start());
  EXPECT_TRUE(answer_from(thread, [cpu] {
    cpu_set_t set;
    return ::sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) == 1 && CPU_ISSET(cpu, &set);
  }));
}

TEST(LoopThread, SaysThatThereIsNoSuchCpu) {
  LoopThread thread("test", CPU_SETSIZE - 1);
  EXPECT_FALSE(thread.start());
}

TEST(LoopThread, DiesWithoutEverHavingRun) { LoopThread thread("test"); }

}  // namespace
}  // namespace brink
