// Which node a command talks to: the one of a configuration file.
#pragma once

#include "app/cli/local_api.h"

#include <expected>
#include <string>

namespace CLI {
class App;
}

namespace brink::app::cli {

// The options that every command has.
struct Common {
  std::string config_path;
  bool json = false;
};
void add_common_options(CLI::App& command, Common& common);

// Reads data_dir out of the file, and nothing but: certificates may be root's.
[[nodiscard]] std::expected<std::string, std::string> data_dir_of(const Common& common);
[[nodiscard]] std::expected<LocalApi, std::string> api_of(const Common& common);

// The id of the zone of that name.
[[nodiscard]] std::expected<std::string, std::string> zone_id_of(const LocalApi& api,
                                                                 const std::string& name);
// The id of the node's first account.
[[nodiscard]] std::expected<std::string, std::string> account_id_of(const LocalApi& api);

}  // namespace brink::app::cli
