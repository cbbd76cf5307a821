// brink apply: brings the running node's store to what brink.toml and zones.d/ say.
#include "app/cli/commands.h"
#include "app/cli/node.h"
#include "app/cli/output.h"
#include "config/read.h"
#include "control/apply/desired_state.h"

#include <cstdio>
#include <fstream>
#include <iterator>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace brink::app::cli {
namespace {

constexpr std::string_view kCommand = "apply";
constexpr int kWouldChange = 3;

struct Options {
  Common common;
  bool dry_run = false;
  bool prune = false;
};

struct Texts {
  config::Config config;
  std::string main;
  std::vector<control::apply::ZoneFile> files;
};

std::unexpected<std::vector<std::string>> lines_of(const std::vector<config::Problem>& problems) {
  std::vector<std::string> lines;
  for (const config::Problem& problem : problems) lines.push_back(problem.text());
  return std::unexpected(std::move(lines));
}

// Read and checked here, so that what is wrong is said without a node. Certificates are not looked at: they
// may be root's.
std::expected<Texts, std::vector<std::string>> read_texts(const std::string& path) {
  Texts texts;
  auto config = config::read_file(path);
  if (!config) return lines_of(config.error());
  std::ifstream file(path, std::ios::binary);
  texts.main = {std::istreambuf_iterator<char>(file), {}};
  auto files = control::apply::read_zone_files(config->node.zones_dir);
  if (!files) return lines_of(files.error());
  if (const auto desired = control::apply::desired_state(*config, *files); !desired)
    return lines_of(desired.error());
  texts.config = *std::move(config);
  texts.files = *std::move(files);
  return texts;
}

Json body_of(const Options& options, Texts texts) {
  Json body = {{"dry_run", options.dry_run},
               {"prune", options.prune},
               {"config", {{"path", options.common.config_path}, {"text", std::move(texts.main)}}},
               {"files", Json::array()}};
  for (control::apply::ZoneFile& file : texts.files)
    body["files"].push_back({{"path", file.path}, {"name", file.name}, {"text", std::move(file.text)}});
  return body;
}

std::string member_text(const Json& object, std::string_view name) {
  const Json* value = control::api::find_value(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::size_t count_of(const Json& steps, std::string_view action) {
  return static_cast<std::size_t>(
      std::ranges::count_if(steps, [&](const Json& step) { return member_text(step, "action") == action; }));
}

void print_plan(const Json& steps, bool dry_run) {
  for (const Json& step : steps) print_text(printable(member_text(step, "text")) + "\n");
  if (steps.empty()) return print_text("nothing to do\n");
  print_text(fmt::format("{}: {} to create, {} to change, {} to delete\n", dry_run ? "plan" : "done",
                         count_of(steps, "create"), count_of(steps, "update"), count_of(steps, "delete")));
}

int apply(const Options& options) {
  auto texts = read_texts(options.common.config_path);
  if (!texts) {
    for (const std::string& line : texts.error()) fmt::print(stderr, "{}\n", line);
    return 1;
  }
  const LocalApi api(texts->config.node.data_dir);
  const auto answer = api.call("POST", "/brink/apply", body_of(options, *std::move(texts)));
  if (!answer) return complain(kCommand, answer.error());
  const Json none = Json::array();
  const Json* found_steps = control::api::find_value(answer->result, "steps");
  const Json* found_failures = control::api::find_value(answer->result, "failures");
  const Json& steps = found_steps != nullptr && found_steps->is_array() ? *found_steps : none;
  const Json& failures = found_failures != nullptr && found_failures->is_array() ? *found_failures : none;
  if (options.common.json) {
    print_text(answer->result.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    print_plan(steps, options.dry_run);
  }
  for (const Json& failure : failures) {
    const std::string place = member_text(failure, "place");
    fmt::print(stderr, "{}{}{}: {}\n", printable(place), place.empty() ? "" : ": ",
               printable(member_text(failure, "zone")), printable(member_text(failure, "message")));
  }
  if (!failures.empty()) return 1;
  return options.dry_run && !steps.empty() ? kWouldChange : 0;
}

}  // namespace

void add_apply_command(CLI::App& app, Chosen& chosen) {
  auto* command = app.add_subcommand(
      "apply", "Bring the running node to what brink.toml and zones.d say, and print what changes");
  auto options = std::make_shared<Options>();
  add_common_options(*command, options->common);
  command->add_flag("--dry-run", options->dry_run,
                    "change nothing; the exit code is 3 where something would change");
  command->add_flag("--prune", options->prune,
                    "delete zones that no file declares any more, also with what the API added to them");
  command->callback([&chosen, options] { chosen = [options] { return apply(*options); }; });
}

}  // namespace brink::app::cli
