// brink token create, list and revoke.
#include "app/cli/commands.h"
#include "app/cli/node.h"
#include "app/cli/output.h"
#include "base/nearest.h"
#include "config/quantity.h"
#include "control/api/permission.h"
#include "control/api/timestamp.h"

#include <chrono>
#include <optional>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace brink::app::cli {
namespace {

using control::api::PermissionGroup;

constexpr std::uint8_t kAllScopes[] = {control::api::kZoneScope, control::api::kAccountScope,
                                       control::api::kUserScope};

struct CreateOptions {
  Common common;
  std::string name;
  std::vector<std::string> permissions;  // names of groups; empty: everything
  std::vector<std::string> zones;        // empty: all of the account
  std::string expires;                   // "30d" or a time; empty: never
  bool quiet = false;
};

std::expected<std::vector<const PermissionGroup*>, std::string> groups_of(
    const std::vector<std::string>& names) {
  std::vector<const PermissionGroup*> groups;
  if (names.empty()) {
    for (const PermissionGroup& group : control::api::permission_groups()) groups.push_back(&group);
    return groups;
  }
  for (const std::string& name : names) {
    const PermissionGroup* group = control::api::find_group_by_name(name);
    if (group == nullptr) group = control::api::find_group_by_id(name);
    if (group == nullptr) {
      std::vector<std::string_view> known;
      for (const PermissionGroup& each : control::api::permission_groups()) known.push_back(each.name);
      const std::string_view near = nearest_name(name, known);
      return std::unexpected(fmt::format(
          "no permission \"{}\"{}", name,
          near.empty() ? "; docs/api.md lists them" : fmt::format("; did you mean \"{}\"?", near)));
    }
    groups.push_back(group);
  }
  return groups;
}

// The groups that may be granted in `scope`, on `resources`; nothing where there are none.
std::optional<Json> policy(const std::vector<const PermissionGroup*>& groups, std::uint8_t scope,
                           const Json& resources) {
  Json ids = Json::array();
  for (const PermissionGroup* group : groups) {
    if ((group->scopes & scope) != 0) ids.push_back({{"id", group->id}});
  }
  if (ids.empty() || resources.empty()) return std::nullopt;
  return Json{{"effect", "allow"}, {"permission_groups", std::move(ids)}, {"resources", resources}};
}

// On zones where some are named, else on the account, which stands for its zones.
std::expected<Json, std::string> resources_of(const LocalApi& api, const CreateOptions& options,
                                              std::uint8_t scope) {
  Json resources = Json::object();
  const auto add = [&](std::uint8_t kind, const std::string& id) {
    resources[fmt::format("{}.{}", control::api::scope_name(kind), id)] = "*";
  };
  if (scope == control::api::kUserScope) {
    const auto user = api.call("GET", "/user");
    if (!user) return std::unexpected(user.error());
    add(scope, user->result.value("id", ""));
  } else if (scope == control::api::kZoneScope && !options.zones.empty()) {
    for (const std::string& name : options.zones) {
      const auto id = zone_id_of(api, name);
      if (!id) return std::unexpected(id.error());
      add(scope, *id);
    }
  } else {
    const auto id = account_id_of(api);
    if (!id) return std::unexpected(id.error());
    add(control::api::kAccountScope, *id);
  }
  return resources;
}

std::expected<Json, std::string> policies_of(const LocalApi& api, const CreateOptions& options) {
  const auto groups = groups_of(options.permissions);
  if (!groups) return std::unexpected(groups.error());
  Json policies = Json::array();
  for (const std::uint8_t scope : kAllScopes) {
    // Zones that are named are all that a token without named permissions is for.
    const bool zones_only = !options.zones.empty() && options.permissions.empty();
    if (zones_only && scope != control::api::kZoneScope) continue;
    const auto resources = resources_of(api, options, scope);
    if (!resources) return std::unexpected(resources.error());
    if (auto made = policy(*groups, scope, *resources)) policies.push_back(*std::move(made));
  }
  return policies;
}

std::expected<Json, std::string> expiry_of(const std::string& text) {
  if (text.empty()) return Json();
  if (const auto duration = config::parse_duration(text)) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return Json(control::api::timestamp(now + *duration));
  }
  if (const auto time = control::api::parse_timestamp(text)) return Json(control::api::timestamp(*time));
  return std::unexpected(
      fmt::format(R"(--expires: "{}" is neither a duration such as "30d" nor a time)", text));
}

