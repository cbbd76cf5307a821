// What the store says of one host: all that the edge needs to serve it, as plain values, so that what was
// made of them can be kept as long as they are the same.
#pragma once

#include "config/config.h"
#include "net/address.h"
#include "store/id.h"
#include "store/transaction.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::edge {

struct HostFacts {
  store::Id zone;
  store::Id account;
  std::string zone_name;
  // Where its proxied records point: addresses, or a name.
  std::vector<net::IpAddress> addresses;
  std::string cname;
  // Settings of the zone.
  config::TlsMode ssl = config::TlsMode::kFull;
  bool always_use_https = false;
  bool websockets = true;

  friend bool operator==(const HostFacts&, const HostFacts&) = default;
};

// Addresses of one host that are used; further records are left out.
inline constexpr std::size_t kMaxOriginAddresses = 64;

// Nothing where no zone has the host, the zone is paused, or no record of the host is proxied.
[[nodiscard]] std::optional<HostFacts> read_host_facts(const store::ReadTransaction& transaction,
                                                       std::string_view host);

}  // namespace brink::edge
