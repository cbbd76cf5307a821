#include "app/control_credentials.h"

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
  if (!control.global_key.empty()) {
    const auto text = read(control.global_key);
    const std::size_t size = text ? std::min(text->find_first_of("\r\n"), text->size()) : 0;
    if (text && (size < 32 || size > 256))
      problems.push_back("[control] global_key: the file's first line must have 32 to 256 characters");
  }
  return problems;
}

}  // namespace brink::app
