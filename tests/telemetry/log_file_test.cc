#include "telemetry/log_file.h"

#include "telemetry/log.h"
#include "tests/telemetry/scratch_directory.h"

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::telemetry {
namespace {

using testing::HasSubstr;

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// Waits until `condition` holds; false where it does not within half a minute.
template <class Condition>
bool eventually(Condition condition) {
  const TimePoint give_up = Clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (Clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

struct Metrics {
  std::unique_ptr<Registry> registry = *Registry::open(*Segment::create("control"));
  [[nodiscard]] std::uint64_t value(MetricId id, std::string_view label = {}) const {
    for (const SeriesReading& series : registry->segment().read(true)) {
      if (series.metric->id == id && (label.empty() || series.labels.at(0) == label)) return series.values[0];
    }
    return 0;
  }
  [[nodiscard]] std::uint64_t written() const { return value(MetricId::kLogLines); }
};

std::string lines(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += fmt::format("line {}\n", i);
  return text;
}

TEST(LogFile, WritesWhatItIsGivenByTheTimeItDies) {
  const ScratchDirectory directory;
  const Metrics metrics;
  const std::string path = directory.path("deeper/access.jsonl");
  {
    LogFile log({.target = path}, metrics.registry.get());
    log.submit("a\n");
    log.submit("");
    log.submit("b\nc\n");
  }
  EXPECT_EQ(content(path), "a\nb\nc\n");
  EXPECT_EQ(metrics.written(), 3U);
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0137, 0U) << "0640 at most";
}

TEST(LogFile, AppendsToWhatIsThere) {
  const ScratchDirectory directory;
  const std::string path = directory.path("access.jsonl");
  std::ofstream(path) << "before\n";
  {
    LogFile({.target = path}).submit("after\n");
  }
  EXPECT_EQ(content(path), "before\nafter\n");
}

TEST(LogFile, TakesHalfALineAwayThatACrashHasLeft) {
  const ScratchDirectory directory;
  const std::string path = directory.path("access.jsonl");
  std::ofstream(path) << "whole\nha";
  {
    LogFile({.target = path}).submit("after\n");
  }
  EXPECT_EQ(content(path), "whole\nafter\n");
  std::ofstream(path) << "half of the very first";
  {
    LogFile({.target = path}).submit("after\n");
  }
  EXPECT_EQ(content(path), "after\n");
}

TEST(LogFile, RotatesBySizeAndKeepsAsManyAsAsked) {
  const ScratchDirectory directory;
  const std::string path = directory.path("access.jsonl");
  {
    LogFile log({.target = path, .rotate_bytes = 20, .keep = 2});
    for (int i = 0; i < 10; ++i) log.submit(fmt::format("line {}..\n", i));  // of 9 bytes: two to a file
  }
  EXPECT_EQ(content(path), "line 8..\nline 9..\n");
  EXPECT_EQ(content(path + ".1"), "line 6..\nline 7..\n");
  EXPECT_EQ(content(path + ".2"), "line 4..\nline 5..\n");
  EXPECT_FALSE(exists(path + ".3"));
}

TEST(LogFile, ManyLinesAtOnceAreSpreadOverFiles) {
  const ScratchDirectory directory;
  const std::string path = directory.path("access.jsonl");
  {
    LogFile({.target = path, .rotate_bytes = 30, .keep = 100}).submit(lines(0, 30));
  }
  std::string all;
  for (int number = 100; number > 0; --number) {
    const std::string part = content(fmt::format("{}.{}", path, number));
    EXPECT_LE(part.size(), 30U);
    all += part;
  }
  EXPECT_EQ(all + content(path), lines(0, 30));
}

TEST(LogFile, ALineLongerThanAFileHasOneForItself) {
  const ScratchDirectory directory;
  const std::string path = directory.path("access.jsonl");
  const std::string longest(100, 'x');
  {
    LogFile({.target = path, .rotate_bytes = 20, .keep = 5}).submit("a\n" + longest + "\nb\n");
  }
  EXPECT_EQ(content(path), "b\n");
  EXPECT_EQ(content(path + ".1"), longest + "\n");
  EXPECT_EQ(content(path + ".2"), "a\n");
}

TEST(LogFile, KeepsNoneWhereNoneIsToBeKept) {
  const ScratchDirectory directory;
  const std::string path = directory.path("access.jsonl");
  {
    LogFile({.target = path, .rotate_bytes = 10, .keep = 0}).submit(lines(0, 4));
  }
  EXPECT_EQ(content(path), "line 3\n");
  EXPECT_FALSE(exists(path + ".1"));
}

TEST(LogFile, RemovesWhatIsBeyondANewLowerNumber) {
  const ScratchDirectory directory;
  const std::string path = directory.path("access.jsonl");
  {
    LogFile({.target = path, .rotate_bytes = 10, .keep = 5}).submit(lines(0, 6));
  }
  EXPECT_TRUE(exists(path + ".5"));
  {
    LogFile({.target = path, .rotate_bytes = 10, .keep = 2}).submit(lines(6, 8));
  }
  EXPECT_TRUE(exists(path + ".2"));
  EXPECT_FALSE(exists(path + ".3"));
  EXPECT_FALSE(exists(path + ".5"));
}

TEST(LogFile, OpensAnewWhenAsked) {
  const ScratchDirectory directory;
  const Metrics metrics;
  const std::string path = directory.path("access.jsonl");
  LogFile log({.target = path}, metrics.registry.get());
  log.submit("a\n");
  ASSERT_TRUE(eventually([&] { return metrics.written() == 1; }));
  ASSERT_EQ(::rename(path.c_str(), (path + ".moved").c_str()), 0);
  log.reopen({.target = path});
  ASSERT_TRUE(eventually([&] { return exists(path); })) << "at once, without a line to write";
  log.submit("b\n");
  ASSERT_TRUE(eventually([&] { return metrics.written() == 2; }));
  EXPECT_EQ(content(path + ".moved"), "a\n");
  EXPECT_EQ(content(path), "b\n");
}

TEST(LogFile, ChangesItsTargetAndMayBeTurnedOff) {
  const ScratchDirectory directory;
  const Metrics metrics;
  const std::string one = directory.path("one"), two = directory.path("two");
  LogFile log({.target = one}, metrics.registry.get());
  log.submit("a\n");
  ASSERT_TRUE(eventually([&] { return metrics.written() == 1; }));
  log.reopen({.target = "off"});
  log.submit("lost\n");
  log.reopen({.target = two});
  log.submit("b\n");
  ASSERT_TRUE(eventually([&] { return metrics.written() == 2; }));
  EXPECT_EQ(content(one), "a\n");
  EXPECT_EQ(content(two), "b\n");
}

TEST(LogFile, StandardErrorIsATarget) {
  testing::internal::CaptureStderr();
  {
    LogFile({.target = "stderr", .rotate_bytes = 1}).submit("{\"a\":1}\n");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "{\"a\":1}\n");
}

// RLIMIT_FSIZE stands for a disk that is full: a write is cut short at the limit, the next fails with EFBIG.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(LogFile, WritesNoHalfLineOnAFullDiskAndGoesOnWhenThereIsRoom) {
  const ScratchDirectory directory;
  const Metrics metrics;
  const std::string path = directory.path("access.jsonl");
  {
    LogFile log({.target = path}, metrics.registry.get());
    {
      const FileSizeLimit limit(25);  // three lines of seven bytes, and a half
      log.submit(lines(0, 10));
      ASSERT_TRUE(eventually([&] { return metrics.written() == 3 && content(path).size() == 21; }));
      EXPECT_EQ(content(path), lines(0, 3));
    }
    ASSERT_TRUE(eventually([&] { return metrics.written() == 10; })) << "there is room again";
  }
  EXPECT_EQ(content(path), lines(0, 10));
  EXPECT_EQ(metrics.value(MetricId::kLogDropped, "disk_full"), 0U);
}

TEST(LogFile, WhatWaitsForAFullDiskIsBoundedAndWhatIsLostIsCounted) {
  const ScratchDirectory directory;
  const Metrics metrics;
  const std::string path = directory.path("access.jsonl");
  const std::string block = [] {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += std::string(99, 'x') + "\n";
    return text;
  }();
  const std::uint64_t blocks = limits::kMaxQueuedLogBytes / block.size() + 20;
  {
    const FileSizeLimit limit(50);
    LogFile log({.target = path}, metrics.registry.get());
    log.submit("first\n");
    ASSERT_TRUE(eventually([&] { return metrics.written() == 1; }));
    for (std::uint64_t i = 0; i < blocks; ++i) log.submit(block);
    EXPECT_GE(metrics.value(MetricId::kLogDropped, "disk_full") +
                  metrics.value(MetricId::kLogDropped, "queue_full"),
              20'000U);
  }
  EXPECT_EQ(content(path), "first\n");
  EXPECT_EQ(metrics.written() + metrics.value(MetricId::kLogDropped, "disk_full") +
                metrics.value(MetricId::kLogDropped, "queue_full"),
            blocks * 1000 + 1)
      << "every line is written or counted";
}

TEST(LogFile, ADeviceThatIsFullIsATargetLikeAnother) {
  const Metrics metrics;
  {
    LogFile log({.target = "/dev/full"}, metrics.registry.get());
    log.submit("a\nb\n");
  }
  EXPECT_EQ(metrics.written(), 0U);
  EXPECT_EQ(metrics.value(MetricId::kLogDropped, "disk_full"), 2U);
}

TEST(LogFile, AFullFileSystemIsSurvived) {
  const ScratchDirectory directory;
  if (::mount("none", directory.path("").c_str(), "tmpfs", 0, "size=64k") != 0)
    GTEST_SKIP() << "needs the right to mount";
  const Metrics metrics;
  const std::string path = directory.path("access.jsonl"), filler = directory.path("filler");
  {
    std::ofstream(filler) << std::string(56 * 1024, 'x');
    LogFile log({.target = path}, metrics.registry.get());
    for (int i = 0; i < 2000; ++i) log.submit(lines(i, i + 1));
    ASSERT_TRUE(eventually([&] { return metrics.written() > 100; }));
    std::string half;
    ASSERT_TRUE(eventually([&] { return (half = content(path)).ends_with("\n"); }));
    EXPECT_TRUE(lines(0, 2000).starts_with(half));
    EXPECT_LT(metrics.written(), 2000U);
    ::unlink(filler.c_str());
    ASSERT_TRUE(eventually([&] { return metrics.written() == 2000; }));
  }
  EXPECT_EQ(content(path), lines(0, 2000));
  ::umount(directory.path("").c_str());
}

TEST(LogFile, ADirectoryThatCannotBeIsRetriedUntilItCan) {
  const ScratchDirectory directory;
  const Metrics metrics;
  const std::string parent = directory.path("logs");
  std::ofstream(parent) << "a file where the directory should be";
  set_log_metrics(metrics.registry.get());
  LogFile log({.target = parent + "/access.jsonl"}, metrics.registry.get());
  log.submit("a\n");
  ASSERT_TRUE(eventually([&] { return metrics.value(MetricId::kLogMessages, "error") == 1; }))
      << "it is told";
  set_log_metrics(nullptr);
  EXPECT_EQ(metrics.written(), 0U);
  ASSERT_EQ(::unlink(parent.c_str()), 0);
  EXPECT_TRUE(eventually([&] { return metrics.written() == 1; }));
  EXPECT_EQ(content(parent + "/access.jsonl"), "a\n");
}

TEST(LogFile, AFifoThatNobodyReadsHoldsNobodyUp) {
  const ScratchDirectory directory;
  const Metrics metrics;
  const std::string path = directory.path("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  {
    LogFile log({.target = path}, metrics.registry.get());
    for (int i = 0; i < 2000; ++i) log.submit(std::string(99, 'x') + "\n");  // more than a pipe holds
  }
  EXPECT_EQ(metrics.written() + metrics.value(MetricId::kLogDropped, "write_failed"), 2000U);
  EXPECT_GT(metrics.value(MetricId::kLogDropped, "write_failed"), 0U);
}

TEST(LogFile, TakesLinesFromManyThreads) {
  const ScratchDirectory directory;
  const Metrics metrics;
  const std::string path = directory.path("access.jsonl");
  {
    LogFile log({.target = path, .rotate_bytes = 1000, .keep = 1000}, metrics.registry.get());
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) log.submit("0123456789\n");
      });
    }
    for (int i = 0; i < 20; ++i) log.reopen({.target = path, .rotate_bytes = 1000, .keep = 1000});
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(metrics.written(), 2000U);
  std::uint64_t bytes = content(path).size();
  for (int number = 1; exists(fmt::format("{}.{}", path, number)); ++number) {
    bytes += content(fmt::format("{}.{}", path, number)).size();
  }
  EXPECT_EQ(bytes, 2000U * 11);
}

}  // namespace
}  // namespace brink::telemetry
