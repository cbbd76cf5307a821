// What a token may do: permission groups, whose ids are the same everywhere and stand in people's Terraform
// files.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace brink::control::api {

// What a permission is about. Most come as a pair, "DNS Read" and "DNS Write".
enum class Area : std::uint8_t {
  // of zones
  kZone,
  kZoneSettings,
  kDns,
  kDnsSettings,
  kCachePurge,
  kPageRules,
  kFirewallServices,
  kSslCertificates,
  kAnalytics,
  kLogs,
  kWorkersRoutes,
  kBotManagement,
  kCacheSettings,
  kConfigSettings,
  kCustomErrorRules,
  kHealthChecks,
  kHttpDdosRuleset,
  kLoadBalancers,
  kManagedHeaders,
  kOrigin,
  kResponseCompression,
  kSanitize,
  kSnippets,
  kTransformRules,
  kZoneTransformRules,
  kZoneWaf,
  kZoneVersioning,
  kDynamicUrlRedirects,
  // of accounts
  kAccountRulesets,
  kAccountRuleLists,
  kAccountCustomPages,
  kAccountApiTokens,
  kAccountSettings,
  kAccountWaf,
  kAuditLogs,
  kLoadBalancingPools,
  kMassUrlRedirects,
  kWorkersKv,
  kWorkersTail,
  kWorkersScripts,
  kWorkersR2,
  // of the user
  kApiTokens,
  kMemberships,
  kUserDetails,
  kCount
};

enum class Level : std::uint8_t { kRead, kWrite };

// To write is to read too.
struct Permission {
  Area area;
  Level level;
  friend bool operator==(const Permission&, const Permission&) = default;
};
[[nodiscard]] constexpr Permission reads(Area area) { return {area, Level::kRead}; }
[[nodiscard]] constexpr Permission writes(Area area) { return {area, Level::kWrite}; }

// Where a group may be granted: on zones, on accounts, for the user. Some are in two.
inline constexpr std::uint8_t kZoneScope = 1;
inline constexpr std::uint8_t kAccountScope = 2;
inline constexpr std::uint8_t kUserScope = 4;
inline constexpr std::uint8_t kBucketScope = 8;

struct PermissionGroup {
  Permission permission;
  std::string id;  // 32 hexadecimal digits
  std::string name;
  std::string description;
  std::uint8_t scopes;  // of kZoneScope, ...
};

// All of them, in the order of their names.
[[nodiscard]] std::span<const PermissionGroup> permission_groups();
[[nodiscard]] const PermissionGroup* find_group_by_id(std::string_view id);
[[nodiscard]] const PermissionGroup* find_group_by_name(std::string_view name);  // in any case
[[nodiscard]] const PermissionGroup& group_of(Permission permission);
// "com.cloudflare.api.account.zone", ...
[[nodiscard]] std::string_view scope_name(std::uint8_t scope);

// A set of permissions.
class PermissionSet {
 public:
  void add(Permission permission) { bits_.set(index(permission)); }
  [[nodiscard]] bool has(Permission permission) const { return bits_.test(index(permission)); }
  [[nodiscard]] bool empty() const { return bits_.none(); }

 private:
  static std::size_t index(Permission permission) {
    return 2 * static_cast<std::size_t>(permission.area) + static_cast<std::size_t>(permission.level);
  }
  std::bitset<2 * static_cast<std::size_t>(Area::kCount)> bits_;
};

}  // namespace brink::control::api
