// brink audit: who changed what.
#include "app/cli/commands.h"
#include "app/cli/node.h"
#include "app/cli/output.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace brink::app::cli {
namespace {

struct Options {
  Common common;
  std::string since;
  std::string zone;
  std::uint32_t most = 50;
};

int show(const Options& options) {
  const auto api = api_of(options.common);
  if (!api) return complain("audit", api.error());
  const auto account = account_id_of(*api);
  if (!account) return complain("audit", account.error());
  std::string path = fmt::format("/accounts/{}/audit_logs?per_page={}", *account, options.most);
  if (!options.since.empty()) path += "&since=" + percent_encoded(options.since);
  if (!options.zone.empty()) path += "&zone.name=" + percent_encoded(options.zone);
  const auto entries = api->call("GET", path);
  if (!entries) return complain("audit", entries.error());
  print_rows(entries->result,
             {{"WHEN", "when"},
              {"ACTION", "action.type"},
              {"GOOD", "action.result"},
              {"WHO", "actor.email"},
              {"FROM", "actor.ip"},
              {"TOKEN", "metadata.token_name"},
              {"WHAT", "resource.type"},
              {"ID", "resource.id"}},
             options.common.json);
  return 0;
}

}  // namespace

void add_audit_command(CLI::App& app, Chosen& chosen) {
  auto* audit = app.add_subcommand("audit", "Show who changed what through the API, the newest first");
  auto options = std::make_shared<Options>();
  add_common_options(*audit, options->common);
  audit->add_option("--since", options->since, "a date or a time")->type_name("WHEN");
  audit->add_option("--zone", options->zone, "only of this zone")->type_name("NAME");
  audit->add_option("-n", options->most, "how many entries, at most 1000")->check(CLI::Range(1, 1000));
  audit->callback([&chosen, options] { chosen = [options] { return show(*options); }; });
}

}  // namespace brink::app::cli
