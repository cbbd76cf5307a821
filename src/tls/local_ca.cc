#include "tls/local_ca.h"

#include "base/ascii.h"
#include "base/assert.h"
#include "tls/digest.h"
#include "tls/file.h"
#include "tls/openssl_handles.h"
#include "tls/x509_builder.h"

#include <algorithm>
#include <utility>

namespace brink::tls {
namespace {

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

}  // namespace

LocalLeafPaths local_leaf_paths(const std::string& directory, std::string_view zone_name) {
  const std::string name = is_plain_file_name(zone_name) ? to_lower(zone_name) : sha256_hex(zone_name);
  const std::string path = directory + "/zone-" + name + ".pem";
  return {path, path};
}

Result<LocalCa> LocalCa::open(std::string directory, WallClock clock) {
  LocalCa ca(std::move(directory), std::move(clock));
  ca.authority_ = BRINK_TRY(
      open_authority(ca.directory_, {.common_name = kCommonName, .lifetime = kAuthorityLifetime}, ca.clock_));
  return ca;
}

Result<LocalLeafPaths> LocalCa::ensure_leaf(std::string_view zone_name,
                                            const std::vector<std::string>& names) {
  const auto distinct = names_for(names);
  auto paths = local_leaf_paths(directory_, zone_name);
  if (is_still_good(paths.certificate, distinct)) return paths;
  const auto issued = BRINK_TRY(issue_for(distinct));
  BRINK_TRY(replace_file(paths.certificate, issued.chain + issued.key, 0600));
  return paths;
}

Result<IssuedCertificate> LocalCa::issue(const std::vector<std::string>& names) const {
  return issue_for(names_for(names));
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

Result<IssuedCertificate> LocalCa::issue_for(const std::vector<std::string>& distinct) const {
  const auto key = make_ecdsa_key();
  const auto now = clock_();
  constexpr std::size_t kMaxCommonName = 64;
  const auto certificate = BRINK_TRY(make_certificate(
      {.common_name = distinct.front().substr(0, kMaxCommonName),
       .names = distinct,
       .not_before = now - kBackdated,
       .not_after = std::min<Certificate::Time>(now + kLeafLifetime, authority_->not_after())},
      key.get(), authority_->leaf(), authority_->key()));
  return IssuedCertificate{certificate_pem(certificate.get()) + certificate_pem(authority_->leaf()),
                           key_pem(key.get())};
}

}  // namespace brink::tls
