// Reads the configuration whole: brink.toml, the zones of zones.d, and the certificates and keys they name,
// so that what is wrong is said before anything is started or replaced.
#pragma once

#include "config/config.h"
#include "control/apply/zone_files.h"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace brink::app {

struct LoadedConfiguration {
  config::Config config;
  std::string text;  // of the file, as the roles are to read it
  std::string path;
  std::vector<control::apply::ZoneFile> zone_files;  // of zones.d, likewise
};

// Every problem as a line of text that names the file, the line where there is one, and the key.
[[nodiscard]] std::expected<LoadedConfiguration, std::vector<std::string>> load_configuration(
    const std::string& path);
[[nodiscard]] std::expected<LoadedConfiguration, std::vector<std::string>> configuration_for_origin(
    std::string_view url);

}  // namespace brink::app
