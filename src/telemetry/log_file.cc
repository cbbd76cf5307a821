#include "telemetry/log_file.h"

#include "telemetry/log.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace brink::telemetry {
namespace {

constexpr std::size_t kWriteBytes = 256 * 1024;
constexpr int kPipePauseMs = 100;  // waiting for a reader of a pipe before the next look at whether to end

std::uint64_t count_lines(std::string_view lines) {
  return static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
}

// As many whole lines at the start of `lines` as fit into `most` bytes.
std::string_view whole_lines(std::string_view lines, std::uint64_t most) {
  if (lines.size() <= most) return lines;
  return lines.substr(0, lines.substr(0, most).rfind('\n') + 1);
}

std::string_view first_line(std::string_view lines) { return lines.substr(0, lines.find('\n') + 1); }

// Signals go to the threads that watch them; and SIGXFSZ and SIGPIPE would end the process instead of the
// write.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

LogFile::LogFile(LogFileOptions options, Registry* metrics)
    : is_off_(options.target == "off"), options_(std::move(options)) {
  if (metrics != nullptr) {
    written_ = metrics->counter(MetricId::kLogLines);
    queue_full_ = metrics->counter(MetricId::kLogDropped, {"queue_full"});
    disk_full_ = metrics->counter(MetricId::kLogDropped, {"disk_full"});
    write_failed_ = metrics->counter(MetricId::kLogDropped, {"write_failed"});
  }
  thread_ = std::thread([this] { run(); });
}

LogFile::~LogFile() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  something_to_do_.notify_one();
  thread_.join();
}

void LogFile::submit(std::string_view lines) {
  if (lines.empty()) return;
  {
    std::lock_guard lock(mutex_);
    if (is_off_) return;
    if (held_ + lines.size() > limits::kMaxQueuedLogBytes) {
      const Counter& reason = health_ == Health::kDiskFull ? disk_full_
                              : health_ == Health::kBroken ? write_failed_
                                                           : queue_full_;
      return reason.add(count_lines(lines));
    }
    queue_.append(lines);
    held_ += lines.size();
  }
  something_to_do_.notify_one();
}

void LogFile::reopen(LogFileOptions options) {
  {
    std::lock_guard lock(mutex_);
    is_off_ = options.target == "off";
    reopen_with_ = std::move(options);
  }
  something_to_do_.notify_one();
}

void LogFile::run() {
  block_signals();
  ::pthread_setname_np(::pthread_self(), "brink-log");
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (health_ == Health::kGood) {
      something_to_do_.wait(lock, [this] { return ending_ || reopen_with_ || !queue_.empty(); });
    } else {
      something_to_do_.wait_until(lock, retry_at_, [this] { return ending_ || reopen_with_; });
    }
    const bool must_reopen = reopen_with_.has_value();
    if (must_reopen) options_ = *std::exchange(reopen_with_, std::nullopt);
    if (unwritten_.empty()) {
      unwritten_.swap(queue_);
    } else {
      unwritten_.append(std::exchange(queue_, {}));
    }
    lock.unlock();
    if (must_reopen) close();
    // Also where nothing waits: who asks for the file to be opened anew wants to see it.
    const bool is_good = (file_ || open()) && write_all();
    lock.lock();
    if (is_good) recover();
    held_ = unwritten_.size() + queue_.size();
  }
  unwritten_.append(std::exchange(queue_, {}));
  lock.unlock();
  if (!write_all()) drop_unwritten();
}

bool LogFile::write_all() {
  while (!unwritten_.empty()) {
    if (options_.target == "off") {
      unwritten_.clear();
      return true;
    }
    if (!file_ && !open()) return false;
    const std::string_view lines = next_lines();
    if (lines.empty()) {
      rotate();
      continue;
    }
    const ssize_t written = ::write(file_.get(), lines.data(), lines.size());
    if (written == static_cast<ssize_t>(lines.size())) {
      written_.add(count_lines(lines));
      size_ += lines.size();
      take_off(lines.size());
    } else if (written >= 0) {
      if (!keep_whole_lines(lines, static_cast<std::size_t>(written))) return false;
    } else if (errno == EAGAIN) {
      pollfd room{.fd = file_.get(), .events = POLLOUT, .revents = 0};
      if (::poll(&room, 1, kPipePauseMs) <= 0) return fail(EAGAIN, "nobody reads the access log");
    } else if (errno != EINTR) {
      return fail(errno, "cannot write the access log");
    }
  }
  return true;
}

std::string_view LogFile::next_lines() const {
  const std::string_view lines = whole_lines(unwritten_, kWriteBytes);
  if (!is_regular_ || options_.rotate_bytes == 0) return lines;
  if (size_ >= rotate_at_) return {};
  const std::string_view fitting = whole_lines(lines, rotate_at_ - size_);
  // A line longer than a whole file has a file for itself.
  return fitting.empty() && size_ == 0 ? first_line(lines) : fitting;
}

