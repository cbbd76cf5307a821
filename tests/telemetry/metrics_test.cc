#include "telemetry/metrics.h"

#include "telemetry/prometheus.h"

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

Fd given_memory() {
  auto memory = Segment::create("edge");
  EXPECT_TRUE(memory) << (memory ? "" : memory.error().text());
  return *std::move(memory);
}

Fd duplicate(const Fd& fd) { return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0)); }

std::unique_ptr<Registry> registry_over(const Fd& memory) {
  auto registry = Registry::open(duplicate(memory));
  EXPECT_TRUE(registry) << (registry ? "" : registry.error().text());
  return *std::move(registry);
}

std::string exposed(const Fd& memory, bool with_gauges = true) {
  auto segment = Segment::map_to_read(duplicate(memory), "edge");
  EXPECT_TRUE(segment);
  Exposition exposition;
  exposition.add(**segment, with_gauges);
  return exposition.text();
}

TEST(Metrics, ACounterIsReadByWhoeverMapsTheMemory) {
  const Fd memory = given_memory();
  const auto registry = registry_over(memory);
  const Counter hits = registry->counter(MetricId::kEdgeLimitHits, {"header_bytes"});
  hits.add(1);
  hits.add(41);
  EXPECT_THAT(exposed(memory), HasSubstr("brink_edge_limit_hits_total{limit=\"header_bytes\"} 42\n"));
}

TEST(Metrics, ASeriesThatIsRegisteredAgainIsTheSame) {
  const Fd memory = given_memory();
  const auto registry = registry_over(memory);
  registry->counter(MetricId::kEdgeLimitHits, {"streams"}).add(1);
  registry->counter(MetricId::kEdgeLimitHits, {"streams"}).add(2);
  EXPECT_THAT(exposed(memory), HasSubstr("{limit=\"streams\"} 3\n"));
}

TEST(Metrics, LabelsThatJoinToTheSameTextAreDifferentSeries) {
  const Fd memory = given_memory();
  const auto registry = registry_over(memory);
  registry->counter(MetricId::kOriginErrors, {"ab", "c"}).add(1);
  registry->counter(MetricId::kOriginErrors, {"a", "bc"}).add(2);
  EXPECT_THAT(exposed(memory), HasSubstr("{zone=\"ab\",kind=\"c\"} 1\n"));
  EXPECT_THAT(exposed(memory), HasSubstr("{zone=\"a\",kind=\"bc\"} 2\n"));
}

TEST(Metrics, AGaugeIsTheSumOfWhatTheThreadsHaveSet) {
  const Fd memory = given_memory();
  const auto registry = registry_over(memory);
  const Gauge open = registry->gauge(MetricId::kEdgeConnections, {"http"});
  open.set(5);
  std::thread([&] { open.set(3); }).join();
  std::thread([&] { open.add(-7); }).join();  // takes over the shard of the thread before, and what is in it
  EXPECT_THAT(exposed(memory), HasSubstr("brink_edge_connections{listener=\"http\"} 1\n"));
  open.set(0);
  EXPECT_THAT(exposed(memory), HasSubstr("brink_edge_connections{listener=\"http\"} -4\n"));
}

