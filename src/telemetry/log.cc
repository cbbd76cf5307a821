#include "telemetry/log.h"

#include "telemetry/json_text.h"
#include "telemetry/message_limiter.h"
#include "telemetry/metrics.h"
#include "telemetry/rfc3339.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <mutex>
#include <string>

#include <unistd.h>

namespace brink::telemetry {
namespace {

constexpr std::string_view kLevelNames[] = {"debug", "info", "warn", "error"};

// The one log of the process. It stands outside of the rule of no globals, as standard error does.
struct ProcessLog {
  std::atomic<LogLevel> level{LogLevel::kInfo};
  std::mutex mutex;  // guards all below, and keeps the lines of a process in the order of their times
  std::string role = "brink";
  MessageLimiter limiter{limits::kMessageBurst, limits::kMessagesPerSecond};
  std::array<Counter, std::size(kLevelNames)> written;
  Counter suppressed;
};

ProcessLog& process_log() {
  static auto* const log = new ProcessLog;  // never destroyed: threads may log while the process ends
  return *log;
}

// logfmt into fixed memory. A value that does not fit is cut; there is always room for the line feed.
class Line {
 public:
  void add(std::string_view key, std::string_view value) {
    if (room() < key.size() + kLeastValue) return;
    if (at_ != text_) *at_++ = ' ';
    append(key);
    *at_++ = '=';
    if (is_bare(value) && value.size() <= room()) return append(value);
    *at_++ = '"';
    at_ += write_json_text(value, {at_, room() - 1}).written;
    *at_++ = '"';
  }

  std::string_view finish() {
    *at_++ = '\n';
    return {text_, static_cast<std::size_t>(at_ - text_)};
  }

 private:
  static constexpr std::size_t kLeastValue = 16;

  [[nodiscard]] std::size_t room() const { return static_cast<std::size_t>(text_ + sizeof text_ - 1 - at_); }
  void append(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  static bool is_bare(std::string_view value) {
    return !value.empty() && std::ranges::all_of(value, [](char c) {
      return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
    });
  }

  char text_[limits::kMaxMessageBytes];
  char* at_ = text_;
};

// Standard error may be a pipe whose reader is gone or slow: then the message is lost, and nothing else.
void write_out(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string_view level_name(LogLevel level) { return kLevelNames[static_cast<std::size_t>(level)]; }

void log_message(LogLevel level, std::string_view message, std::initializer_list<LogField> fields,
                 const std::source_location& where) {
  ProcessLog& log = process_log();
  if (level < log.level.load(std::memory_order_relaxed)) return;
  char time[kRfc3339Size];
  std::lock_guard lock(log.mutex);
  const auto verdict = log.limiter.ask(where.file_name(), where.line(), Clock::now());
  if (!verdict.may_speak) return log.suppressed.add(1);
  log.written[static_cast<std::size_t>(level)].add(1);

  write_rfc3339(std::chrono::system_clock::now(), time);
  Line line;
  line.add("time", {time, sizeof time});
  line.add("level", level_name(level));
  line.add("role", log.role);
  line.add("msg", message);
  for (const LogField& field : fields) line.add(field.key, field.value);
  if (verdict.suppressed > 0) line.add("suppressed", std::to_string(verdict.suppressed));
  write_out(line.finish());
}

void set_log_role(std::string_view role) {
  std::lock_guard lock(process_log().mutex);
  process_log().role = role;
}

void set_log_level(LogLevel level) { process_log().level.store(level, std::memory_order_relaxed); }

void set_log_metrics(Registry* registry) {
  ProcessLog& log = process_log();
  std::lock_guard lock(log.mutex);
  log.written = {};
  log.suppressed = {};
  if (registry == nullptr) return;
  for (std::size_t i = 0; i < log.written.size(); ++i) {
    log.written[i] = registry->counter(MetricId::kLogMessages, {kLevelNames[i]});
  }
  log.suppressed = registry->counter(MetricId::kLogMessagesSuppressed);
}

}  // namespace brink::telemetry
