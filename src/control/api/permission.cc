#include "control/api/permission.h"

#include "base/ascii.h"
#include "tls/digest.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

// An area as its groups are called. An id that is empty is derived: the first 32 digits of the SHA-256 of
// "brink.permission.<name>". The others are Cloudflare's.
struct AreaRow {
  Area area;
  std::string_view name;  // "DNS": of "DNS Read" and "DNS Write"
  std::uint8_t scopes;
  std::string_view read_id;
  std::string_view write_id;
  enum Form : std::uint8_t {
    kPair,
    kReadOnly,
    kBare
  } form = kPair;  // kBare: one group, to write, of that name
};

constexpr AreaRow kAreas[] = {
    {Area::kZone, "Zone", kZoneScope, "c8fed203ed3043cba015a93ad1616f1f", "e6d2666161e84845a636613608cee8d5"},
    {Area::kZoneSettings, "Zone Settings", kZoneScope, "", "3030687196b94b638145a3953da2b699"},
    {Area::kDns, "DNS", kZoneScope, "82e64a83756745bbbb1c9c2701bf816b", "4755a26eedb94da69e1066d98aa820be"},
    {Area::kDnsSettings, "DNS Settings", kZoneScope | kAccountScope, "", ""},
    {Area::kCachePurge, "Cache Purge", kZoneScope, "", "e17beae8b8cb423a99b1730f21238bed", AreaRow::kBare},
    {Area::kPageRules, "Page Rules", kZoneScope, "", "ed07f6c337da4195b4e72a1fb2c6bcae"},
    {Area::kFirewallServices, "Firewall Services", kZoneScope, "", "43137f8d07884d3198dc0ee77ca6e79b"},
    {Area::kSslCertificates, "SSL and Certificates", kZoneScope | kAccountScope, "",
     "c03055bc037c4ea9afb9a9f104b7b721"},
    {Area::kAnalytics, "Analytics", kZoneScope, "9c88f9c5bce24ce7af9a958ba9c504db", ""},
    {Area::kLogs, "Logs", kZoneScope | kAccountScope, "", "96163bd1b0784f62b3e44ed8c2ab1eb6"},
    {Area::kWorkersRoutes, "Workers Routes", kZoneScope, "", "28f4b596e7d643029c524985477ae49a"},
    {Area::kBotManagement, "Bot Management", kZoneScope, "", ""},
    {Area::kCacheSettings, "Cache Settings", kZoneScope, "", ""},
    {Area::kConfigSettings, "Config Settings", kZoneScope, "", ""},
    {Area::kCustomErrorRules, "Custom Error Rules", kZoneScope, "", ""},
    {Area::kHealthChecks, "Health Checks", kZoneScope, "", ""},
    {Area::kHttpDdosRuleset, "HTTP DDoS Managed Ruleset", kZoneScope, "", ""},
    {Area::kLoadBalancers, "Load Balancers", kZoneScope, "", ""},
    {Area::kManagedHeaders, "Managed headers", kZoneScope, "", ""},
    {Area::kOrigin, "Origin", kZoneScope, "", ""},
    {Area::kResponseCompression, "Response Compression", kZoneScope, "", ""},
    {Area::kSanitize, "Sanitize", kZoneScope, "", ""},
    {Area::kSnippets, "Snippets", kZoneScope, "", ""},
    {Area::kTransformRules, "Transform Rules", kZoneScope, "", ""},
    {Area::kZoneTransformRules, "Zone Transform Rules", kZoneScope, "", ""},
    {Area::kZoneWaf, "Zone WAF", kZoneScope, "", ""},
    {Area::kZoneVersioning, "Zone Versioning", kZoneScope, "", ""},
    {Area::kDynamicUrlRedirects, "Dynamic URL Redirects", kZoneScope, "", ""},
    {Area::kAccountRulesets, "Account Rulesets", kAccountScope, "", ""},
    {Area::kAccountRuleLists, "Account Filter Lists", kAccountScope, "", ""},
    {Area::kAccountCustomPages, "Account Custom Pages", kAccountScope, "", ""},
    {Area::kAccountApiTokens, "Account API Tokens", kAccountScope, "", ""},
    {Area::kAccountSettings, "Account Settings", kAccountScope, "c1fde68c7bcc44588cbb6ddbc16d6480", ""},
    {Area::kAccountWaf, "Account WAF", kAccountScope, "", ""},
    {Area::kAuditLogs, "Access: Audit Logs", kAccountScope, "", ""},
    {Area::kLoadBalancingPools, "Load Balancing: Monitors and Pools", kAccountScope, "", ""},
    {Area::kMassUrlRedirects, "Mass URL Redirects", kAccountScope, "", "abe78e2276664f4db588c1f675a77486"},
    {Area::kWorkersKv, "Workers KV Storage", kAccountScope, "", "f7f0eda5697f475c90846e879bab8666"},
    {Area::kWorkersTail, "Workers Tail", kAccountScope, "", "", AreaRow::kReadOnly},
    {Area::kWorkersScripts, "Workers Scripts", kAccountScope, "1a71c399035b4950a1bd1466bbe4f420",
     "e086da7e2179491d91ee5f35b3ca210a"},
    {Area::kWorkersR2, "Workers R2 Storage", kAccountScope | kBucketScope, "", ""},
    {Area::kApiTokens, "API Tokens", kUserScope, "", ""},
    {Area::kMemberships, "Memberships", kUserScope, "", ""},
    {Area::kUserDetails, "User Details", kUserScope, "8acbe5bb0d54464ab867149d7f7cf8ac", ""},
};
static_assert(std::size(kAreas) == static_cast<std::size_t>(Area::kCount));

