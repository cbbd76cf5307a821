#include "control/api/zone_json.h"

#include "control/api/setting_table.h"
#include "control/api/timestamp.h"
#include "dns_wire/name.h"
#include "store/accounts.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

// What `permissions` of a zone calls them.
struct NamedArea {
  std::string_view name;
  Area area;
};
constexpr NamedArea kNamedAreas[] = {
    {"zone", Area::kZone},           {"zone_settings", Area::kZoneSettings}, {"dns_records", Area::kDns},
    {"ssl", Area::kSslCertificates}, {"cache_purge", Area::kCachePurge},     {"waf", Area::kZoneWaf},
    {"lb", Area::kLoadBalancers},    {"worker", Area::kWorkersRoutes},       {"analytics", Area::kAnalytics},
    {"logs", Area::kLogs},
};

Json permissions_json(const Caller& caller, const ZoneIdentity& zone) {
  Json permissions = Json::array();
  for (const NamedArea& named : kNamedAreas) {
    if (caller.may(reads(named.area), zone)) permissions.push_back(fmt::format("#{}:read", named.name));
    if (caller.may(writes(named.area), zone)) permissions.push_back(fmt::format("#{}:edit", named.name));
  }
  return permissions;
}

}  // namespace

std::string_view status_name(store::ZoneStatus status) {
  switch (status) {
    case store::ZoneStatus::kInitializing: return "initializing";
    case store::ZoneStatus::kPending: return "pending";
    case store::ZoneStatus::kActive: return "active";
    case store::ZoneStatus::kMoved: return "moved";
  }
  return "pending";
}

std::string_view type_name(store::ZoneType type) {
  switch (type) {
    case store::ZoneType::kFull: return "full";
    case store::ZoneType::kPartial: return "partial";
    case store::ZoneType::kSecondary: return "secondary";
  }
  return "full";
}

Json plan_json() {
  return {{"id", "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee"},
          {"name", "Free Website"},
          {"price", 0},
          {"currency", "USD"},
          {"frequency", ""},
          {"is_subscribed", true},
          {"can_subscribe", false},
          {"legacy_id", "free"},
          {"legacy_discount", false},
          {"externally_managed", false}};
}

Json zone_json(const store::Zone& zone, const Caller& caller, const store::ReadTransaction& read,
               store::Time now) {
  const auto account = store::accounts::get(read, zone.account);
  return {{"id", zone.id.text()},
          {"name", zone.name},
          {"status", status_name(zone.status)},
          {"paused", zone.paused},
          {"type", type_name(zone.type)},
          {"development_mode", development_mode_left(read, zone.id, now).count()},
          {"name_servers", zone.name_servers},
          {"original_name_servers", nullptr},
          {"original_registrar", nullptr},
          {"original_dnshost", nullptr},
          {"created_on", timestamp(zone.created)},
          {"modified_on", timestamp(zone.modified)},
          {"activated_on", timestamp_or_null(zone.activated)},
          {"meta",
           {{"step", 4},
            {"custom_certificate_quota", 1000},
            {"page_rule_quota", 0},
            {"phishing_detected", false}}},
          {"owner", {{"id", nullptr}, {"type", "user"}, {"email", nullptr}}},
          {"account", {{"id", zone.account.text()}, {"name", account ? Json(account->name) : Json()}}},
          {"tenant", {{"id", nullptr}, {"name", nullptr}}},
          {"tenant_unit", {{"id", nullptr}}},
          {"permissions", permissions_json(caller, {zone.id, zone.account})},
          {"plan", plan_json()}};
}

Outcome<std::string> parse_zone_name(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return std::unexpected(
        ApiError(codes::kInvalid, fmt::format("name: \"{}\" {}", text.substr(0, 255), why)).at("/name"));
  };
  const auto name = dns_wire::Name::parse_absolute(text);
  if (!name) return bad("is no domain name: " + name.error().text());
  if (name->label_count() < 2) return bad("must have at least two labels, as in example.com");
  std::string host = name->lower().host_text();
  for (const char c : host) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (!good) return bad("has characters that no zone's name has");
  }
  return host;
}

}  // namespace brink::control::api
