// When a certificate is renewed, when what has failed is tried again, and what is to be ordered now. Pure
// functions of the time that they are given.
#pragma once

#include "base/random.h"
#include "store/id.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::acme {

using WallTime = std::chrono::sys_seconds;

inline constexpr std::size_t kMaxNames = 100;  // of one certificate, as the big authorities have it
inline constexpr std::chrono::seconds kFirstBackOff = std::chrono::minutes(5);
inline constexpr std::chrono::seconds kLongestBackOff = std::chrono::days(1);

// Two thirds of the way from `begin` to `end`, a twentieth of the whole earlier or later, so that
// certificates that came together are not renewed together.
[[nodiscard]] WallTime renewal_time(WallTime begin, WallTime end, Random& random);

// After that many failures in a row (at least 1): twice as long each time, a fifth shorter or longer.
[[nodiscard]] std::chrono::seconds back_off(std::uint32_t failures, Random& random);

// A name that an authority would not certify, and when it is asked again.
struct Waiting {
  std::string name;
  std::uint32_t failures = 0;
  WallTime until;
  std::string why;
};

struct OwnedCertificate {
  store::Id id;
  std::vector<std::string> names;
  WallTime renew;
};

// What is known of a zone.
struct Situation {
  std::vector<std::string> wanted;  // sorted, each once
  std::vector<OwnedCertificate> certificates;
  std::vector<Waiting> waiting;
};

struct Plan {
  std::vector<std::string> order;  // names for one certificate, sorted; empty: nothing to do
  std::optional<WallTime> next;    // when there may be something again, if nothing changes before
};

// Orders what has no certificate, or one that is to be renewed, and does not wait. Names that have one
// already are added where they fit, so that a zone has few certificates and not one for each name.
[[nodiscard]] Plan plan_for(const Situation& situation, WallTime now);

[[nodiscard]] bool has_name(const std::vector<std::string>& names, std::string_view name);
// Whether one of `names` is `name`, or the wildcard of its parent.
[[nodiscard]] bool covers(const std::vector<std::string>& names, std::string_view name);

}  // namespace brink::control::acme
