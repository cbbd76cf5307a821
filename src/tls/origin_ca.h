// The authority whose certificates customers put on their origins, so that `ssl = strict` can hold them to
// their names without anybody else's authority: trusted by this node's edge and by nobody else. Separate from
// the local CA (local_ca.h), which people import into their browsers: an origin's certificate must be worth
// nothing there.
//
// Kept in a directory as authority.h says. What it signs is not kept here.
#pragma once

#include "base/error.h"
#include "tls/authority.h"
#include "tls/signing_request.h"
#include "tls/wall_clock.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace brink::tls {

// Where a node has it.
[[nodiscard]] std::string origin_ca_directory(std::string_view data_dir);

class OriginCa {
 public:
  // Twice as long as what it signs, so that for 15 years no certificate is cut short by the authority's end.
  static constexpr std::chrono::days kAuthorityLifetime{10'950};

  struct Issued {
    std::string certificate;  // PEM, without the authority's
    std::string serial;       // decimal
    Certificate::Time not_after;
  };

  // As open_authority().
  [[nodiscard]] static Result<OriginCa> open(const std::string& directory, WallClock clock);

  // Signs for the request's key and these names: host names and wildcards, at least one. It ends after
  // `lifetime`, or with the authority where that is sooner. Fails with SystemError, EINVAL, where a name
  // cannot stand in a certificate.
  [[nodiscard]] Result<Issued> sign(const SigningRequest& request, const std::vector<std::string>& names,
                                    std::chrono::days lifetime) const;

  [[nodiscard]] std::string authority_pem() const;

 private:
  OriginCa(std::shared_ptr<const Certificate> authority, WallClock clock)
      : authority_(std::move(authority)), clock_(std::move(clock)) {}

  std::shared_ptr<const Certificate> authority_;
  WallClock clock_;
};

}  // namespace brink::tls
