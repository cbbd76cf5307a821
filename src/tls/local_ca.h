// A certificate authority of this node's own, so that https works at once for zones without a certificate:
// who imports ca.pem sees no warning. Kept in a directory, made there at the first call:
//
//   ca.pem, ca-key.pem       the authority: ECDSA P-256, 10 years; the key readable by its owner alone
//   zone-<name>.pem          a certificate for the names of one zone, the authority's after it, and its key
//
// Used by one thread at a time; several processes may share the directory, for files are put in place whole.
#pragma once

#include "base/error.h"
#include "tls/authority.h"
#include "tls/certificate.h"
#include "tls/wall_clock.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace brink::tls {

// Where a zone's certificate and its key are; one file holds both, so that nobody sees the one without the
// other.
struct LocalLeafPaths {
  std::string certificate;
  std::string key;
};
[[nodiscard]] LocalLeafPaths local_leaf_paths(const std::string& directory, std::string_view zone_name);

// A certificate with the authority's after it, and its key; both PEM.
struct IssuedCertificate {
  std::string chain;
  std::string key;
};

class LocalCa {
 public:
  static constexpr std::chrono::days kAuthorityLifetime{3650};
  // As browsers like it; renewed when a third is left.
  static constexpr std::chrono::days kLeafLifetime{90};
  static constexpr std::chrono::days kLeafRenewal{30};

  // The directory is made where it is missing (mode 0700), but not the ones above it. Fails with SystemError,
  // or with CertificateError where the files are there but are no authority.
  [[nodiscard]] static Result<LocalCa> open(std::string directory, WallClock clock);

  // Sees to it that there is a certificate for these names (host names, wildcards, IP addresses): the kept
  // one, or a new one where there is none, where it is about to expire, where it lacks a name, or where
  // another authority made it.
  // "*" stands for names that nobody can list: localhost and its addresses.
  Result<LocalLeafPaths> ensure_leaf(std::string_view zone_name, const std::vector<std::string>& names);

  // A new certificate for these names, kept nowhere; names as above.
  [[nodiscard]] Result<IssuedCertificate> issue(const std::vector<std::string>& names) const;

  // Where the authority's certificate is, for people to import.
  [[nodiscard]] std::string authority_path() const { return tls::authority_path(directory_); }

 private:
  LocalCa(std::string directory, WallClock clock)
      : directory_(std::move(directory)), clock_(std::move(clock)) {}
  [[nodiscard]] bool is_still_good(const std::string& path, const std::vector<std::string>& names) const;
  [[nodiscard]] Result<IssuedCertificate> issue_for(const std::vector<std::string>& distinct) const;

  std::string directory_;
  WallClock clock_;
  std::shared_ptr<const Certificate> authority_;
};

}  // namespace brink::tls
