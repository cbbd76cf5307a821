#include "runtime/process.h"

#include "tests/runtime/run_task.h"

#include <array>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace brink {
namespace {

using std::chrono::milliseconds;

ProcessOptions shell(std::string script) {
  return {.program = "/bin/bash", .arguments = {"bash", "-c", std::move(script)}};
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    BRINK_ASSERT(::pipe2(ends.data(), O_CLOEXEC) == 0);
    read = Fd(ends[0]);
    write = Fd(ends[1]);
  }
  std::string read_all() {
    write.reset();
    std::string text;
    char block[4096];
    for (ssize_t got = 0; (got = ::read(read.get(), block, sizeof block)) > 0;)
      text.append(block, static_cast<std::size_t>(got));
    return text;
  }
  Fd read, write;
};

ExitStatus outcome_of(Loop& loop, const ProcessOptions& options) {
  auto child = ChildProcess::start(loop, options);
  EXPECT_TRUE(child) << child.error().text();
  auto status = run_task(loop, (*child)->exited(Deadline::never()));
  EXPECT_TRUE(status);
  return *status;
}

TEST(ChildProcess, AnswersItsExitCode) {
  Loop loop;
  const ExitStatus status = outcome_of(loop, shell("exit 3"));
  EXPECT_FALSE(status.by_signal);
  EXPECT_EQ(status.code, 3);
  EXPECT_FALSE(status.is_success());
  EXPECT_EQ(status.text(), "exited with 3");
  EXPECT_TRUE(outcome_of(loop, shell("exit 0")).is_success());
}

TEST(ChildProcess, AnswersTheSignalThatEndedIt) {
  Loop loop;
  const ExitStatus status = outcome_of(loop, shell("kill -KILL $$"));
  EXPECT_TRUE(status.by_signal);
  EXPECT_EQ(status.code, SIGKILL);
  EXPECT_EQ(status.text(), "killed by signal 9 (Killed)");
}

TEST(ChildProcess, SaysWhyAProgramCouldNotBeStarted) {
  Loop loop;
  auto missing = ChildProcess::start(loop, {.program = "/nowhere/at/all", .arguments = {"x"}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().detail(), ENOENT);
  auto directory = ChildProcess::start(loop, {.program = "/tmp", .arguments = {"x"}});
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().detail(), EACCES);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child was left behind";
}

TEST(ChildProcess, SaysThatADescriptorToInheritIsNotOpen) {
  Loop loop;
  auto options = shell("exit 0");
  options.descriptors = {{.from = 999, .to = 5}};
  auto child = ChildProcess::start(loop, options);
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().detail(), EBADF);
}

TEST(ChildProcess, HasTheGivenDescriptorsAndNoOthers) {
  Loop loop;
  Pipe out;
  const Fd leaked(::fcntl(out.read.get(), F_DUPFD, 60));  // not close-on-exec
  auto options =
      shell("for fd in 3 4 5 6 7 8 9 10 11 20 60; do [ -e /proc/$$/fd/$fd ] && echo $fd >&20; done; exit 0");
  options.descriptors = {{.from = out.write.get(), .to = 20}, {.from = out.write.get(), .to = 5}};
  EXPECT_TRUE(outcome_of(loop, options).is_success());
  EXPECT_EQ(out.read_all(), "5\n20\n");
}

TEST(ChildProcess, MayExchangeTheNumbersOfTwoDescriptors) {
  Loop loop;
  Pipe first, second;
  const int a = first.write.get();
  const int b = second.write.get();
  auto options = shell("echo to-a >&" + std::to_string(a) + "; echo to-b >&" + std::to_string(b));
  options.descriptors = {{.from = a, .to = b}, {.from = b, .to = a}};
  EXPECT_TRUE(outcome_of(loop, options).is_success());
  EXPECT_EQ(first.read_all(), "to-b\n");
  EXPECT_EQ(second.read_all(), "to-a\n");
}

TEST(ChildProcess, MayHaveItsStandardOutputReplaced) {
  Loop loop;
  Pipe out;
  auto options = shell("echo said");
  options.descriptors = {{.from = out.write.get(), .to = 1}};
  EXPECT_TRUE(outcome_of(loop, options).is_success());
  EXPECT_EQ(out.read_all(), "said\n");
}

TEST(ChildProcess, AddsToTheEnvironmentAndReplacesInIt) {
  Loop loop;
  ::setenv("BRINK_TEST_KEPT", "kept", 1);
  ::setenv("BRINK_TEST_REPLACED", "before", 1);
  auto options = shell(R"([ "$BRINK_TEST_KEPT $BRINK_TEST_REPLACED $BRINK_TEST_NEW" = "kept after new" ])");
  options.added_environment = {"BRINK_TEST_REPLACED=after", "BRINK_TEST_NEW=new"};
  EXPECT_TRUE(outcome_of(loop, options).is_success());
}

