#include "telemetry/log_channel.h"

#include "runtime/message_channel.h"
#include "telemetry/log_file.h"
#include "tests/runtime/run_task.h"
#include "tests/telemetry/scratch_directory.h"

#include <fstream>
#include <sstream>
#include <thread>

#include <sys/socket.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::telemetry {
namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Channel {
  Channel() {
    auto ends = MessageChannel::make_pair();
    sender = std::move(ends->first);
    receiver = std::move(ends->second);
  }
  // What has been sent; empty where nothing has.
  std::string packet() const {
    char bytes[128 * 1024];
    const ssize_t size = ::recv(receiver.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
  }
  Fd sender, receiver;
};

struct Metrics {
  std::unique_ptr<Registry> registry = *Registry::open(*Segment::create("edge"));
  [[nodiscard]] std::uint64_t dropped(std::string_view reason) const {
    for (const SeriesReading& series : registry->segment().read(true)) {
      if (series.metric->id == MetricId::kLogDropped && series.labels.at(0) == reason)
        return series.values[0];
    }
    return 0;
  }
};

void turn(Loop& loop) { loop.run_once(Deadline::at(loop.now())); }

TEST(LogWriter, SendsALineAtTheLatestAfterItsDelay) {
  ManualTime time;
  Loop loop(time);
  const Channel channel;
  const Metrics metrics;
  LogWriter writer(loop, channel.sender.get(), *metrics.registry);
  writer.write_line("a");
  turn(loop);
  writer.write_line("b");
  time.advance(limits::kLongestLogDelay - std::chrono::milliseconds(1));
  turn(loop);
  EXPECT_EQ(channel.packet(), "");
  time.advance(std::chrono::milliseconds(1));
  turn(loop);
  EXPECT_EQ(channel.packet(), "a\nb\n");
  writer.write_line("c");
  time.advance(limits::kLongestLogDelay);
  turn(loop);
  EXPECT_EQ(channel.packet(), "c\n");
}

TEST(LogWriter, SendsAPacketAtTheEndOfTheTurnThatFillsIt) {
  ManualTime time;
  Loop loop(time);
  const Channel channel;
  const Metrics metrics;
  LogWriter writer(loop, channel.sender.get(), *metrics.registry);
  const std::string line(limits::kPacketBytes / 2, 'x');
  writer.write_line(line);
  writer.write_line(line);
  EXPECT_EQ(channel.packet(), "");
  turn(loop);
  EXPECT_EQ(channel.packet(), line + "\n" + line + "\n");
}

TEST(LogWriter, LeavesOutLinesThatAreTooLongAndCountsThem) {
  ManualTime time;
  Loop loop(time);
  const Channel channel;
  const Metrics metrics;
  LogWriter writer(loop, channel.sender.get(), *metrics.registry);
  writer.write_line(std::string(limits::kMaxLineBytes + 1, 'x'));
  writer.write_line(std::string(limits::kMaxLineBytes, 'y'));
  writer.flush();
  EXPECT_EQ(channel.packet().size(), limits::kMaxLineBytes + 1);
  EXPECT_EQ(metrics.dropped("line_too_long"), 1U);
}

TEST(LogWriter, WhereTheChannelIsFullKeepsWhatIsBoundedAndCountsTheRest) {
  ManualTime time;
  Loop loop(time);
  const Channel channel;
  const Metrics metrics;
  LogWriter writer(loop, channel.sender.get(), *metrics.registry);
  const std::string text(1023, 'x');
  constexpr std::uint64_t kLines = 8 * 1024;
  for (std::uint64_t i = 0; i < kLines; ++i) {
    writer.write_line(text);
    turn(loop);
  }
  const std::uint64_t lost = metrics.dropped("channel_full");
  EXPECT_GT(lost, 0U);
  EXPECT_LE(kLines - lost, 4 * 1024U) << "what is pending is bounded, and what a socket holds";

  // The receiver comes back to life: what was kept arrives, whole and in order.
  std::uint64_t received = 0;
  for (int i = 0; i < 1000; ++i) {
    for (std::string packet = channel.packet(); !packet.empty(); packet = channel.packet()) {
      EXPECT_EQ(packet.size() % 1024, 0U);
      received += packet.size() / 1024;
    }
    time.advance(limits::kFullChannelPause);
    turn(loop);
  }
  EXPECT_EQ(received, kLines - lost);
  writer.write_line("again");
  writer.flush();
  EXPECT_EQ(channel.packet(), "again\n");
  EXPECT_EQ(metrics.dropped("channel_full"), lost);
}

TEST(LogWriter, GivesUpAtTheEndAndCountsWhatIsLost) {
  ManualTime time;
  Loop loop(time);
  const Channel channel;
  const Metrics metrics;
  {
    LogWriter writer(loop, channel.sender.get(), *metrics.registry);
    const std::string filler(16 * 1024, 'x');
    while (::send(channel.sender.get(), filler.data(), filler.size(), MSG_DONTWAIT) > 0) {
    }
    for (int i = 0; i < 100; ++i) writer.write_line(std::string(1023, 'x'));
  }
  EXPECT_EQ(metrics.dropped("channel_full"), 100U);
}

TEST(LogWriter, WithoutAChannelThereIsNothingToDo) {
  Loop loop;
  const Metrics metrics;
  LogWriter writer(loop, -1, *metrics.registry);
  writer.write_line("a");
  writer.flush();
  EXPECT_EQ(metrics.dropped("channel_full"), 0U);
}

TEST(LogWriter, OutlivesItsReceiver) {
  ManualTime time;
  Loop loop(time);
  Channel channel;
  const Metrics metrics;
  LogWriter writer(loop, channel.sender.get(), *metrics.registry);
  channel.receiver.reset();
  for (int i = 0; i < 3; ++i) {
    writer.write_line("a");
    time.advance(limits::kLongestLogDelay);
    turn(loop);
  }
  EXPECT_EQ(metrics.dropped("channel_full"), 0U) << "it waits for another";
}

TEST(LogReceiver, WritesWhatManyThreadsSend) {
  constexpr int kThreads = 3, kLines = 5'000;
  const ScratchDirectory directory;
  const Metrics metrics;
  Channel channel;
  const std::string path = directory.path("access.jsonl");
  Loop loop;
  {
    LogFile file({.target = path}, metrics.registry.get());
    LogReceiver receiver(loop, std::move(channel.receiver), file);
    receiver.start();
    std::atomic<int> ended = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        Loop own;
        LogWriter writer(own, channel.sender.get(), *metrics.registry);
        for (int i = 0; i < kLines; ++i) {
          writer.write_line(fmt::format("thread {} line {}", t, i));
          if (i % 100 == 0) own.run_once(Deadline::at(own.now()));
        }
        writer.flush();
        ++ended;
      });
    }
    run_until(loop, [&] { return ended == kThreads; });
    for (auto& thread : threads) thread.join();
    run_task(loop, receiver.finish(loop.after(std::chrono::seconds(10))));
  }
  ASSERT_EQ(metrics.dropped("channel_full"), 0U);
  std::vector<int> next(kThreads, 0);
  std::istringstream text(content(path));
  std::string word;
  int thread = 0, line = 0, count = 0;
  while (text >> word >> thread >> word >> line) {
    ASSERT_EQ(line, next.at(static_cast<std::size_t>(thread))++) << "in order within a thread";
    ++count;
  }
  EXPECT_EQ(count, kThreads * kLines);
}

TEST(LogReceiver, TakesWholeLinesOnlyFromWhoeverSends) {
  const ScratchDirectory directory;
  Channel channel;
  const std::string path = directory.path("access.jsonl");
  Loop loop;
  {
    LogFile file({.target = path});
    LogReceiver receiver(loop, std::move(channel.receiver), file);
    receiver.start();
    const auto send = [&](std::string_view packet) {
      ASSERT_EQ(::send(channel.sender.get(), packet.data(), packet.size(), 0),
                static_cast<ssize_t>(packet.size()));
    };
    send("a\nhalf");
    send("no line at all");
    send("b\n");
    run_task(loop, receiver.finish(loop.after(std::chrono::seconds(10))));
  }
  EXPECT_EQ(content(path), "a\nb\n");
}

TEST(LogReceiver, EndsWhereEverySenderHasGone) {
  const ScratchDirectory directory;
  Channel channel;
  Loop loop;
  LogFile file({.target = directory.path("access.jsonl")});
  LogReceiver receiver(loop, std::move(channel.receiver), file);
  receiver.start();
  channel.sender.reset();
  run_task(loop, receiver.finish(loop.after(std::chrono::seconds(10))));
}

}  // namespace
}  // namespace brink::telemetry
