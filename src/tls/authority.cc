#include "tls/authority.h"

#include "net/fd.h"
#include "tls/file.h"
#include "tls/x509_builder.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace brink::tls {
namespace {

std::string key_path(const std::string& directory) { return directory + "/ca-key.pem"; }

bool missing(const Error& error) { return error.is(SystemError::kSystem) && error.detail() == ENOENT; }

Result<std::shared_ptr<const Certificate>> load(const std::string& directory) {
  const auto certificate = BRINK_TRY(read_file(authority_path(directory)));
  const auto key = BRINK_TRY(read_file(key_path(directory)));
  return Certificate::parse(certificate, key);
}

Result<std::shared_ptr<const Certificate>> make(const std::string& directory, const AuthorityOptions& options,
                                                const WallClock& clock) {
  const auto key = make_ecdsa_key();
  const auto now = clock();
  const auto certificate = BRINK_TRY(make_certificate({.common_name = options.common_name,
                                                       .names = {},
                                                       .is_authority = true,
                                                       .not_before = now - kBackdated,
                                                       .not_after = now + options.lifetime},
                                                      key.get(), nullptr, nullptr));
  const auto certificate_text = certificate_pem(certificate.get());
  const auto key_text = key_pem(key.get());
  BRINK_TRY(replace_file(key_path(directory), key_text, 0600));
  BRINK_TRY(replace_file(authority_path(directory), certificate_text, 0644));
  return Certificate::parse(certificate_text, key_text);
}

}  // namespace

std::string authority_path(const std::string& directory) { return directory + "/ca.pem"; }

Result<std::shared_ptr<const Certificate>> open_authority(const std::string& directory,
                                                          const AuthorityOptions& options,
                                                          const WallClock& clock) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno(errno);
  const net::Fd lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0) return fail_errno(errno);
  auto authority = load(directory);
  if (!authority && missing(authority.error())) return make(directory, options, clock);
  return authority;
}

}  // namespace brink::tls
