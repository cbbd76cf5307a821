// The access log's file: takes whole lines from a loop and writes them in a thread of its own, so that a slow
// disk holds nobody up. Rotates by size, opens anew on request (after logrotate), and lives through a full
// disk: a line is written whole or not at all, what finds no room waits, then is lost and counted, and
// writing goes on when there is room again.
#pragma once

#include "base/fd.h"
#include "runtime/deadline.h"
#include "telemetry/metrics.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace brink::telemetry {

namespace limits {
inline constexpr std::size_t kMaxQueuedLogBytes = 8 * 1024 * 1024;  // waiting for the disk; more is lost
inline constexpr std::chrono::milliseconds kLogRetryPause{500};  // between two tries of a write that failed
}  // namespace limits

struct LogFileOptions {
  std::string target;              // a path, "stderr", or "off"
  std::uint64_t rotate_bytes = 0;  // 0: never
  std::uint32_t keep = 10;         // PATH.1 (the newest) to PATH.<keep>

  friend bool operator==(const LogFileOptions&, const LogFileOptions&) = default;
};

class LogFile {
 public:
  // The file is made, mode 0640, when there is something to write; a missing directory is made too. Counts in
  // `metrics` where it is given one, which must live longer.
  explicit LogFile(LogFileOptions options, Registry* metrics = nullptr);
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  // Writes what waits, as far as that succeeds at the first try.
  ~LogFile();

  // Takes lines, each with its line feed. Never waits for the disk. From any thread.
  void submit(std::string_view lines);
  // Opens the file anew, as its name may mean another by now; under these options from now on. From any
  // thread.
  void reopen(LogFileOptions options);

 private:
  enum class Health : std::uint8_t { kGood, kDiskFull, kBroken };

  // --- in the writing thread ---
  void run();
  // Writes `unwritten_` as far as it goes; whether that was all.
  bool write_all();
  // The lines at the start of `unwritten_` that go into one write before the file is rotated; empty: rotate
  // first.
  [[nodiscard]] std::string_view next_lines() const;
  bool open();
  bool open_path();
  void close();
  void end_with_a_whole_line();
  void rotate();
  // A write of `lines` wrote `written` bytes, not all. False where there is no room for more: a file is cut
  // short only by that.
  bool keep_whole_lines(std::string_view lines, std::size_t written);
  void take_off(std::size_t bytes);
  bool fail(int error_number, const char* what);  // false
  void recover();
  void drop_unwritten();

  std::mutex mutex_;  // guards these
  std::condition_variable something_to_do_;
  std::string queue_;
  std::optional<LogFileOptions> reopen_with_;
  std::size_t held_ = 0;  // bytes in queue_ and unwritten_
  Health health_ = Health::kGood;
  bool is_off_;
  bool ending_ = false;

  // The writing thread's own.
  LogFileOptions options_;
  std::string unwritten_;
  Fd file_;
  bool is_regular_ = false;
  std::uint64_t size_ = 0;       // of a regular file: up to its last whole line
  std::uint64_t rotate_at_ = 0;  // the size that is reached then
  TimePoint retry_at_;

  Counter written_, queue_full_, disk_full_, write_failed_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace brink::telemetry
