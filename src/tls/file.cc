#include "tls/file.h"

#include "net/fd.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brink::tls {
namespace {

constexpr std::size_t kMaxFileBytes = 1024 * 1024;

// The content in a new file beside `path`; answers its name.
Result<std::string> write_beside(const std::string& path, std::string_view content, mode_t mode) {
  std::string name = path + ".XXXXXX";
  const net::Fd file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file) return fail_errno(errno);
  const auto fail_and_remove = [&name](int error_number) {
    ::unlink(name.c_str());
    return fail_errno(error_number);
  };
  while (!content.empty()) {
    const ssize_t wrote = ::write(file.get(), content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return fail_and_remove(wrote < 0 ? errno : EIO);
    content.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0) return fail_and_remove(errno);
  return name;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const net::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail_errno(errno);
  std::string content;
  char chunk[16 * 1024];
  for (;;) {
    const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno);
    if (got == 0) return content;
    content.append(chunk, static_cast<std::size_t>(got));
    if (content.size() > kMaxFileBytes) return fail_errno(EFBIG);
  }
}

Result<> replace_file(const std::string& path, std::string_view content, mode_t mode) {
  const auto name = BRINK_TRY(write_beside(path, content, mode));
  if (::rename(name.c_str(), path.c_str()) == 0) return {};
  const int error_number = errno;
  ::unlink(name.c_str());
  return fail_errno(error_number);
}

Result<> write_new_file(const std::string& path, std::string_view content, mode_t mode) {
  const auto name = BRINK_TRY(write_beside(path, content, mode));
  const int outcome = ::link(name.c_str(), path.c_str());
  const int error_number = errno;
  ::unlink(name.c_str());
  if (outcome != 0) return fail_errno(error_number);
  return {};
}

}  // namespace brink::tls
