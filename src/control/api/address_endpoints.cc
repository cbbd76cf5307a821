// GET /ips (api.md 5.13).
#include "control/api/endpoint_groups.h"
#include "tls/digest.h"

namespace brink::control::api {
namespace {

Task<Outcome<Answer>> get_ips(Call& call) {
  const NodeFacts& node = call.services.node;
  Json result = {{"ipv4_cidrs", node.ipv4_networks}, {"ipv6_cidrs", node.ipv6_networks}};
  result["etag"] = tls::md5_hex(json_text(result));
  // Brink has no partner network there: the list is empty, as for those who have none at Cloudflare.
  if (const auto networks = call.query.all("networks");
      std::ranges::find(networks, "jdcloud") != networks.end())
    result["jdcloud_cidrs"] = Json::array();
  co_return Answer::of(std::move(result));
}

constexpr Endpoint kEndpoints[] = {
    {http::Method::kGet, "/ips", Where::kPublic, std::nullopt, Content::kNone, get_ips,
     "The networks from which the node speaks to origins: `[node] addresses`.", true},
};

}  // namespace

std::span<const Endpoint> address_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
