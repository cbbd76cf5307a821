#include "app/privileges.h"

#include <cerrno>
#include <cstring>
#include <iterator>
#include <optional>

#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace brink::app {
namespace {

constexpr const char* kDefaultUser = "brink";
constexpr cap_value_t kKeptRights[] = {CAP_NET_BIND_SERVICE, CAP_DAC_READ_SEARCH};

struct Account {
  std::string name;
  uid_t uid;
  gid_t gid;
};

std::optional<Account> account_of(const std::string& name) {
  const passwd* entry = ::getpwnam(name.c_str());
  if (entry == nullptr) return std::nullopt;
  return Account{name, entry->pw_uid, entry->pw_gid};
}

// Whom the process is to become; nothing where it stays what it is.
std::expected<std::optional<Account>, std::string> target(const std::string& user) {
  if (::geteuid() != 0) return std::nullopt;
  if (user.empty()) return account_of(kDefaultUser);
  auto account = account_of(user);
  if (!account)
    return std::unexpected(fmt::format("[node] user: there is no user \"{}\" on this machine", user));
  return account;
}

std::string failed(const char* what) {
  return fmt::format("cannot drop privileges: {}: {}", what, ::strerror(errno));
}

}  // namespace

std::expected<std::string, std::string> drop_privileges(const std::string& user) {
  auto account = target(user);
  if (!account) return std::unexpected(account.error());
  if (!*account) {
    const passwd* self = ::getpwuid(::geteuid());
    return self == nullptr ? std::to_string(::geteuid()) : std::string(self->pw_name);
  }
  if (::prctl(PR_SET_KEEPCAPS, 1) != 0) return std::unexpected(failed("PR_SET_KEEPCAPS"));
  if (::setgroups(0, nullptr) != 0) return std::unexpected(failed("setgroups"));
  if (::setresgid((*account)->gid, (*account)->gid, (*account)->gid) != 0)
    return std::unexpected(failed("setresgid"));
  if (::setresuid((*account)->uid, (*account)->uid, (*account)->uid) != 0)
    return std::unexpected(failed("setresuid"));

  cap_t rights = ::cap_init();
  ::cap_set_flag(rights, CAP_PERMITTED, std::size(kKeptRights), kKeptRights, CAP_SET);
  ::cap_set_flag(rights, CAP_EFFECTIVE, std::size(kKeptRights), kKeptRights, CAP_SET);
  const int set = ::cap_set_proc(rights);
  ::cap_free(rights);
  if (set != 0) return std::unexpected(failed("cap_set_proc"));
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return std::unexpected(failed("PR_SET_NO_NEW_PRIVS"));
  return (*account)->name;
}

void keep_rights_through_exec() {
  cap_t rights = ::cap_get_proc();
  ::cap_set_flag(rights, CAP_INHERITABLE, std::size(kKeptRights), kKeptRights, CAP_SET);
  // Fails where the process never had them, which is as it should be.
  if (::cap_set_proc(rights) == 0) {
    for (const cap_value_t right : kKeptRights) ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, right, 0, 0);
  }
  ::cap_free(rights);
}

void keep_rights_from_children() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  cap_t rights = ::cap_get_proc();
  ::cap_clear_flag(rights, CAP_INHERITABLE);
  ::cap_set_proc(rights);
  ::cap_free(rights);
}

std::expected<void, std::string> make_directory(const std::string& directory, unsigned mode,
                                                const std::string& user) {
  struct stat info{};
  if (::stat(directory.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return {};
    return std::unexpected(fmt::format("{} is not a directory", directory));
  }
  const auto account = target(user);
  if (!account) return std::unexpected(account.error());
  const auto slash = directory.find_last_of('/', directory.find_last_not_of('/'));
  if (slash != std::string::npos && slash > 0) {
    if (auto parent = make_directory(directory.substr(0, slash), 0755, user); !parent) return parent;
  }
  if (::mkdir(directory.c_str(), mode) != 0 && errno != EEXIST) {
    return std::unexpected(fmt::format("cannot make the directory {}: {}", directory, ::strerror(errno)));
  }
  if (*account && ::chown(directory.c_str(), (*account)->uid, (*account)->gid) != 0) {
    return std::unexpected(fmt::format("cannot give the directory {} to user {}: {}", directory,
                                       (*account)->name, ::strerror(errno)));
  }
  return {};
}

}  // namespace brink::app