std::string derived_id(std::string_view name) {
  return tls::sha256_hex(fmt::format("brink.permission.{}", name)).substr(0, 32);
}

std::string description_of(const AreaRow& row, Level level) {
  if (row.form == AreaRow::kBare) return "Grants access to purge cached content";
  return fmt::format("Grants {} access to {}", level == Level::kRead ? "read" : "write", row.name);
}

PermissionGroup group(const AreaRow& row, Level level) {
  const bool bare = row.form == AreaRow::kBare;
  std::string name =
      bare ? std::string(row.name) : fmt::format("{} {}", row.name, level == Level::kRead ? "Read" : "Write");
  const std::string_view known = level == Level::kRead ? row.read_id : row.write_id;
  std::string id = known.empty() ? derived_id(name) : std::string(known);
  return {{row.area, level}, std::move(id), std::move(name), description_of(row, level), row.scopes};
}

std::vector<PermissionGroup> make_groups() {
  std::vector<PermissionGroup> groups;
  for (const AreaRow& row : kAreas) {
    if (row.form != AreaRow::kBare) groups.push_back(group(row, Level::kRead));
    if (row.form != AreaRow::kReadOnly) groups.push_back(group(row, Level::kWrite));
  }
  std::ranges::sort(groups, {}, &PermissionGroup::name);
  return groups;
}

}  // namespace

std::span<const PermissionGroup> permission_groups() {
  static const std::vector<PermissionGroup> groups = make_groups();
  return groups;
}

const PermissionGroup* find_group_by_id(std::string_view id) {
  for (const PermissionGroup& group : permission_groups()) {
    if (group.id == id) return &group;
  }
  return nullptr;
}

const PermissionGroup* find_group_by_name(std::string_view name) {
  for (const PermissionGroup& group : permission_groups()) {
    if (equals_ignoring_case(group.name, name)) return &group;
  }
  return nullptr;
}

const PermissionGroup& group_of(Permission permission) {
  const auto find = [](Permission wanted) -> const PermissionGroup* {
    for (const PermissionGroup& group : permission_groups()) {
      if (group.permission == wanted) return &group;
    }
    return nullptr;
  };
  // An area may have one group only: to read "Cache Purge" is to have it.
  if (const PermissionGroup* group = find(permission)) return *group;
  return *find({permission.area, permission.level == Level::kRead ? Level::kWrite : Level::kRead});
}

std::string_view scope_name(std::uint8_t scope) {
  switch (scope) {
    case kZoneScope: return "com.cloudflare.api.account.zone";
    case kAccountScope: return "com.cloudflare.api.account";
    case kUserScope: return "com.cloudflare.api.user";
    case kBucketScope: return "com.cloudflare.edge.r2.bucket";
    default: return {};
  }
}

}  // namespace brink::control::api
