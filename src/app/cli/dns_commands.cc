// brink dns list, add and delete.
#include "app/cli/commands.h"
#include "app/cli/node.h"
#include "app/cli/output.h"

#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace brink::app::cli {
namespace {

struct Options {
  Common common;
  std::string zone;
  std::string record;  // of delete: an id
  std::string name;
  std::string type;
  std::string content;
  std::uint32_t ttl = 1;
  std::optional<std::uint16_t> priority;
  bool proxied = false;
};

const std::vector<Column> kColumns = {{"ID", "id"},   {"NAME", "name"},       {"TYPE", "type"},
                                      {"TTL", "ttl"}, {"PROXIED", "proxied"}, {"CONTENT", "content"}};

// The path of the zone's records.
std::expected<std::string, std::string> records_path(const LocalApi& api, const std::string& zone) {
  const auto id = zone_id_of(api, zone);
  if (!id) return std::unexpected(id.error());
  return fmt::format("/zones/{}/dns_records", *id);
}

int list(const Options& options) {
  const auto api = api_of(options.common);
  if (!api) return complain("dns list", api.error());
  const auto path = records_path(*api, options.zone);
  if (!path) return complain("dns list", path.error());
  const auto records = api->list(*path);
  if (!records) return complain("dns list", records.error());
  print_rows(*records, kColumns, options.common.json);
  return 0;
}

int add(const Options& options) {
  const auto api = api_of(options.common);
  if (!api) return complain("dns add", api.error());
  const auto path = records_path(*api, options.zone);
  if (!path) return complain("dns add", path.error());
  Json body = {{"name", options.name},
               {"type", options.type},
               {"content", options.content},
               {"ttl", options.ttl},
               {"proxied", options.proxied}};
  if (options.priority) body["priority"] = *options.priority;
  const auto made = api->call("POST", *path, body);
  if (!made) return complain("dns add", made.error());
  print_rows(options.common.json ? made->result : Json::array({made->result}), kColumns, options.common.json);
  return 0;
}

int remove(const Options& options) {
  const auto api = api_of(options.common);
  if (!api) return complain("dns delete", api.error());
  const auto path = records_path(*api, options.zone);
  if (!path) return complain("dns delete", path.error());
  const auto done = api->call("DELETE", fmt::format("{}/{}", *path, percent_encoded(options.record)));
  if (!done) return complain("dns delete", done.error());
  if (options.common.json) print_text(done->result.dump() + "\n");
  return 0;
}

}  // namespace

void add_dns_commands(CLI::App& app, Chosen& chosen) {
  auto* dns = app.add_subcommand("dns", "List, add and delete a zone's DNS records")->require_subcommand(1);
  const auto command = [&](const char* name, const char* meaning, int (*run)(const Options&)) {
    auto* made = dns->add_subcommand(name, meaning);
    auto options = std::make_shared<Options>();
    add_common_options(*made, options->common);
    made->add_option("zone", options->zone, "the zone's name")->required();
    made->callback([&chosen, options, run] { chosen = [options, run] { return run(*options); }; });
    return std::pair(made, options.get());
  };
  command("list", "List the records", list);

  auto [adding, added] = command("add", "Add a record", add);
  adding->add_option("name", added->name, "its name: relative to the zone, or \"@\"")->required();
  adding->add_option("type", added->type, "A, AAAA, CNAME, TXT, MX, ...")->required();
  adding->add_option("content", added->content, "its content")->required();
  adding->add_option("--ttl", added->ttl, "seconds; 1 is automatic");
  adding->add_option("--priority", added->priority, "of MX and URI");
  adding->add_flag("--proxied", added->proxied, "serve its host through this edge");

  auto [removing, removed] = command("delete", "Delete a record", remove);
  removing->add_option("record", removed->record, "its id, as \"brink dns list\" shows it")->required();
}

}  // namespace brink::app::cli
