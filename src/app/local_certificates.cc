#include "app/local_certificates.h"

#include "tls/local_ca.h"

#include <fmt/format.h>

namespace brink::app {

std::expected<void, std::string> make_local_certificates(const config::Config& config) {
  if (config.edge.https.empty()) return {};
  std::optional<tls::LocalCa> ca;
  for (const config::Zone& zone : config.zones) {
    if (!zone.certificates.empty()) continue;
    if (!ca) {
      auto opened = tls::LocalCa::open(config.node.data_dir + "/ca", tls::system_wall_clock());
      if (!opened)
        return std::unexpected(
            fmt::format("the local CA in {}/ca: {}", config.node.data_dir, opened.error().text()));
      ca.emplace(std::move(*opened));
    }
    if (auto leaf = ca->ensure_leaf(zone.name, zone.hosts); !leaf) {
      return std::unexpected(
          fmt::format("a certificate of the local CA for {}: {}", zone.name, leaf.error().text()));
    }
  }
  return {};
}

}  // namespace brink::app
