// What the node itself has to say: one line of logfmt to standard error for each message.
//
//   log_error("cannot accept connections", {{"address", address.text()}, {"why", error.text()}});
//   time=2026-11-24T05:30:00.123Z level=error role=edge msg="cannot accept connections" address=127.0.0.1:80
//   why="..."
//
// Safe from any thread. A line is written by one write(), never torn. Each place in the code may say kBurst
// lines, and then kPerSecond: what a peer does cannot flood the log; the next line that is written tells how
// many were not. No secrets: keys, tickets, tokens, cookies and bodies are not logged.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <source_location>
#include <string_view>

namespace brink::telemetry {

class Registry;

namespace limits {
inline constexpr std::size_t kMaxMessageBytes = 4096;  // one line; longer values are cut
inline constexpr double kMessageBurst = 128;           // lines of one place at once
inline constexpr double kMessagesPerSecond = 1;        // after that
}  // namespace limits

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };
[[nodiscard]] std::string_view level_name(LogLevel level);

struct LogField {
  std::string_view key;
  std::string_view value;
};

void log_message(LogLevel level, std::string_view message, std::initializer_list<LogField> fields,
                 const std::source_location& where);

inline void log_debug(std::string_view message, std::initializer_list<LogField> fields = {},
                      const std::source_location& where = std::source_location::current()) {
  log_message(LogLevel::kDebug, message, fields, where);
}
inline void log_info(std::string_view message, std::initializer_list<LogField> fields = {},
                     const std::source_location& where = std::source_location::current()) {
  log_message(LogLevel::kInfo, message, fields, where);
}
inline void log_warn(std::string_view message, std::initializer_list<LogField> fields = {},
                     const std::source_location& where = std::source_location::current()) {
  log_message(LogLevel::kWarn, message, fields, where);
}
inline void log_error(std::string_view message, std::initializer_list<LogField> fields = {},
                      const std::source_location& where = std::source_location::current()) {
  log_message(LogLevel::kError, message, fields, where);
}

// --- what a process sets when it begins ---

// The word after role= in each line.
void set_log_role(std::string_view role);
// Messages below it are not written. At first: info.
void set_log_level(LogLevel level);
// Counts in brink_log_messages_total and brink_log_messages_suppressed_total from now on; nullptr: nowhere.
void set_log_metrics(Registry* registry);

}  // namespace brink::telemetry