bool LogFile::open() {
  if (options_.target == "off") return true;
  if (options_.target == "stderr") {
    file_ = Fd(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
    is_regular_ = false;
    return file_ || fail(errno, "cannot open the access log");
  }
  return open_path();
}

bool LogFile::open_path() {
  const std::filesystem::path path(options_.target);
  // O_NONBLOCK: a FIFO that nobody reads must not hold us up.
  constexpr int kFlags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK;
  file_ = Fd(::open(path.c_str(), kFlags, 0640));
  if (!file_ && errno == ENOENT && path.has_parent_path()) {
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    file_ = Fd(::open(path.c_str(), kFlags, 0640));
  }
  struct stat status{};
  if (!file_ || ::fstat(file_.get(), &status) != 0) {
    return fail(errno, "cannot open the access log");
  }
  is_regular_ = S_ISREG(status.st_mode);
  size_ = is_regular_ ? static_cast<std::uint64_t>(status.st_size) : 0;
  rotate_at_ = options_.rotate_bytes;
  if (is_regular_) end_with_a_whole_line();
  return true;
}

void LogFile::close() { file_.reset(); }

// The file may have been left with half a line by a crash of the machine, or by whoever else wrote it.
void LogFile::end_with_a_whole_line() {
  constexpr std::uint64_t kMost = 1024 * 1024;
  const std::uint64_t start = size_ - std::min(size_, kMost);
  std::string tail(size_ - start, '\0');
  const ssize_t got = ::pread(file_.get(), tail.data(), tail.size(), static_cast<off_t>(start));
  if (got <= 0 || static_cast<std::size_t>(got) != tail.size() || tail.back() == '\n') return;
  const std::size_t line_feed = tail.rfind('\n');
  if (line_feed == std::string::npos && start > 0) return;  // no log of ours
  const std::uint64_t whole = start + line_feed + 1;        // npos + 1 is 0: there is no whole line
  if (::ftruncate(file_.get(), static_cast<off_t>(whole)) == 0) size_ = whole;
}

void LogFile::rotate() {
  const auto numbered = [&](std::uint32_t number) { return fmt::format("{}.{}", options_.target, number); };
  bool moved = true;
  for (std::uint32_t number = options_.keep; number > 1; --number) {
    (void)std::rename(numbered(number - 1).c_str(), numbered(number).c_str());  // there may be fewer
  }
  if (options_.keep == 0) {
    moved = ::unlink(options_.target.c_str()) == 0 || errno == ENOENT;
  } else {
    moved = std::rename(options_.target.c_str(), numbered(1).c_str()) == 0 || errno == ENOENT;
  }
  if (!moved) {  // better a log that is too large than none
    log_error("cannot rotate the access log", {{"path", options_.target}, {"why", ::strerror(errno)}});
    rotate_at_ = size_ + options_.rotate_bytes;
    return;
  }
  // `keep` may have been more before.
  for (std::uint32_t number = options_.keep + 1; ::unlink(numbered(number).c_str()) == 0; ++number) {
  }
  close();
}

bool LogFile::keep_whole_lines(std::string_view lines, std::size_t written) {
  if (!is_regular_) {  // a pipe takes the rest of the line later
    written_.add(count_lines(lines.substr(0, written)));
    take_off(written);
    return true;
  }
  const std::string_view whole = whole_lines(lines, written);
  written_.add(count_lines(whole));
  size_ += whole.size();
  const bool ends_well = whole.size() == written || ::ftruncate(file_.get(), static_cast<off_t>(size_)) == 0;
  take_off(whole.size());
  if (!ends_well) close();  // what opens the file next mends its end
  return fail(ENOSPC, "cannot write the access log");
}

void LogFile::take_off(std::size_t bytes) { unwritten_.erase(0, bytes); }

bool LogFile::fail(int error_number, const char* what) {
  const bool is_full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  if (!is_full) close();
  retry_at_ = Clock::now() + limits::kLogRetryPause;
  std::lock_guard lock(mutex_);
  // The first failure is told, and then the recovery.
  if (health_ == Health::kGood)
    log_error(what, {{"path", options_.target}, {"why", ::strerror(error_number)}});
  health_ = is_full ? Health::kDiskFull : Health::kBroken;
  return false;
}

// Requires the lock.
void LogFile::recover() {
  if (health_ == Health::kGood) return;
  health_ = Health::kGood;
  log_info("the access log is written again", {{"path", options_.target}});
}

void LogFile::drop_unwritten() {
  const Counter& reason = health_ == Health::kDiskFull ? disk_full_ : write_failed_;
  reason.add(count_lines(unwritten_));
  unwritten_.clear();
}

}  // namespace brink::telemetry
