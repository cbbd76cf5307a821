#include "control/node_facts.h"

#include "net/address.h"

#include <memory>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <fmt/format.h>

namespace brink::control {
namespace {

bool is_link_local(const net::IpAddress& address) {
  if (address.is_v4()) return address.bytes()[12] == 169 && address.bytes()[13] == 254;
  return address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0) == 0x80;
}

void add(api::NodeFacts& facts, const std::string& network) {
  (network.contains(':') ? facts.ipv6_networks : facts.ipv4_networks).push_back(network);
}

// The addresses of the interfaces that lead anywhere.
void add_interfaces(api::NodeFacts& facts) {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> list(first, ::freeifaddrs);
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || (each->ifa_flags & IFF_UP) == 0) continue;
    const bool v4 = each->ifa_addr->sa_family == AF_INET;
    if (!v4 && each->ifa_addr->sa_family != AF_INET6) continue;
    const auto address =
        net::SocketAddress::from_native(each->ifa_addr, v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    if (!address || address->ip().is_loopback() || is_link_local(address->ip())) continue;
    add(facts, fmt::format("{}/{}", address->ip().text(), v4 ? 32 : 128));
  }
}

}  // namespace

api::NodeFacts node_facts(const config::Config& config) {
  api::NodeFacts facts;
  facts.name_servers = config.node.name_servers;
  facts.activate_zones_at_once = config.control.activate_zones;
  for (const net::IpNetwork& network : config.node.addresses) add(facts, network.text());
  if (config.node.addresses.empty()) add_interfaces(facts);
  return facts;
}

}  // namespace brink::control
