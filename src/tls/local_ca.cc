#include "tls/local_ca.h"

#include "base/ascii.h"
#include "base/assert.h"
#include "net/fd.h"
#include "tls/digest.h"
#include "tls/file.h"
#include "tls/openssl_handles.h"
#include "tls/x509_builder.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brink::tls {
namespace {

// Clients' clocks may be behind ours.
constexpr std::chrono::hours kBackdated{24};
constexpr char kCommonName[] = "Brink local CA";

// In lower case, each once, in order.
std::vector<std::string> names_for(const std::vector<std::string>& asked) {
  std::vector<std::string> names;
  for (const auto& name : asked) {
    if (name == "*") {
      names.insert(names.end(), {"localhost", "127.0.0.1", "::1"});
    } else {
      names.push_back(to_lower(name));
    }
  }
  BRINK_ASSERT(!names.empty());
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

bool is_plain_file_name(std::string_view name) {
  constexpr std::size_t kMaxPlainName = 200;
  return !name.empty() && name.size() <= kMaxPlainName && std::ranges::all_of(name, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
  });
}

bool missing(const Error& error) { return error.is(SystemError::kSystem) && error.detail() == ENOENT; }

}  // namespace

LocalLeafPaths local_leaf_paths(const std::string& directory, std::string_view zone_name) {
  const std::string name = is_plain_file_name(zone_name) ? to_lower(zone_name) : sha256_hex(zone_name);
  const std::string path = directory + "/zone-" + name + ".pem";
  return {path, path};
}

Result<LocalCa> LocalCa::open(std::string directory, WallClock clock) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno(errno);
  LocalCa ca(std::move(directory), std::move(clock));
  // One process makes the authority; the others wait and find it.
  const net::Fd lock(::open(ca.directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0) return fail_errno(errno);
  auto authority = ca.load_authority();
  if (!authority && missing(authority.error())) authority = ca.make_authority();
  if (!authority) return std::unexpected(authority.error());
  ca.authority_ = *std::move(authority);
  return ca;
}

Result<std::shared_ptr<const Certificate>> LocalCa::load_authority() const {
  const auto certificate = BRINK_TRY(read_file(authority_path()));
  const auto key = BRINK_TRY(read_file(directory_ + "/ca-key.pem"));
  return Certificate::parse(certificate, key);
}

Result<std::shared_ptr<const Certificate>> LocalCa::make_authority() const {
  const auto key = make_ecdsa_key();
  const auto now = clock_();
  const auto certificate = BRINK_TRY(make_certificate({.common_name = kCommonName,
                                                       .names = {},
                                                       .is_authority = true,
                                                       .not_before = now - kBackdated,
                                                       .not_after = now + kAuthorityLifetime},
                                                      key.get(), nullptr, nullptr));
  const auto certificate_text = certificate_pem(certificate.get());
  const auto key_text = key_pem(key.get());
  BRINK_TRY(replace_file(directory_ + "/ca-key.pem", key_text, 0600));
  BRINK_TRY(replace_file(authority_path(), certificate_text, 0644));
  return Certificate::parse(certificate_text, key_text);
}

Result<LocalLeafPaths> LocalCa::ensure_leaf(std::string_view zone_name,
                                            const std::vector<std::string>& names) {
  const auto distinct = names_for(names);
  auto paths = local_leaf_paths(directory_, zone_name);
  if (!is_still_good(paths.certificate, distinct)) BRINK_TRY(make_leaf(paths.certificate, distinct));
  return paths;
}

// Where anything is wrong with what is there, it is made again.
bool LocalCa::is_still_good(const std::string& path, const std::vector<std::string>& names) const {
  const auto pem = read_file(path);
  if (!pem) return false;
  const auto kept = Certificate::parse(*pem, *pem);
  if (!kept) return false;
  const Certificate& leaf = **kept;
  const auto now = clock_();
  const bool is_ours = X509_verify(leaf.leaf(), authority_->key()) == 1;
  drain_errors();
  return is_ours && leaf.not_before() <= now && now < leaf.not_after() - kLeafRenewal &&
         std::ranges::all_of(names, [&leaf](const auto& name) { return leaf.covers(name); });
}

Result<> LocalCa::make_leaf(const std::string& path, const std::vector<std::string>& names) const {
  const auto key = make_ecdsa_key();
  const auto now = clock_();
  constexpr std::size_t kMaxCommonName = 64;
  const auto certificate = BRINK_TRY(make_certificate(
      {.common_name = names.front().substr(0, kMaxCommonName),
       .names = names,
       .not_before = now - kBackdated,
       .not_after = std::min<Certificate::Time>(now + kLeafLifetime, authority_->not_after())},
      key.get(), authority_->leaf(), authority_->key()));
  return replace_file(
      path, certificate_pem(certificate.get()) + certificate_pem(authority_->leaf()) + key_pem(key.get()),
      0600);
}

}  // namespace brink::tls
