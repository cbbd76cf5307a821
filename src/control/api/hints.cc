// What people's scripts still ask for and Brink has in another form, or not at all (api.md 5.19).
#include "control/api/routes.h"

namespace brink::control::api {
namespace {

struct Hint {
  bool of_zone;           // below /zones/{id}; else below /accounts/{id}
  std::string_view path;  // as the path goes on
  std::string_view text;
};

constexpr Hint kHints[] = {
    {true, "/firewall/rules", "firewall rules are custom rules of a ruleset in Brink"},
    {true, "/filters", "filters are expressions in the rules of a ruleset in Brink"},
    {true, "/rate_limits", "rate limits are rate limiting rules of a ruleset in Brink"},
    {true, "/firewall/waf", "the managed rules of the firewall are managed rulesets in Brink"},
    {true, "/healthchecks",
     "Brink has no standalone health checks; origins are watched by load balancers' monitors"},
    {true, "/waiting_rooms", "Brink has no waiting rooms"},
    {true, "/snippets", "Brink has no snippets; a Worker does the same"},
    {true, "/cloud_connector", "Brink has no cloud connector; origin rules do the same"},
    {true, "/page_shield", "Brink has no page shield"},
    {true, "/spectrum", "Brink has no Spectrum"},
    {false, "/cfd_tunnel", "Brink has no tunnels"},
    {true, "/analytics", "the node's numbers are at /metrics of its control listener"},
    {true, "/pagerules", "Brink has no page rules; rules of a ruleset do the same"},
};

// Takes the first segment and the id after it off the path.
std::string_view below_id(std::string_view path, std::string_view collection) {
  if (!path.starts_with(collection)) return {};
  path.remove_prefix(collection.size());
  const auto slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(slash);
}

}  // namespace

std::string_view hint_for(std::string_view path) {
  if (path == "/graphql")
    return "the node's numbers are at /metrics of its control listener, and in its logs";
  if (path.starts_with("/user/firewall")) return "IP access rules belong to an account or a zone in Brink";
  const std::string_view of_zone = below_id(path, "/zones/");
  const std::string_view of_account = below_id(path, "/accounts/");
  for (const Hint& hint : kHints) {
    const std::string_view rest = hint.of_zone ? of_zone : of_account;
    if (rest == hint.path || (rest.starts_with(hint.path) && rest[hint.path.size()] == '/')) return hint.text;
  }
  return {};
}

}  // namespace brink::control::api
