#include "app/local_certificates.h"

#include "app/control_credentials.h"
#include "net/resolver.h"
#include "tls/local_ca.h"
#include "tls/origin_ca.h"

#include <unistd.h>

#include <fmt/format.h>

namespace brink::app {
namespace {

struct Wanted {
  std::string name;
  std::vector<std::string> hosts;
};

// The address that it listens on, where that is one; and the names of this machine.
std::vector<std::string> names_of_control(const config::Config& config) {
  std::vector<std::string> names = {"localhost"};
  char host[256] = {};
  if (::gethostname(host, sizeof host - 1) == 0 && net::is_host_name(host)) names.emplace_back(host);
  const net::IpAddress& address = config.control.listen.ip();
  const bool is_any = address == net::IpAddress() || address == net::IpAddress::v4(0);
  if (!is_any) names.push_back(address.text());
  return names;
}

}  // namespace

std::expected<void, std::string> make_local_certificates(const config::Config& config) {
  std::vector<Wanted> wanted;
  if (!config.edge.https.empty()) {
    for (const config::Zone& zone : config.zones) {
      if (zone.certificates.empty()) wanted.push_back({zone.name, zone.hosts});
    }
  }
  if (config.control.needs_tls() && config.control.certificate.empty())
    wanted.push_back({kControlLeafName, names_of_control(config)});
  // The edge trusts it for origins from its first request on.
  if (auto origin_ca =
          tls::OriginCa::open(tls::origin_ca_directory(config.node.data_dir), tls::system_wall_clock());
      !origin_ca)
    return std::unexpected(fmt::format(
        "the origin CA in {}: {}", tls::origin_ca_directory(config.node.data_dir), origin_ca.error().text()));
  if (wanted.empty()) return {};

  auto ca = tls::LocalCa::open(config.node.data_dir + "/ca", tls::system_wall_clock());
  if (!ca)
    return std::unexpected(fmt::format("the local CA in {}/ca: {}", config.node.data_dir, ca.error().text()));
  for (const Wanted& each : wanted) {
    if (auto leaf = ca->ensure_leaf(each.name, each.hosts); !leaf) {
      return std::unexpected(
          fmt::format("a certificate of the local CA for {}: {}", each.name, leaf.error().text()));
    }
  }
  return {};
}

}  // namespace brink::app
