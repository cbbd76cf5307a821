#include "base/ascii.h"
#include "net/address.h"
#include "rules/read_act.h"

namespace brink::rules {
namespace {

constexpr std::size_t kMaxHostBytes = 253;

// A host name (RFC 1123 section 2.1, with _ as real names have it), without a port.
bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxHostBytes) return false;
  std::size_t label = 0;
  for (const char c : text) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_') return false;
    if (++label > 63) return false;
  }
  return label != 0;
}

std::optional<std::string> read_host(Members& members, std::string_view name, bool address_is_good) {
  auto host = members.text(name, 1, kMaxHostBytes);
  if (!host || is_host_name(*host)) return host;
  if (address_is_good && net::IpAddress::parse(*host)) return host;
  members.wrong(name, address_is_good ? "it must be a host name or an IP address" : "it must be a host name");
  return std::nullopt;
}

}  // namespace

std::optional<Act> read::route(Members& parameters, RuleReading&) {
  if (parameters.json().empty()) parameters.wrong_whole("route needs at least one member");
  Route route;
  route.host_header = read_host(parameters, "host_header", true);
  if (auto origin = parameters.object("origin")) {
    if (origin->json().empty()) origin->wrong_whole("it needs host or port, or both");
    route.origin_host = read_host(*origin, "host", true);
    if (const auto port = origin->integer("port", 1, 65'535))
      route.origin_port = static_cast<std::uint16_t>(*port);
    origin->finish();
  }
  if (auto sni = parameters.object("sni")) {
    if (!sni->has("value")) sni->missing("value");
    route.sni = read_host(*sni, "value", false);
    sni->finish();
  }
  parameters.finish();
  return route;
}

}  // namespace brink::rules