TEST(Metrics, AHistogramCountsIntoTheBucketWhoseUpperBoundIsTheFirstNotBelow) {
  const Fd memory = given_memory();
  const auto registry = registry_over(memory);
  const Histogram times = registry->histogram(MetricId::kEdgeTlsHandshakeDuration);
  for (double seconds : {0.0005, 0.0006, 0.001, 20.0}) times.observe(seconds);
  const std::string text = exposed(memory);
  EXPECT_THAT(text, HasSubstr("_bucket{le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("_bucket{le=\"0.001\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("_bucket{le=\"10\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("_bucket{le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("_sum 20.0021\n"));
  EXPECT_THAT(text, HasSubstr("_count 4\n"));
}

TEST(Metrics, ADefaultHandleCountsNowhere) {
  const Fd memory = given_memory();
  const auto registry = registry_over(memory);
  const Counter known = registry->counter(MetricId::kLogLines);
  for (int i = 0; i < 3; ++i) {
    Counter().add(1);
    Gauge().set(1);
    Histogram().observe(1);
    known.add(1);
  }
  EXPECT_THAT(exposed(memory), HasSubstr("brink_log_lines_total 3\n"));
}

TEST(Metrics, OneThreadMayCountInSeveralRegistries) {
  const Fd one = given_memory(), other = given_memory();
  const auto first = registry_over(one), second = registry_over(other);
  const Counter a = first->counter(MetricId::kLogLines), b = second->counter(MetricId::kLogLines);
  for (int i = 0; i < 5; ++i) {
    a.add(1);
    b.add(2);
  }
  EXPECT_THAT(exposed(one), HasSubstr("brink_log_lines_total 5\n"));
  EXPECT_THAT(exposed(other), HasSubstr("brink_log_lines_total 10\n"));
}

TEST(Metrics, ARegistryThatFollowsOnTheSameMemoryGoesOnCounting) {
  const Fd memory = given_memory();
  {
    const auto before = registry_over(memory);
    before->counter(MetricId::kEdgeRequests, {"a.example", "HTTP/2", "2xx"}).add(10);
    before->histogram(MetricId::kEdgeRequestDuration, {"a.example"}).observe(0.5);
    before->gauge(MetricId::kEdgeConnections, {"https"}).set(7);
  }
  const auto after = registry_over(memory);
  after->counter(MetricId::kEdgeRequests, {"a.example", "HTTP/2", "2xx"}).add(1);
  after->histogram(MetricId::kEdgeRequestDuration, {"a.example"}).observe(0.25);
  const std::string text = exposed(memory);
  EXPECT_THAT(text, HasSubstr("{zone=\"a.example\",protocol=\"HTTP/2\",status_class=\"2xx\"} 11\n"));
  EXPECT_THAT(text, HasSubstr("brink_edge_request_duration_seconds_sum{zone=\"a.example\"} 0.75\n"));
  EXPECT_THAT(text, HasSubstr("brink_edge_connections{listener=\"https\"} 0\n")) << "gauges start anew";
}

TEST(Metrics, WhatAProcessCountedSurvivesItsCrash) {
  const Fd memory = given_memory();
  const pid_t child = ::fork();
  if (child == 0) {
    auto registry = Registry::open(duplicate(memory));
    if (!registry) ::_exit(1);
    (*registry)->counter(MetricId::kLogLines).add(5);
    (*registry)->gauge(MetricId::kEdgeWebsockets).set(9);
    ::signal(SIGABRT, SIG_DFL);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));

  auto segment = Segment::map_to_read(duplicate(memory), "edge");
  ASSERT_TRUE(segment);
  EXPECT_EQ((*segment)->writer().pid, child);
  EXPECT_FALSE(read_process((*segment)->writer()).has_value());
  const std::string text = prometheus_text(std::array{*segment});
  EXPECT_THAT(text, HasSubstr("brink_log_lines_total 5\n"));
  EXPECT_THAT(text, Not(HasSubstr("brink_edge_websockets"))) << "what a dead process had open is gone";

  const auto next = registry_over(memory);
  next->counter(MetricId::kLogLines).add(1);
  EXPECT_THAT(exposed(memory), HasSubstr("brink_log_lines_total 6\n"));
}

TEST(Metrics, ProcessesCountAtTheSameTimeInMemoryOfTheirOwn) {
  constexpr int kProcesses = 4, kEach = 20'000;
  std::vector<Fd> memories;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) memories.push_back(given_memory());
  for (const Fd& memory : memories) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto registry = Registry::open(duplicate(memory));
      if (!registry) ::_exit(1);
      const Counter lines = (*registry)->counter(MetricId::kLogLines);
      for (int i = 0; i < kEach; ++i) lines.add(1);
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }
  std::vector<std::shared_ptr<const Segment>> segments;
  for (const Fd& memory : memories) segments.push_back(*Segment::map_to_read(duplicate(memory), "edge"));
  EXPECT_THAT(prometheus_text(segments),
              HasSubstr(fmt::format("brink_log_lines_total {}\n", kProcesses * kEach)));
}

TEST(Metrics, ThreadsCountWithoutLosingAnything) {
  constexpr int kThreads = 8, kRounds = 3, kEach = 5'000;
  const Fd memory = given_memory();
  const auto registry = registry_over(memory);
  const Counter lines = registry->counter(MetricId::kLogLines);
  const Histogram times = registry->histogram(MetricId::kOriginConnectDuration);
  std::atomic<bool> done = false;
  std::thread reader([&] {  // reads while the others write and register
    std::uint64_t before = 0;
    while (!done) {
      for (const SeriesReading& series : registry->segment().read(true)) {
        if (series.metric->id != MetricId::kLogLines) continue;
        EXPECT_GE(series.values[0], before);
        before = series.values[0];
      }
    }
  });
  for (int round = 0; round < kRounds; ++round) {  // later threads get the shards of earlier ones
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        const Counter own = registry->counter(MetricId::kEdgeUnreadableRequests, {std::to_string(t)});
        for (int i = 0; i < kEach; ++i) {
          lines.add(1);
          own.add(1);
          times.observe(0.25);
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  done = true;
  reader.join();
  const std::string text = exposed(memory);
  EXPECT_THAT(text, HasSubstr(fmt::format("brink_log_lines_total {}\n", kThreads * kRounds * kEach)));
  EXPECT_THAT(text, HasSubstr(fmt::format("brink_origin_connect_duration_seconds_sum {}\n",
                                          kThreads * kRounds * kEach / 4)));
  EXPECT_THAT(text, HasSubstr(fmt::format("{{status=\"7\"}} {}\n", kRounds * kEach)));
}

TEST(Metrics, ThreadsBeyondTheLastShardShareOneAndLoseNothing) {
  constexpr int kThreads = static_cast<int>(limits::kMaxShards) + 20, kEach = 200;
  const Fd memory = given_memory();
  const auto registry = registry_over(memory);
  const Counter lines = registry->counter(MetricId::kLogLines);
  const Histogram times = registry->histogram(MetricId::kOriginConnectDuration);
  std::atomic<int> at_work = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      lines.add(1);
      ++at_work;
      while (at_work < kThreads) std::this_thread::yield();  // all hold their shard at the same time
      for (int i = 1; i < kEach; ++i) lines.add(1);
      for (int i = 0; i < kEach; ++i) times.observe(1);
    });
  }
  for (auto& thread : threads) thread.join();
  const std::string text = exposed(memory);
  EXPECT_THAT(text, HasSubstr(fmt::format("brink_log_lines_total {}\n", kThreads * kEach)));
  EXPECT_THAT(text,
              HasSubstr(fmt::format("brink_origin_connect_duration_seconds_sum {}\n", kThreads * kEach)));
}

