#include "app/cli/node.h"

#include "config/read.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace brink::app::cli {
namespace {

std::expected<std::string, std::string> id_of_first(const Json& list, std::string_view what) {
  const Json* id = list.is_array() && !list.empty() ? control::api::find_value(list[0], "id") : nullptr;
  if (id == nullptr || !id->is_string()) return std::unexpected(fmt::format("there is no {}", what));
  return id->get<std::string>();
}

}  // namespace

void add_common_options(CLI::App& command, Common& common) {
  command.add_option("--config", common.config_path, "the configuration file of the running Brink")
      ->type_name("FILE")
      ->required();
  command.add_flag("--json", common.json, "print JSON, for programs");
}

std::expected<std::string, std::string> data_dir_of(const Common& common) {
  const auto config = config::read_file(common.config_path);
  if (!config) return std::unexpected(config.error().front().text());
  return config->node.data_dir;
}

std::expected<LocalApi, std::string> api_of(const Common& common) {
  auto data_dir = data_dir_of(common);
  if (!data_dir) return std::unexpected(data_dir.error());
  return LocalApi(*std::move(data_dir));
}

std::expected<std::string, std::string> zone_id_of(const LocalApi& api, const std::string& name) {
  const auto found = api.call("GET", "/zones?name=" + percent_encoded(name));
  if (!found) return std::unexpected(found.error());
  return id_of_first(found->result, "zone " + name);
}

std::expected<std::string, std::string> account_id_of(const LocalApi& api) {
  const auto found = api.call("GET", "/accounts?per_page=1");
  if (!found) return std::unexpected(found.error());
  return id_of_first(found->result, "account");
}

}  // namespace brink::app::cli
