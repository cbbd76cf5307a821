#include "app/running.h"

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>

namespace brink::app {
namespace {

std::string mark_path(const std::string& data_dir) { return data_dir + "/brink.pid"; }
std::string lock_path(const std::string& data_dir) { return data_dir + "/brink.lock"; }

std::string held_text(const std::string& data_dir) {
  const auto running = find_running(data_dir);
  return fmt::format(
      "{} runs with the data directory {} already. To put this program and this file in its place: `brink "
      "upgrade`; to stop it: `kill {}`; for a second node: another [node] data_dir",
      running ? fmt::format("Brink (process {})", running->pid) : "another Brink", data_dir,
      running ? std::to_string(running->pid) : "PROCESS");
}

}  // namespace

std::optional<std::string> holder_of_data_directory(const std::string& data_dir) {
  // Made by nobody but who takes it: this may still be root, in a directory that is not root's.
  const net::Fd lock(::open(lock_path(data_dir).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return std::nullopt;
  return held_text(data_dir);
}

std::expected<net::Fd, std::string> lock_data_directory(const std::string& data_dir) {
  const std::string path = lock_path(data_dir);
  net::Fd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return std::unexpected(fmt::format("cannot open {}: {}", path, ::strerror(errno)));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return std::unexpected(held_text(data_dir));
  return lock;
}

void note_running(const std::string& data_dir, std::uint64_t upgrades) {
  const std::string path = mark_path(data_dir);
  const std::string fresh = path + ".new";
  const net::Fd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  const std::string text = fmt::format("{} {}\n", ::getpid(), upgrades);
  if (file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()))
    ::rename(fresh.c_str(), path.c_str());
}

void forget_running(const std::string& data_dir) { ::unlink(mark_path(data_dir).c_str()); }

std::optional<Running> find_running(const std::string& data_dir) {
  const net::Fd file(::open(mark_path(data_dir).c_str(), O_RDONLY | O_CLOEXEC));
  char text[64];
  const ssize_t size = file ? ::read(file.get(), text, sizeof text - 1) : -1;
  if (size <= 0) return std::nullopt;
  text[size] = '\0';
  Running running;
  unsigned long long upgrades = 0;
  if (std::sscanf(text, "%d %llu", &running.pid, &upgrades) != 2 || running.pid <= 0) return std::nullopt;
  running.upgrades = upgrades;
  return running;
}

std::string absolute_program_path(const std::string& argv0) {
  const auto resolved = [](const std::string& path) -> std::string {
    char absolute[PATH_MAX];
    return ::access(path.c_str(), X_OK) == 0 && ::realpath(path.c_str(), absolute) != nullptr ? absolute : "";
  };
  if (argv0.find('/') != std::string::npos) return resolved(argv0);
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    const std::string found = resolved(fmt::format("{}/{}", rest.substr(0, colon), argv0));
    if (!found.empty()) return found;
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return argv0;
}

}  // namespace brink::app
