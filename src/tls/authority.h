// A certificate authority of this node's own, kept in a directory and made there at the first call:
//
//   ca.pem, ca-key.pem       its certificate, and its key (ECDSA P-256), readable by its owner alone
//
// What such authorities sign is the business of local_ca.h (for visitors) and origin_ca.h (for origins): two
// of them, so that whoever trusts one need not trust the other.
#pragma once

#include "base/error.h"
#include "tls/certificate.h"
#include "tls/wall_clock.h"

#include <chrono>
#include <memory>
#include <string>

namespace brink::tls {

// Clients' clocks may be behind ours: certificates begin so much earlier.
inline constexpr std::chrono::hours kBackdated{24};

struct AuthorityOptions {
  std::string common_name;
  std::chrono::days lifetime;
};

// The authority in `directory`, which is made where it is missing (mode 0700), but not the ones above it.
// Several processes may call it at once: one makes the authority, the others find it. Fails with SystemError,
// or with CertificateError where the files are there but are no authority.
[[nodiscard]] Result<std::shared_ptr<const Certificate>> open_authority(const std::string& directory,
                                                                        const AuthorityOptions& options,
                                                                        const WallClock& clock);

// Where its certificate is, for people to import.
[[nodiscard]] std::string authority_path(const std::string& directory);

}  // namespace brink::tls
