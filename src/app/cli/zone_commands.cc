// brink zone list, create and delete.
#include "app/cli/commands.h"
#include "app/cli/node.h"
#include "app/cli/output.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace brink::app::cli {
namespace {

struct Options {
  Common common;
  std::string name;
};

const std::vector<Column> kColumns = {
    {"ID", "id"}, {"NAME", "name"}, {"STATUS", "status"}, {"PAUSED", "paused"}, {"CREATED", "created_on"}};

int list(const Options& options) {
  const auto api = api_of(options.common);
  if (!api) return complain("zone list", api.error());
  const auto zones = api->list("/zones");
  if (!zones) return complain("zone list", zones.error());
  print_rows(*zones, kColumns, options.common.json);
  return 0;
}

int create(const Options& options) {
  const auto api = api_of(options.common);
  if (!api) return complain("zone create", api.error());
  const auto account = account_id_of(*api);
  if (!account) return complain("zone create", account.error());
  const auto made = api->call("POST", "/zones",
                              {{"name", options.name}, {"account", {{"id", *account}}}, {"type", "full"}});
  if (!made) return complain("zone create", made.error());
  print_rows(options.common.json ? made->result : Json::array({made->result}), kColumns, options.common.json);
  return 0;
}

int remove(const Options& options) {
  const auto api = api_of(options.common);
  if (!api) return complain("zone delete", api.error());
  const auto id = zone_id_of(*api, options.name);
  if (!id) return complain("zone delete", id.error());
  const auto done = api->call("DELETE", "/zones/" + *id);
  if (!done) return complain("zone delete", done.error());
  if (options.common.json) print_text(done->result.dump() + "\n");
  return 0;
}

}  // namespace

void add_zone_commands(CLI::App& app, Chosen& chosen) {
  auto* zone = app.add_subcommand("zone", "List, make and delete zones")->require_subcommand(1);
  const auto add = [&](const char* name, const char* meaning, bool with_name, int (*run)(const Options&)) {
    auto* command = zone->add_subcommand(name, meaning);
    auto options = std::make_shared<Options>();
    add_common_options(*command, options->common);
    if (with_name) command->add_option("name", options->name, "the zone's name")->required();
    command->callback([&chosen, options, run] { chosen = [options, run] { return run(*options); }; });
  };
  add("list", "List the zones", false, list);
  add("create", "Make a zone", true, create);
  add("delete", "Delete a zone with all that belongs to it", true, remove);
}

}  // namespace brink::app::cli
