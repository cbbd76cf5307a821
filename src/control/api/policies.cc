#include "control/api/policies.h"

#include "store/zones.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr std::string_view kUser = "com.cloudflare.api.user.";
constexpr std::string_view kAccount = "com.cloudflare.api.account.";
constexpr std::string_view kZone = "com.cloudflare.api.account.zone.";
constexpr std::string_view kBucket = "com.cloudflare.edge.r2.bucket.";

std::unexpected<ApiError> wrong(std::string pointer, std::string text) {
  return std::unexpected(ApiError(codes::kInvalid, std::move(text)).at(std::move(pointer)));
}

// A name of a resource as a JSON pointer has it (RFC 6901 section 3).
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 200)) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<Resource> parse_resource(std::string_view name) {
  Resource resource;
  std::string_view rest;
  if (name.starts_with(kZone)) {
    resource.kind = Resource::Kind::kZone;
    rest = name.substr(kZone.size());
  } else if (name.starts_with(kAccount)) {
    resource.kind = Resource::Kind::kAccount;
    rest = name.substr(kAccount.size());
  } else if (name.starts_with(kUser)) {
    resource.kind = Resource::Kind::kUser;
    rest = name.substr(kUser.size());
  } else {
    return std::nullopt;
  }
  if (rest == "*") return resource;
  resource.id = store::Id::parse(rest);
  if (!resource.id) return std::nullopt;
  return resource;
}

Outcome<> add_resource(std::string_view name, const Json& value, const std::string& pointer, Policy& policy) {
  const std::string place = fmt::format("{}/{}", pointer, escaped(name));
  if (policy.resources.size() >= kMaxResources)
    return wrong(pointer, fmt::format("more than {} resources in a policy", kMaxResources));
  if (name.starts_with(kBucket)) return {};  // Brink has no buckets: nothing is granted
  const auto resource = parse_resource(name);
  if (!resource)
    return wrong(place, fmt::format("\"{}\" is no resource that Brink knows", name.substr(0, 200)));
  if (value.is_string() && value.get_ref<const std::string&>() == "*") {
    policy.resources.push_back(*resource);
    return {};
  }
  // {"com.cloudflare.api.account.<id>": {"com.cloudflare.api.account.zone.*": "*"}}: zones of that account.
  if (!value.is_object() || resource->kind != Resource::Kind::kAccount)
    return wrong(place, R"(must be "*", or of an account an object of its zones)");
  for (const auto& [zone_name, zone_value] : value.items()) {
    auto zone = parse_resource(zone_name);
    if (!zone || zone->kind != Resource::Kind::kZone || !zone_value.is_string() ||
        zone_value.get_ref<const std::string&>() != "*" || policy.resources.size() >= kMaxResources) {
      return wrong(place, R"(must hold zones of the account, each with "*")");
    }
    zone->account = resource->id;
    policy.resources.push_back(*zone);
  }
  return {};
}

Outcome<> add_groups(const Json& json, const std::string& pointer, Policy& policy) {
  const Json* groups = find_value(json, "permission_groups");
  const std::string place = pointer + "/permission_groups";
  if (groups == nullptr || !groups->is_array() || groups->empty())
    return wrong(place, "permission_groups: must be an array of at least one permission group");
  if (groups->size() > kMaxPermissionGroups)
    return wrong(place, fmt::format("permission_groups: more than {}", kMaxPermissionGroups));
  for (std::size_t i = 0; i < groups->size(); ++i) {
    const std::string here = fmt::format("{}/{}", place, i);
    const auto id = text_member((*groups)[i], "id", 64);
    if (!id || !*id) return wrong(here + "/id", "a permission group needs its id");
    const PermissionGroup* group = find_group_by_id(**id);
    if (group == nullptr) {
      return wrong(here + "/id",
                   fmt::format("there is no permission group {}; see .../tokens/permission_groups", **id));
    }
    policy.permissions.add(group->permission);
  }
  return {};
}

Outcome<Policy> parse_policy(const Json& json, const std::string& pointer) {
  if (!json.is_object()) return wrong(pointer, "a policy must be an object");
  Policy policy;
  const Json* effect = find_value(json, "effect");
  const auto* word = effect == nullptr ? nullptr : effect->get_ptr<const std::string*>();
  if (word == nullptr || (*word != "allow" && *word != "deny"))
    return wrong(pointer + "/effect", R"(effect: must be "allow" or "deny")");
  policy.allows = *word == "allow";
  if (const auto id = text_member(json, "id", 32); id && *id) {
    if (const auto parsed = store::Id::parse(**id)) policy.id = *parsed;
  }
  BRINK_TRY(add_groups(json, pointer, policy));
  const Json* resources = find_value(json, "resources");
  if (resources == nullptr || !resources->is_object() || resources->empty())
    return wrong(pointer + "/resources", "resources: must be an object of at least one resource");
  for (const auto& [name, value] : resources->items())
    BRINK_TRY(add_resource(name, value, pointer + "/resources", policy));
  return policy;
}

// --- evaluation ---

bool covers(const Resource& resource, const ZoneIdentity& zone) {
  switch (resource.kind) {
    case Resource::Kind::kUser: return false;
    case Resource::Kind::kAccount: return !resource.id || *resource.id == zone.account;
    case Resource::Kind::kZone:
      return (!resource.id || *resource.id == zone.zone) &&
             (!resource.account || *resource.account == zone.account);
  }
  return false;
}

bool covers_account(const Resource& resource, const store::Id& account) {
  return resource.kind == Resource::Kind::kAccount && (!resource.id || *resource.id == account);
}