TEST(ChildProcess, StartsWithNoSignalBlockedOrIgnored) {
  Loop loop;
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const auto handler_before = ::signal(SIGPIPE, SIG_IGN);
  const ExitStatus term = outcome_of(loop, shell("kill -TERM $$; exit 0"));
  const ExitStatus pipe = outcome_of(loop, shell("kill -PIPE $$; exit 0"));
  ::signal(SIGPIPE, handler_before);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(term.code, SIGTERM);
  EXPECT_TRUE(pipe.by_signal);
  EXPECT_EQ(pipe.code, SIGPIPE);
}

TEST(ChildProcess, WaitsUntilTheDeadlineAndMayWaitAgain) {
  Loop loop;
  Pipe in;
  auto options = shell("read line");
  options.descriptors = {{.from = in.read.get(), .to = 0}};
  auto child = ChildProcess::start(loop, options).value();
  EXPECT_TRUE(run_task(loop, child->exited(loop.after(milliseconds(1)))).error().is(WaitError::kTimeout));
  in.write.reset();
  EXPECT_EQ(run_task(loop, child->exited(Deadline::never()))->code, 1);
  EXPECT_EQ(run_task(loop, child->exited(Deadline::never()))->code, 1) << "the answer stays";
  EXPECT_TRUE(child->kill(SIGKILL)) << "nothing to do is no failure";
}

TEST(ChildProcess, SeveralMayWaitForItsEnd) {
  Loop loop;
  auto child = ChildProcess::start(loop, shell("exec sleep 1000")).value();
  TaskGroup group("test", loop);
  std::vector<Result<ExitStatus>> outcomes;
  auto wait = [](ChildProcess& process, Deadline deadline,
                 std::vector<Result<ExitStatus>>& out) -> Task<void> {
    out.push_back(co_await process.exited(deadline));
  };
  group.spawn(wait(*child, loop.after(milliseconds(2)), outcomes));  // holds the watch, and gives up
  group.spawn(wait(*child, Deadline::never(), outcomes));
  group.spawn(wait(*child, loop.after(milliseconds(4)), outcomes));
  group.spawn(wait(*child, Deadline::never(), outcomes));
  run_until(loop, [&] { return group.running() == 2; });
  EXPECT_TRUE(child->kill(SIGTERM));
  EXPECT_TRUE(run_task(loop, group.join(Deadline::never())));
  ASSERT_EQ(outcomes.size(), 4U);
  EXPECT_TRUE(outcomes[0].error().is(WaitError::kTimeout));
  EXPECT_TRUE(outcomes[1].error().is(WaitError::kTimeout));
  EXPECT_EQ(outcomes[2]->code, SIGTERM);
  EXPECT_EQ(outcomes[3]->code, SIGTERM);
}

TEST(ChildProcess, IsKilledWhereItsObjectDies) {
  Loop loop;
  pid_t pid = 0;
  {
    auto child = ChildProcess::start(loop, shell("exec sleep 1000")).value();
    pid = child->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(ChildProcess, ReleasedOneRunsOnAndMayBeAdopted) {
  Loop loop;
  Pipe in;
  auto options = shell("read line; exit 7");
  options.descriptors = {{.from = in.read.get(), .to = 0}};
  pid_t pid = 0;
  {
    auto child = ChildProcess::start(loop, options).value();
    pid = child->pid();
    child->release();
  }
  auto adopted = ChildProcess::adopt(loop, pid).value();
  in.write.reset();
  EXPECT_EQ(run_task(loop, adopted->exited(Deadline::never()))->code, 7);
}

TEST(ChildProcess, OnlyAChildOfOursMayBeAdopted) {
  Loop loop;
  auto adopted = ChildProcess::adopt(loop, ::getppid());
  ASSERT_FALSE(adopted);
  EXPECT_EQ(adopted.error().detail(), ECHILD);
}

TEST(ChildProcess, MayDieWithTheThreadThatStartedIt) {
  Loop loop;
  std::unique_ptr<ChildProcess> child;
  std::thread starter([&] {
    auto options = shell("exec sleep 1000");
    options.parent_death_signal = SIGKILL;
    child = ChildProcess::start(loop, options).value();
  });
  starter.join();
  EXPECT_EQ(run_task(loop, child->exited(Deadline::never()))->code, SIGKILL);
}

}  // namespace
}  // namespace brink
