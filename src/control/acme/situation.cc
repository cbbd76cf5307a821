#include "control/acme/situation.h"

#include "control/acme/state.h"
#include "control/api/json.h"
#include "net/address.h"
#include "store/certificates.h"
#include "store/dns_records.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

namespace brink::control::acme {
namespace {

using api::Json;

bool is_proxied_kind(std::uint16_t type) {
  constexpr std::uint16_t kA = 1;
  constexpr std::uint16_t kCname = 5;
  constexpr std::uint16_t kAaaa = 28;
  return type == kA || type == kAaaa || type == kCname;
}

bool has_https(const store::ReadTransaction& read, const store::Zone& zone) {
  if (zone.paused || zone.status == store::ZoneStatus::kMoved ||
      zone.status == store::ZoneStatus::kInitializing)
    return false;
  const auto ssl = store::settings::get(read, zone.id, "ssl");
  return !ssl || ssl->value != R"("off")";
}

// Authorities certify the names of hosts, which have no underscores.
bool can_be_certified(std::string_view name, bool wildcards) {
  if (name.starts_with("*.")) {
    if (!wildcards) return false;
    name.remove_prefix(2);
  }
  return name.contains('.') && !name.contains('_') && !name.contains('*') && !net::IpAddress::parse(name);
}

std::vector<std::string> owned(const std::vector<std::string_view>& views) {
  return {views.begin(), views.end()};
}

// What is served by other means: customers' own certificates, and those of declared zones.
std::vector<std::string> served_otherwise(const store::ReadTransaction& read, const store::Id& zone,
                                          WallTime now) {
  std::vector<std::string> names;
  for (const store::Certificate& each : store::certificates::of_zone(read, zone)) {
    const bool is_other = each.source == store::CertificateSource::kCustom ||
                          each.source == store::CertificateSource::kDeclared;
    if (!is_other || each.expires <= now) continue;
    names.insert(names.end(), each.hosts.begin(), each.hosts.end());
  }
  return names;
}

// What a file says of a zone: the hosts it claims, and whether it gives them certificates.
struct Claim {
  std::vector<std::string> hosts;
  bool has_certificates = false;
};

Claim claim_of(const store::Zone& zone) {
  Claim claim;
  const Json declaration = api::stored_json(zone.declaration);
  claim.has_certificates = api::find_value(declaration, "certificates") != nullptr;
  const Json* hosts = api::find_value(declaration, "hosts");
  if (hosts == nullptr || !hosts->is_array()) return claim;
  for (const Json& each : *hosts) {
    if (each.is_string()) claim.hosts.push_back(each.get<std::string>());
  }
  return claim;
}

}  // namespace

bool ChallengePolicy::has_dns() const {
  return std::ranges::find(types, ChallengeType::kDns01) != types.end();
}

std::vector<std::string> wanted_names(const store::ReadTransaction& read, const store::Zone& zone,
                                      const ChallengePolicy& policy, WallTime now) {
  if (!has_https(read, zone)) return {};
  std::vector<std::string> served = served_otherwise(read, zone.id, now);
  Claim claim = claim_of(zone);
  if (claim.has_certificates) {
    std::ranges::move(claim.hosts, std::back_inserter(served));
    claim.hosts.clear();
  }
  std::set<std::string, std::less<>> names;
  const auto want = [&](std::string_view name) {
    if (names.size() < kMaxWanted && can_be_certified(name, policy.has_dns()) && !covers(served, name))
      names.emplace(name);
  };
  std::vector<std::string> all_below;
  if (policy.has_dns()) {
    all_below = {std::string(zone.name), fmt::format("*.{}", zone.name)};
    for (const std::string& name : all_below) want(name);
  }
  for (const std::string& host : claim.hosts) {
    if (!covers(all_below, host)) want(host);
  }
  store::dns_records::Scan scan(read, zone.id);
  while (const auto record = scan.next()) {
    if (record->proxied && is_proxied_kind(record->type) && !covers(all_below, record->name))
      want(record->name);
  }
  return {names.begin(), names.end()};
}

Situation situation_of(const store::ReadTransaction& read, const store::Zone& zone,
                       const ChallengePolicy& policy, WallTime now) {
  Situation situation;
  situation.wanted = wanted_names(read, zone, policy, now);
  if (situation.wanted.empty()) return situation;
  for (const store::Certificate& each : store::certificates::of_zone(read, zone.id)) {
    if (each.source != store::CertificateSource::kAcme) continue;
    const auto expires = std::chrono::floor<std::chrono::seconds>(each.expires);
    situation.certificates.push_back(
        {each.id, owned(each.hosts), std::min(renewal_in(each.details).value_or(expires), expires)});
  }
  situation.waiting = waiting_state(read, zone.id);
  return situation;
}

std::string details_text(std::string_view directory, WallTime renew) {
  return api::json_text(
      Json{{"acme", {{"directory", directory}, {"renew_at", renew.time_since_epoch().count()}}}});
}

std::optional<WallTime> renewal_in(std::string_view details) {
  const Json object = api::stored_json(details);
  const Json* acme = api::find_value(object, "acme");
  const Json* time = acme != nullptr ? api::find_value(*acme, "renew_at") : nullptr;
  if (time == nullptr || !time->is_number_integer()) return std::nullopt;
  return WallTime(std::chrono::seconds(time->get<std::int64_t>()));
}

}  // namespace brink::control::acme