bool covers_user(const Resource& resource, const store::Id& user) {
  return resource.kind == Resource::Kind::kUser && (!resource.id || *resource.id == user);
}

bool allows(const Policy& policy, Permission permission) {
  return policy.allows &&
         (policy.permissions.has(permission) ||
          (permission.level == Level::kRead && policy.permissions.has(writes(permission.area))));
}

bool denies(const Policy& policy, Permission permission) {
  return !policy.allows &&
         (policy.permissions.has(permission) ||
          (permission.level == Level::kWrite && policy.permissions.has(reads(permission.area))));
}

template <class Covers>
bool decide(const std::vector<Policy>& policies, Permission permission, Covers resource_covers) {
  bool allowed = false;
  for (const Policy& policy : policies) {
    if (!std::ranges::any_of(policy.resources, resource_covers)) continue;
    if (denies(policy, permission)) return false;
    allowed = allowed || allows(policy, permission);
  }
  return allowed;
}

// Whether all that `inner` names is in `outer`.
bool contains(const Resource& outer, const Resource& inner, const store::ReadTransaction& read) {
  const auto account_of = [&](const Resource& resource) -> std::optional<store::Id> {
    if (resource.account || !resource.id) return resource.account;
    const auto zone = store::zones::get(read, *resource.id);
    return zone ? std::optional(zone->account) : std::nullopt;
  };
  if (outer.kind == Resource::Kind::kAccount && inner.kind == Resource::Kind::kZone) {
    if (!outer.id) return true;
    const auto account = account_of(inner);
    return account && *account == *outer.id;
  }
  if (outer.kind != inner.kind) return false;
  if (outer.id && (!inner.id || *inner.id != *outer.id)) return false;
  if (outer.account) {
    const auto account = account_of(inner);
    return account && *account == *outer.account;
  }
  return true;
}

// Whether something may be in both: said so in doubt.
bool may_overlap(const Resource& a, const Resource& b) {
  const bool user = a.kind == Resource::Kind::kUser;
  if (user != (b.kind == Resource::Kind::kUser)) return false;
  if (a.kind == b.kind && a.id && b.id) return *a.id == *b.id;
  return true;
}

bool may_hand_on(const std::vector<Policy>& policies, Permission permission, const Resource& resource,
                 const store::ReadTransaction& read) {
  bool allowed = false;
  for (const Policy& policy : policies) {
    if (denies(policy, permission) && std::ranges::any_of(policy.resources, [&](const Resource& each) {
          return may_overlap(each, resource);
        })) {
      return false;
    }
    if (allows(policy, permission) && std::ranges::any_of(policy.resources, [&](const Resource& each) {
          return contains(each, resource, read);
        })) {
      allowed = true;
    }
  }
  return allowed;
}

}  // namespace

Outcome<Policies> Policies::parse(const Json& json) {
  if (!json.is_array() || json.empty())
    return wrong("/policies", "policies: must be an array of at least one policy");
  if (json.size() > kMaxPolicies)
    return wrong("/policies", fmt::format("policies: more than {}", kMaxPolicies));
  Policies policies;
  for (std::size_t i = 0; i < json.size(); ++i)
    policies.policies_.push_back(BRINK_TRY(parse_policy(json[i], fmt::format("/policies/{}", i))));
  return policies;
}

bool Policies::may(Permission permission, const ZoneIdentity& zone) const {
  return decide(policies_, permission, [&](const Resource& each) { return covers(each, zone); });
}

bool Policies::may_in_every_zone(Permission permission) const {
  const auto is_every_zone = [](const Resource& each) {
    return each.kind != Resource::Kind::kUser && !each.id && !each.account;
  };
  return std::ranges::none_of(policies_, [&](const Policy& each) { return denies(each, permission); }) &&
         std::ranges::any_of(policies_, [&](const Policy& each) {
           return allows(each, permission) && std::ranges::any_of(each.resources, is_every_zone);
         });
}

bool Policies::may_in_account(Permission permission, const store::Id& account) const {
  return decide(policies_, permission, [&](const Resource& each) { return covers_account(each, account); });
}

bool Policies::may_for_user(Permission permission, const store::Id& user) const {
  return decide(policies_, permission, [&](const Resource& each) { return covers_user(each, user); });
}

bool Policies::sees(const ZoneIdentity& zone) const {
  return std::ranges::any_of(policies_, [&](const Policy& policy) {
    return policy.allows && !policy.permissions.empty() &&
           std::ranges::any_of(policy.resources, [&](const Resource& each) { return covers(each, zone); });
  });
}

// Also by a zone of it, as far as the policy says whose the zone is.
bool Policies::sees_account(const store::Id& account) const {
  return std::ranges::any_of(policies_, [&](const Policy& policy) {
    return policy.allows && std::ranges::any_of(policy.resources, [&](const Resource& each) {
             return covers_account(each, account) || (each.account && *each.account == account);
           });
  });
}

Outcome<> Policies::cover(const Policies& other, const store::ReadTransaction& read) const {
  for (std::size_t i = 0; i < other.policies_.size(); ++i) {
    const Policy& policy = other.policies_[i];
    if (!policy.allows) continue;
    for (const PermissionGroup& group : permission_groups()) {
      if (!policy.permissions.has(group.permission)) continue;
      for (const Resource& resource : policy.resources) {
        if (may_hand_on(policies_, group.permission, resource, read)) continue;
        return wrong(fmt::format("/policies/{}", i),
                     fmt::format("a token may only grant what its creator has; \"{}\" is not", group.name));
      }
    }
  }
  return {};
}

}  // namespace brink::control::api
