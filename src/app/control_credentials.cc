#include "app/control_credentials.h"

#include "control/api/node_keys.h"
#include "edge/credentials.h"
#include "tls/certificate.h"
#include "tls/local_ca.h"

#include <fmt/format.h>

namespace brink::app {

std::vector<ControlCredential> control_credentials(const config::Config& config) {
  const config::Control& control = config.control;
  std::vector<ControlCredential> credentials;
  if (control.needs_tls()) {
    tls::LocalLeafPaths paths{control.certificate, control.key};
    if (control.certificate.empty())
      paths = tls::local_leaf_paths(config.node.data_dir + "/ca", kControlLeafName);
    credentials.push_back({"control-certificate", paths.certificate});
    credentials.push_back({"control-key", paths.key});
  }
  if (!control.global_key.empty()) credentials.push_back({"control-global-key", control.global_key});
  if (!control.origin_ca_key.empty()) credentials.push_back({"control-origin-ca-key", control.origin_ca_key});
  if (!config.acme.ca.empty()) credentials.push_back({"acme-ca", config.acme.ca});
  if (!config.acme.external_account_key.empty())
    credentials.push_back({"acme-external-account-key", config.acme.external_account_key});
  return credentials;
}

std::vector<std::string> check_control_credentials(const config::Config& config) {
  const config::Control& control = config.control;
  std::vector<std::string> problems;
  const edge::ReadFile read = edge::files_on_disk();
  if (control.needs_tls() && !control.certificate.empty()) {
    const auto chain = read(control.certificate);
    const auto key = read(control.key);
    if (chain && key) {
      if (const auto certificate = tls::Certificate::parse(*chain, *key); !certificate) {
        problems.push_back(fmt::format("[control] certificate: {} with key {}: {}", control.certificate,
                                       control.key, certificate.error().text()));
      }
    }
  }
  for (const auto& [path, check] : {std::pair{&control.global_key, &control::api::check_global_key},
                                    std::pair{&control.origin_ca_key, &control::api::check_origin_ca_key}}) {
    const auto text = path->empty() ? Result<std::string>("") : read(*path);
    if (path->empty() || !text) continue;  // that it cannot be read is said elsewhere
    if (auto key = check(*text); !key) problems.push_back(key.error());
  }
  return problems;
}

}  // namespace brink::app