TEST(Metrics, ZonesBeyondTheBoundCountAsOther) {
  const Fd memory = given_memory();
  const auto registry = registry_over(memory);
  constexpr std::size_t kBeyond = 10;
  for (std::size_t i = 0; i < limits::kMaxSeriesPerMetric + kBeyond; ++i) {
    registry->counter(MetricId::kEdgeRequestBytes, {fmt::format("zone{}.example", i)}).add(1);
  }
  const std::string text = exposed(memory);
  EXPECT_THAT(text, HasSubstr(fmt::format("brink_edge_request_bytes_total{{zone=\"other\"}} {}\n", kBeyond)));
  EXPECT_THAT(text,
              HasSubstr(fmt::format("brink_metrics_series_overflow_total{{role=\"edge\"}} {}\n", kBeyond)));
  EXPECT_THAT(text, HasSubstr("{zone=\"zone23999.example\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("zone24000.example")));
}

TEST(Metrics, WhereThereIsNoRoomAtAllNothingBreaks) {
  const Fd memory = given_memory();
  const auto registry = registry_over(memory);
  // Histograms fill the cells before their number is bounded.
  for (std::size_t i = 0; i < limits::kMaxSeriesPerMetric; ++i) {
    registry->histogram(MetricId::kEdgeRequestDuration, {fmt::format("{}", i)}).observe(1);
  }
  registry->counter(MetricId::kOriginErrors, {"late.example", "dns_error"}).add(1);
  registry->gauge(MetricId::kEdgeWebsockets).add(1);
  const std::string text = exposed(memory);
  EXPECT_THAT(text, HasSubstr("brink_metrics_series_overflow_total{role=\"edge\"} "));
  EXPECT_THAT(text, HasSubstr("brink_edge_request_duration_seconds_count{zone=\"0\"} 1\n"));
}

TEST(Metrics, LongLabelsAreCutAtAWholeLetter) {
  const Fd memory = given_memory();
  const auto registry = registry_over(memory);
  const std::string name = std::string(limits::kMaxLabelBytes - 1, 'a') + "\xc3\xa9";
  registry->counter(MetricId::kEdgeRequestBytes, {name}).add(1);
  registry->counter(MetricId::kEdgeRequestBytes, {name}).add(1);
  EXPECT_THAT(exposed(memory),
              HasSubstr("{zone=\"" + std::string(limits::kMaxLabelBytes - 1, 'a') + "\"} 2\n"));
}

TEST(Segment, RefusesMemoryThatIsNoSegment) {
  const Fd small(::memfd_create("small", MFD_CLOEXEC));
  EXPECT_FALSE(Segment::map_to_read(duplicate(small), "edge"));
  EXPECT_FALSE(Registry::open(duplicate(small)));
  EXPECT_FALSE(Segment::map_to_read(Fd(), "edge"));
  const Fd file(::open("/dev/zero", O_RDWR | O_CLOEXEC));
  EXPECT_FALSE(Segment::map_to_read(duplicate(file), "edge"));
}

TEST(Segment, CannotBeMadeSmallerUnderItsReader) {
  const Fd memory = given_memory();
  EXPECT_NE(::ftruncate(memory.get(), 0), 0);
  EXPECT_EQ(errno, EPERM);
}

// A role that has been taken over writes what it likes; control must live on.
TEST(Segment, AReaderTrustsNothingInIt) {
  const Fd memory = given_memory();
  {
    const auto registry = registry_over(memory);
    registry->counter(MetricId::kEdgeRequestBytes, {"a.example"}).add(1);
  }
  const auto size = static_cast<std::size_t>(::lseek(memory.get(), 0, SEEK_END));
  auto* bytes =
      static_cast<unsigned char*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0));
  ASSERT_NE(bytes, MAP_FAILED);
  std::uint32_t seed = 1;
  for (int round = 0; round < 2'000; ++round) {
    for (int i = 0; i < 8; ++i) {
      seed = seed * 1664525 + 1013904223;
      // The header behind the magic, and the first entries.
      const std::size_t at = i % 2 == 0 ? 16 + (seed >> 8) % 24 : 4096 + (seed >> 8) % 160;
      bytes[at] = static_cast<unsigned char>(seed >> 24);
    }
    (void)exposed(memory);
  }
  ::munmap(bytes, size);
}

TEST(ProcessFacts, AreThoseOfThisProcess) {
  const auto facts = read_process(own_identity());
  ASSERT_TRUE(facts);
  EXPECT_GT(facts->resident_bytes, 1024U * 1024);
  EXPECT_GE(facts->threads, 1U);
  ASSERT_TRUE(facts->open_fds);
  EXPECT_GE(*facts->open_fds, 3U);
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  EXPECT_NEAR(facts->start_seconds, static_cast<double>(now.tv_sec), 3600);
}

TEST(ProcessFacts, ThereAreNoneOfAProcessThatIsAnother) {
  ProcessIdentity other = own_identity();
  ++other.start_ticks;
  EXPECT_FALSE(read_process(other));
  EXPECT_FALSE(read_process({}));
  EXPECT_FALSE(read_process({.pid = -1}));
}

}  // namespace
}  // namespace brink::telemetry
