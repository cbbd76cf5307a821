// The configuration as the edge runs it: zones by host name, certificates, limits. Immutable, shared by all
// threads; a reload makes a new one, and the old one goes when the last request that began under it has
// ended.
#pragma once

#include "config/config.h"
#include "edge/credentials.h"
#include "edge/stored_zones.h"
#include "edge/zone.h"
#include "edge/zone_table.h"
#include "filter/geo.h"
#include "http/limits.h"
#include "tls/server_contexts.h"
#include "tls/ticket_keys.h"

#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace brink::edge {

struct Snapshot {
  config::Config config;
  http::ServerLimits limits;
  http::ServerTimeouts timeouts;
  std::vector<std::unique_ptr<Zone>> zones;
  ZoneTable by_host;
  std::shared_ptr<const tls::ServerContexts> certificates;
  std::shared_ptr<const filter::Geo> geo;  // nullptr: no files are configured
};

// Makes a snapshot of `config`; the certificates and keys that it names (those of the local CA for zones
// without) are read by `read_file`. Origins that are the same as in `before` (may be nullptr) are kept with
// their connections. Errors are sentences for the log: what, in which file, what to do. Blocks; not for a
// busy loop.
[[nodiscard]] std::expected<std::shared_ptr<const Snapshot>, std::vector<std::string>> make_snapshot(
    config::Config config, const ReadFile& read_file, const Snapshot* before,
    const std::shared_ptr<const tls::TicketKeys>& ticket_keys, std::shared_ptr<StoredZones> stored);

// What is wrong with the certificates, keys and CAs that `config` names; nothing where all is well.
[[nodiscard]] std::vector<std::string> check_certificates(const config::Config& config);

}  // namespace brink::edge
