#include "app/command_line.h"

#include "app/cli/commands.h"
#include "app/configuration.h"
#include "app/role.h"
#include "app/supervisor.h"
#include "app/upgrade.h"
#include "config/documentation.h"
#include "control/api/endpoint.h"
#include "edge/stages.h"
#include "http/exchange_fields.h"
#include "rules/documentation.h"
#include "telemetry/documentation.h"

#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace brink::app {
namespace {

struct Documentation {
  std::string_view name;
  std::string (*write)();
};
constexpr Documentation kDocumentation[] = {
    {"configuration", config::documentation},
    {"metrics", telemetry::documentation},
    {"access-log", http::exchange_fields_documentation},
    {"stages", edge::stages_documentation},
    {"api", control::api::endpoints_documentation},
    {"rules", rules::documentation},
};

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int check(const std::string& path) {
  const auto loaded = load_configuration(path);
  if (!loaded) {
    for (const std::string& problem : loaded.error()) fmt::print(stderr, "{}\n", problem);
    fmt::print(stderr, "{}: {} problem{}\n", path, loaded.error().size(),
               loaded.error().size() == 1 ? "" : "s");
    return 1;
  }
  print(fmt::format("{}: good ({} zone{})\n", path, loaded->config.zones.size(),
                    loaded->config.zones.size() == 1 ? "" : "s"));
  return 0;
}

int document(const std::string& page) {
  for (const Documentation& known : kDocumentation) {
    if (known.name == page) {
      print(known.write());
      return 0;
    }
  }
  return 2;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app("Brink: an edge network that people run themselves.", "brink");
  app.require_subcommand(1);
  app.set_version_flag("--version", "brink " BRINK_VERSION);

  std::string config_path, origin_url;
  auto* run = app.add_subcommand("run", "Serve: start the supervisor and its roles");
  auto* run_config =
      run->add_option("--config", config_path, "the configuration file, brink.toml")->type_name("FILE");
  run->add_option("--origin", origin_url,
                  "serve this origin on ports 8080 and 8443 without a configuration file")
      ->type_name("URL")
      ->excludes(run_config);
  int resume_descriptor = -1;
  run->add_option("--resume", resume_descriptor)->group("");

  std::string check_path;
  auto* check_command =
      app.add_subcommand("check", "Check a configuration file and print every problem in it");
  check_command->add_option("--config", check_path, "the configuration file")->type_name("FILE")->required();

  std::string upgrade_path;
  auto* upgrade_command = app.add_subcommand(
      "upgrade", "Have the running Brink start the installed program and hand it the sockets");
  upgrade_command->add_option("--config", upgrade_path, "the configuration file of the running Brink")
      ->type_name("FILE")
      ->required();

  std::string page;
  auto* docs = app.add_subcommand(
      "docs", "Print a reference page: configuration, metrics, access-log, stages, api or rules");
  docs->add_option("page", page, "which page")
      ->required()
      ->check(CLI::IsMember({"configuration", "metrics", "access-log", "stages", "api", "rules"}));

  cli::Chosen chosen;
  cli::add_token_commands(app, chosen);
  cli::add_zone_commands(app, chosen);
  cli::add_dns_commands(app, chosen);
  cli::add_certificate_commands(app, chosen);
  cli::add_audit_command(app, chosen);
  cli::add_apply_command(app, chosen);
  cli::add_store_commands(app, chosen);
  cli::add_rules_commands(app, chosen);

  auto* version = app.add_subcommand("version", "Print the version");
  auto* help = app.add_subcommand("help", "Print this help, or that of a command");
  std::string help_of;
  help->add_option("command", help_of, "a command");

  std::string role_name;
  int role_channel = -1;
  auto* role =
      app.add_subcommand("role", "Be one role of a running Brink; started by the supervisor")->group("");
  role->add_option("name", role_name)->required();
  role->add_option("--channel", role_channel)->required();

  const std::string overview =
      app.help();  // once a command has been parsed, the library prints that one's help
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }

  if (chosen) return chosen();
  if (*version) {
    print("brink " BRINK_VERSION "\n");
    return 0;
  }
  if (*help) {
    if (help_of.empty()) {
      print(overview);
      return 0;
    }
    const auto commands =
        app.get_subcommands([&](const CLI::App* each) { return each->get_name() == help_of; });
    if (commands.empty()) {
      fmt::print(stderr, "brink: no command \"{}\"; \"brink help\" lists them\n", help_of);
      return 2;
    }
    print(commands.front()->help());
    return 0;
  }
  if (*check_command) return check(check_path);
  if (*upgrade_command) return upgrade(upgrade_path);
  if (*docs) return document(page);
  if (*role) return run_role(role_name, role_channel);

  if (config_path.empty() && origin_url.empty()) {
    fmt::print(stderr,
               "brink run: say what to serve: --config brink.toml, or --origin http://127.0.0.1:3000\n");
    return 2;
  }
  return Supervisor({.config_path = config_path,
                     .origin_url = origin_url,
                     .program = argv[0],
                     .resume_descriptor = resume_descriptor})
      .run();
}

}  // namespace brink::app
