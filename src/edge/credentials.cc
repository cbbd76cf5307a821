#include "edge/credentials.h"

#include "runtime/role_message.h"
#include "tls/file.h"
#include "tls/local_ca.h"

#include <cerrno>
#include <memory>

namespace brink::edge {

std::vector<config::Certificate> certificate_files(const config::Zone& zone, const std::string& data_dir) {
  if (!zone.certificates.empty()) return zone.certificates;
  const tls::LocalLeafPaths local = tls::local_leaf_paths(data_dir + "/ca", zone.name);
  return {{local.certificate, local.key, ""}};
}

std::vector<std::string> credential_paths(const config::Config& config) {
  std::vector<std::string> paths;
  const auto add = [&](const std::string& path) {
    if (!path.empty()) paths.push_back(path);
  };
  for (const config::Zone& zone : config.zones) {
    if (!config.edge.https.empty()) {
      for (const config::Certificate& files : certificate_files(zone, config.node.data_dir)) {
        add(files.certificate);
        add(files.key);
        add(files.ocsp);
      }
    }
    add(zone.origin_ca);
    add(zone.origin_client_certificate);
    add(zone.origin_client_key);
  }
  return paths;
}

ReadFile files_on_disk() {
  return [](const std::string& path) { return tls::read_file(path); };
}

std::string bundle_credentials(const config::Config& config) {
  RoleMessage bundle;
  bundle.kind = "credentials";
  for (const std::string& path : credential_paths(config)) {
    if (auto content = tls::read_file(path)) bundle.values.emplace_back(path, std::move(*content));
  }
  return bundle.encode();
}

std::optional<ReadFile> files_in_bundle(std::string_view bundle) {
  auto message = RoleMessage::decode(bundle, {});
  if (!message || message->kind != "credentials") return std::nullopt;
  auto contents = std::make_shared<std::map<std::string, std::string>>();
  for (auto& [path, content] : message->values)
    contents->insert_or_assign(std::move(path), std::move(content));
  return [contents](const std::string& path) -> Result<std::string> {
    const auto found = contents->find(path);
    if (found == contents->end()) return fail_errno(ENOENT);
    return found->second;
  };
}

}  // namespace brink::edge
