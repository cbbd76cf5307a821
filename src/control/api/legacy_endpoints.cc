// What other programs still ask for, and must get an answer to that they can go on with (api.md 5.19).
#include "control/api/endpoint_groups.h"
#include "control/api/page.h"

namespace brink::control::api {
namespace {

// octoDNS asks for every zone, and only wants to know that there are none.
Task<Outcome<Answer>> list_page_rules(Call&) { co_return one_page(Json::array()); }

Task<Outcome<Answer>> refuse_page_rule(Call&) {
  co_return refuse(codes::kNotSupported, "Brink has no page rules; rules of a ruleset do the same");
}

constexpr Endpoint kEndpoints[] = {
    {http::Method::kGet, "/zones/{zone_id}/pagerules", Where::kZone, reads(Area::kPageRules), Content::kNone,
     list_page_rules, "An empty list: Brink has no page rules."},
    {http::Method::kPost, "/zones/{zone_id}/pagerules", Where::kZone, writes(Area::kPageRules),
     Content::kNone, refuse_page_rule, "Refused, with a hint at rulesets."},
};

}  // namespace

std::span<const Endpoint> legacy_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
