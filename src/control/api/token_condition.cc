#include "control/api/token_condition.h"

#include <algorithm>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

std::unexpected<ApiError> wrong(std::string pointer, std::string text) {
  return std::unexpected(ApiError(codes::kInvalid, std::move(text)).at(std::move(pointer)));
}

Outcome<std::vector<net::IpNetwork>> parse_networks(const Json& request_ip, std::string_view name) {
  const std::string place = fmt::format("/condition/request_ip/{}", name);
  std::vector<net::IpNetwork> networks;
  const Json* list = find_value(request_ip, name);
  if (list == nullptr) return networks;
  if (!list->is_array() || list->size() > kMaxConditionNetworks)
    return wrong(place,
                 fmt::format("{}: must be an array of at most {} networks", name, kMaxConditionNetworks));
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto* text = (*list)[i].get_ptr<const std::string*>();
    const auto network = text == nullptr ? std::nullopt : net::IpNetwork::parse(*text);
    if (!network)
      return wrong(fmt::format("{}/{}", place, i),
                   R"(must be a network such as "192.0.2.0/24" or "2001:db8::/32")");
    networks.push_back(*network);
  }
  return networks;
}

bool any_contains(const std::vector<net::IpNetwork>& networks, const net::IpAddress& address) {
  return std::ranges::any_of(networks, [&](const net::IpNetwork& each) { return each.contains(address); });
}

}  // namespace

Outcome<TokenCondition> TokenCondition::parse(const Json& json) {
  TokenCondition condition;
  if (json.is_null()) return condition;
  if (!json.is_object()) return wrong("/condition", "condition: must be an object");
  for (const auto& [name, value] : json.items()) {
    // A condition that is not understood must not be taken for none.
    if (name != "request_ip") return wrong("/condition", R"(condition: only "request_ip" is known)");
  }
  const Json* request_ip = find_value(json, "request_ip");
  if (request_ip == nullptr) return condition;
  if (!request_ip->is_object()) return wrong("/condition/request_ip", "request_ip: must be an object");
  condition.in_ = BRINK_TRY(parse_networks(*request_ip, "in"));
  condition.not_in_ = BRINK_TRY(parse_networks(*request_ip, "not_in"));
  return condition;
}

bool TokenCondition::admits(const net::IpAddress& address) const {
  return (in_.empty() || any_contains(in_, address)) && !any_contains(not_in_, address);
}

}  // namespace brink::control::api
