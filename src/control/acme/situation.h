// What the store says of a zone that ACME has to know: the names that are to have a certificate, and the
// certificates that there are.
#pragma once

#include "control/acme/resources.h"
#include "control/acme/schedule.h"
#include "store/transaction.h"
#include "store/zones.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::acme {

// How challenges are answered, the preferred one first. Wildcards can be had by dns-01 alone.
struct ChallengePolicy {
  std::vector<ChallengeType> types;
  [[nodiscard]] bool has_dns() const;
};

inline constexpr std::size_t kMaxWanted = 2'000;  // names of one zone; further ones get no certificate

// Below every priority that the API lets customers give their own certificates, and above that of the local
// CA's (store::Certificate::priority).
inline constexpr std::int64_t kAcmePriority = -2'000'000'000;

// The names that a zone's visitors may ask for by https: of its proxied records, those that a [[zone]] of
// brink.toml claims for it, and with dns-01 the zone and all below it. Without those that a certificate of
// another source serves (the API's, or brink.toml's), and those that no authority certifies. Nothing for a
// zone that is paused, moved, or has `ssl` off.
[[nodiscard]] std::vector<std::string> wanted_names(const store::ReadTransaction& read,
                                                    const store::Zone& zone, const ChallengePolicy& policy,
                                                    WallTime now);

[[nodiscard]] Situation situation_of(const store::ReadTransaction& read, const store::Zone& zone,
                                     const ChallengePolicy& policy, WallTime now);

// What a certificate's `details` say of its renewal, and back.
[[nodiscard]] std::string details_text(std::string_view directory, WallTime renew);
[[nodiscard]] std::optional<WallTime> renewal_in(std::string_view details);

}  // namespace brink::control::acme
