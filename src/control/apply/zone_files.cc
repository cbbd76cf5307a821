#include "control/apply/zone_files.h"

#include "base/fd.h"
#include "config/document.h"
#include "runtime/role_message.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace brink::control::apply {
namespace {

constexpr std::string_view kBundle = "zone files";

// One byte more than a file may have, so that the reader of TOML says that it is too large; or an errno.
std::expected<std::string, int> text_of(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a FIFO must not hold us up
  if (!fd) return std::unexpected(errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return std::unexpected(errno);
  if (!S_ISREG(status.st_mode)) return std::unexpected(S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
  std::string text;
  while (text.size() <= config::limits::kMaxTextBytes) {
    char block[16 * 1024];
    const ssize_t got = ::read(fd.get(), block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(errno);
    if (got == 0) break;
    text.append(block, static_cast<std::size_t>(got));
  }
  return text;
}

std::expected<std::vector<std::string>, int> names_in(const std::string& directory) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
  if (open == nullptr) {
    if (errno == ENOENT) return names;
    return std::unexpected(errno);
  }
  errno = 0;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name(entry->d_name);
    if (name.ends_with(".toml") && !name.starts_with('.')) names.emplace_back(name);
  }
  if (errno != 0) return std::unexpected(errno);
  std::ranges::sort(names);
  return names;
}

std::string last_part(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path.substr(path.find_last_of('/') + 1));
}

}  // namespace

std::expected<std::vector<ZoneFile>, std::vector<config::Problem>> read_zone_files(
    const std::string& directory) {
  std::vector<ZoneFile> files;
  std::vector<config::Problem> problems;
  if (directory.empty()) return files;
  const auto names = names_in(directory);
  if (!names) {
    problems.push_back({.file = directory,
                        .position = {},
                        .key = {},
                        .what = std::string("cannot be read: ") + ::strerror(names.error()),
                        .expected = {},
                        .suggestion = {}});
    return std::unexpected(std::move(problems));
  }
  std::size_t bytes = 0;
  for (const std::string& name : *names) {
    const std::string path = directory + "/" + name;
    auto text = text_of(path);
    if (!text) {
      problems.push_back({.file = path,
                          .position = {},
                          .key = {},
                          .what = std::string("cannot be read: ") + ::strerror(text.error()),
                          .expected = {},
                          .suggestion = {}});
      continue;
    }
    bytes += text->size();
    if (bytes > kMaxZoneFileBytes || files.size() >= kMaxZoneFiles) {
      problems.push_back(
          {.file = directory,
           .position = {},
           .key = {},
           .what = "has too many files",
           .expected = fmt::format("at most {} files of {} bytes together", kMaxZoneFiles, kMaxZoneFileBytes),
           .suggestion = {}});
      break;
    }
    files.push_back({path, last_part(directory) + "/" + name, *std::move(text)});
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return files;
}

std::string bundle_zone_files(const std::vector<ZoneFile>& files) {
  RoleMessage message;
  message.kind = kBundle;
  for (const ZoneFile& file : files) {
    message.values.emplace_back("path", file.path);
    message.values.emplace_back("name", file.name);
    message.values.emplace_back("text", file.text);
  }
  return message.encode();
}

std::optional<std::vector<ZoneFile>> unbundle_zone_files(std::string_view bundle) {
  auto message = RoleMessage::decode(bundle, {});
  if (!message || message->kind != kBundle || message->values.size() % 3 != 0) return std::nullopt;
  std::vector<ZoneFile> files;
  for (std::size_t i = 0; i < message->values.size(); i += 3)
    files.push_back({std::move(message->values[i].second), std::move(message->values[i + 1].second),
                     std::move(message->values[i + 2].second)});
  return files;
}

}  // namespace brink::control::apply
