#include "edge/host_facts.h"

#include "store/dns_records.h"
#include "store/zones.h"

namespace brink::edge {
namespace {

// A setting's value as it stands in JSON; empty where the zone has the default.
std::string_view setting(const store::ReadTransaction& transaction, const store::Id& zone,
                         std::string_view id) {
  const auto found = store::settings::get(transaction, zone, id);
  return found ? found->value : std::string_view();
}

config::TlsMode ssl_mode(std::string_view value) {
  if (value == R"("off")") return config::TlsMode::kOff;
  if (value == R"("flexible")") return config::TlsMode::kFlexible;
  if (value == R"("strict")" || value == R"("origin_pull")") return config::TlsMode::kStrict;
  return config::TlsMode::kFull;
}

}  // namespace

std::optional<HostFacts> read_host_facts(const store::ReadTransaction& transaction, std::string_view host) {
  const auto zone = store::zones::find_enclosing(transaction, host);
  if (!zone || zone->paused) return std::nullopt;
  HostFacts facts;
  facts.zone = zone->id;
  facts.account = zone->account;
  facts.zone_name = zone->name;
  for (const store::DnsRecord& record : store::dns_records::proxied(transaction, zone->id, host)) {
    if (const auto address = net::IpAddress::parse(record.content)) {
      if (facts.addresses.size() < kMaxOriginAddresses) facts.addresses.push_back(*address);
    } else {
      facts.cname = record.content;
    }
  }
  if (facts.addresses.empty() && facts.cname.empty()) return std::nullopt;
  facts.ssl = ssl_mode(setting(transaction, zone->id, "ssl"));
  facts.always_use_https = setting(transaction, zone->id, "always_use_https") == R"("on")";
  facts.websockets = setting(transaction, zone->id, "websockets") != R"("off")";
  return facts;
}

}  // namespace brink::edge