int create(const CreateOptions& options) {
  constexpr std::string_view kCommand = "token create";
  const auto expires = expiry_of(options.expires);
  if (!expires) return complain(kCommand, expires.error());
  const auto api = api_of(options.common);
  if (!api) return complain(kCommand, api.error());
  auto policies = policies_of(*api, options);
  if (!policies) return complain(kCommand, policies.error());
  Json body = {{"name", options.name}, {"policies", *std::move(policies)}};
  if (!expires->is_null()) body["expires_on"] = *expires;
  const auto made = api->call("POST", "/user/tokens", body);
  if (!made) return complain(kCommand, made.error());
  const std::string value = made->result.value("value", "");
  if (options.common.json) {
    print_text(made->result.dump(2) + "\n");
  } else if (options.quiet) {
    print_text(value + "\n");
  } else {
    print_text(fmt::format("{}\n\nThis is the token \"{}\". It is shown this once.\n", value, options.name));
  }
  return 0;
}

int list(const Common& common) {
  const auto api = api_of(common);
  if (!api) return complain("token list", api.error());
  const auto tokens = api->list("/user/tokens");
  if (!tokens) return complain("token list", tokens.error());
  print_rows(*tokens,
             {{"ID", "id"},
              {"NAME", "name"},
              {"STATUS", "status"},
              {"ISSUED", "issued_on"},
              {"LAST USED", "last_used_on"},
              {"EXPIRES", "expires_on"}},
             common.json);
  return 0;
}

// By id, or by name where one token alone has it.
std::expected<std::string, std::string> find_token(const LocalApi& api, const std::string& wanted) {
  const auto tokens = api.list("/user/tokens");
  if (!tokens) return std::unexpected(tokens.error());
  std::string found;
  for (const Json& token : *tokens) {
    const std::string id = token.value("id", "");
    if (id == wanted) return id;
    if (token.value("name", "") != wanted) continue;
    if (!found.empty())
      return std::unexpected(fmt::format("several tokens are called \"{}\": give the id", wanted));
    found = id;
  }
  if (found.empty()) return std::unexpected(fmt::format("there is no token \"{}\"", wanted));
  return found;
}

int revoke(const Common& common, const std::string& wanted) {
  const auto api = api_of(common);
  if (!api) return complain("token revoke", api.error());
  const auto id = find_token(*api, wanted);
  if (!id) return complain("token revoke", id.error());
  const auto done = api->call("DELETE", "/user/tokens/" + *id);
  if (!done) return complain("token revoke", done.error());
  if (common.json) print_text(done->result.dump() + "\n");
  return 0;
}

}  // namespace

void add_token_commands(CLI::App& app, Chosen& chosen) {
  auto* token = app.add_subcommand("token", "Make, list and revoke tokens of the API")->require_subcommand(1);

  auto* make = token->add_subcommand("create", "Make a token and print it, this once");
  auto options = std::make_shared<CreateOptions>();
  add_common_options(*make, options->common);
  make->add_option("--name", options->name, "what it is for")->required();
  make->add_option("--permission", options->permissions,
                   "a permission group, such as \"DNS Write\"; may be repeated. Without: everything")
      ->type_name("NAME");
  make->add_option("--zone", options->zones, "only for this zone; may be repeated")->type_name("NAME");
  make->add_option("--expires", options->expires, "when it ends: \"30d\" or \"2027-01-31\"")
      ->type_name("WHEN");
  make->add_flag("--quiet", options->quiet, "print the token and nothing else");
  make->callback([&chosen, options] { chosen = [options] { return create(*options); }; });

  auto* show = token->add_subcommand("list", "List the tokens, without their values");
  auto common = std::make_shared<Common>();
  add_common_options(*show, *common);
  show->callback([&chosen, common] { chosen = [common] { return list(*common); }; });

  auto* remove = token->add_subcommand("revoke", "Delete a token; it is refused at once");
  auto revoked = std::make_shared<std::pair<Common, std::string>>();
  add_common_options(*remove, revoked->first);
  remove->add_option("token", revoked->second, "its id or its name")->required();
  remove->callback(
      [&chosen, revoked] { chosen = [revoked] { return revoke(revoked->first, revoked->second); }; });
}

}  // namespace brink::app::cli
