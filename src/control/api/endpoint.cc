#include "control/api/endpoint.h"

#include "control/api/endpoint_groups.h"
#include "control/api/routes.h"

#include <string>
#include <vector>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

struct Group {
  std::string_view heading;
  std::span<const Endpoint> (*rows)();
};

constexpr Group kGroups[] = {
    {"User and memberships", user_endpoints},
    {"Accounts", account_endpoints},
    {"Tokens", token_endpoints},
    {"Zones", zone_endpoints},
    {"Zone settings", setting_endpoints},
    {"DNS records", dns_record_endpoints},
    {"Custom certificates", certificate_endpoints},
    {"Origin CA", origin_ca_endpoints},
    {"Rulesets", ruleset_endpoints},
    {"Lists", list_endpoints},
    {"URL normalization", url_normalization_endpoints},
    {"IP access rules, user agent rules, zone lockdowns", older_rule_endpoints},
    {"Addresses", address_endpoints},
    {"Audit logs", audit_endpoints},
    {"Declarative files", apply_endpoints},
    {"What other programs still ask for", legacy_endpoints},
};

constexpr std::string_view kBefore = R"md(# The control API

<!-- Made by `brink docs api` from the tables in src/control/api. -->

Paths, JSON, errors and paging are those of Cloudflare's API v4, so that its clients work: set their base URL to
`http://127.0.0.1:8787/client/v4` (the listener of `[control]` in brink.toml). Everything is logged: `brink audit`.

```console
$ brink token create --name me --config brink.toml --quiet > token
$ curl -H "Authorization: Bearer $(cat token)" http://127.0.0.1:8787/client/v4/zones
```

The owner of the node needs no token over the Unix socket `control.sock` in the data directory; that is what the command
line uses. Tools that know only `X-Auth-Email` and `X-Auth-Key` work where `[control] global_key` names a key;
for `/certificates` alone, `X-Auth-User-Service-Key` with the key of `[control] origin_ca_key`.

An answer has `success`, `errors`, `messages` and `result`, lists `result_info` too. Where the permission column is empty any
token will do. **SDK**: driven by the `cloudflare` package from npm in Brink's tests.
)md";

std::string permission_text(const Endpoint& endpoint) {
  if (endpoint.where == Where::kPublic) return "none: public";
  return endpoint.permission ? group_of(*endpoint.permission).name : "";
}

void write_permissions(std::string& out) {
  out +=
      "\n## Permission groups\n\nTo write is to read too. Deny wins over allow. What is granted on an "
      "account holds in "
      "its zones.\n\n| name | id | scope |\n|---|---|---|\n";
  for (const PermissionGroup& group : permission_groups()) {
    std::string scopes;
    for (const auto& [scope, name] : {std::pair{kZoneScope, "zone"}, std::pair{kAccountScope, "account"},
                                      std::pair{kUserScope, "user"}, std::pair{kBucketScope, "bucket"}}) {
      if ((group.scopes & scope) != 0) scopes += fmt::format("{}{}", scopes.empty() ? "" : ", ", name);
    }
    out += fmt::format("| {} | `{}` | {} |\n", group.name, group.id, scopes);
  }
}

void write_errors(std::string& out) {
  out += "\n## Error codes\n\n| code | status | says |\n|---|---|---|\n";
  for (const ErrorCode& code : error_codes())
    out += fmt::format("| {} | {} | {} |\n", code.code, code.status, code.text);
}

}  // namespace

std::string_view method_text(http::Method method) {
  switch (method) {
    case http::Method::kGet: return "GET";
    case http::Method::kPost: return "POST";
    case http::Method::kPut: return "PUT";
    case http::Method::kPatch: return "PATCH";
    case http::Method::kDelete: return "DELETE";
    default: return "";
  }
}

std::span<const Endpoint> endpoints() {
  static const std::vector<Endpoint> all = [] {
    std::vector<Endpoint> rows;
    for (const Group& group : kGroups) rows.insert(rows.end(), group.rows().begin(), group.rows().end());
    return rows;
  }();
  return all;
}

std::string endpoints_documentation() {
  std::string out(kBefore);
  for (const Group& group : kGroups) {
    out += fmt::format("\n## {}\n\n| call | permission | SDK | what it does |\n|---|---|---|---|\n",
                       group.heading);
    for (const Endpoint& endpoint : group.rows()) {
      out += fmt::format("| {} `{}` | {} | {} | {} |\n", method_text(endpoint.method), endpoint.path,
                         permission_text(endpoint), endpoint.sdk ? "yes" : "", endpoint.meaning);
    }
  }
  write_permissions(out);
  write_errors(out);
  return out;
}

}  // namespace brink::control::api
