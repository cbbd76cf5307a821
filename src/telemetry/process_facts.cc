#include "telemetry/process_facts.h"

#include "base/fd.h"

#include <array>
#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace brink::telemetry {
namespace {

// A file of /proc; empty where there is none.
std::string read_proc(const std::string& path) {
  constexpr std::size_t kMost = 4 * 1024 * 1024;  // /proc/stat grows with processors and interrupts
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  while (file && text.size() < kMost) {
    char block[4096];
    const ssize_t size = ::read(file.get(), block, sizeof block);
    if (size <= 0) break;
    text.append(block, static_cast<std::size_t>(size));
  }
  return text;
}

// /proc/PID/stat has 52 fields; the second, in parentheses, may hold spaces and parentheses itself.
struct Stat {
  std::array<std::uint64_t, 53> field{};  // by its number in proc(5); those before the fourth are 0
};

std::optional<Stat> read_stat(std::int32_t pid) {
  const std::string text = read_proc("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 4 > text.size()) return std::nullopt;
  Stat stat;
  std::string_view rest = std::string_view(text).substr(name_end + 4);  // past ") S "
  for (std::size_t i = 4; i < stat.field.size() && !rest.empty(); ++i) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    std::from_chars(rest.data(), rest.data() + end,
                    stat.field[i]);  // a negative one stays 0; none of ours is
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return stat;
}

// When the machine started, in seconds since the epoch.
double boot_seconds() {
  const std::string text = read_proc("/proc/stat");
  constexpr std::string_view kName = "\nbtime ";
  const std::size_t at = text.find(kName);
  std::uint64_t seconds = 0;
  if (at != std::string::npos)
    std::from_chars(text.data() + at + kName.size(), text.data() + text.size(), seconds);
  return static_cast<double>(seconds);
}

std::optional<std::uint64_t> count_entries(const std::string& path) {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error))
    ++count;
  if (error) return std::nullopt;
  return count;
}

constexpr std::size_t kUtime = 14, kStime = 15, kThreads = 20, kStartTime = 22, kResidentPages = 24;

}  // namespace

ProcessIdentity own_identity() {
  const std::int32_t pid = ::getpid();
  const auto stat = read_stat(pid);
  return {pid, stat ? stat->field[kStartTime] : 0};
}

std::optional<ProcessFacts> read_process(ProcessIdentity process) {
  if (process.pid <= 0) return std::nullopt;
  const auto stat = read_stat(process.pid);
  if (!stat || stat->field[kStartTime] != process.start_ticks) return std::nullopt;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  ProcessFacts facts;
  facts.cpu_seconds = static_cast<double>(stat->field[kUtime] + stat->field[kStime]) / ticks;
  facts.start_seconds = boot_seconds() + static_cast<double>(stat->field[kStartTime]) / ticks;
  facts.resident_bytes = stat->field[kResidentPages] * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  facts.threads = stat->field[kThreads];
  facts.open_fds = count_entries("/proc/" + std::to_string(process.pid) + "/fd");
  return facts;
}

}  // namespace brink::telemetry
