// https for every zone from the moment it is there: a certificate of the local CA for the zone's name and one
// wildcard below it, in the store, where the edge finds it. It has the lowest priority: whatever else is good
// for a host is shown instead.
#pragma once

#include "base/error.h"
#include "control/api/certificate_authorities.h"
#include "store/id.h"
#include "store/transaction.h"
#include "store/tuple.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

inline constexpr std::int64_t kLocalCaPriority = std::numeric_limits<std::int64_t>::min();

// Owns its texts: it goes to the writer's thread.
struct ZoneCertificate {
  std::vector<std::string> hosts;
  std::string chain;
  std::string key;
  std::string issuer;
  std::string signature;
  store::Time expires;
};

// A new one for the zone of that name: NAME and *.NAME (not the latter where it would be too long for a
// name).
[[nodiscard]] Result<ZoneCertificate> make_zone_certificate(const CertificateAuthorities& authorities,
                                                            std::string_view zone_name);

// Into the store, in place of the zone's former one of the local CA where it has one; else as `id`.
Result<> put_zone_certificate(store::WriteTransaction& transaction, const store::Id& zone,
                              const store::Id& id, const ZoneCertificate& certificate);

// Whether the zone has none, or one that is about to expire.
[[nodiscard]] bool wants_zone_certificate(const store::ReadTransaction& transaction, const store::Id& zone,
                                          store::Time now);

}  // namespace brink::control::api
