// brink store check: reads the whole store, while the node may be running, and says what is not as it should
// be.
#include "app/cli/commands.h"
#include "app/cli/node.h"
#include "app/cli/output.h"
#include "store/check.h"
#include "store/environment.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace brink::app::cli {
namespace {

void show_progress(std::uint64_t rows) {
  if (::isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\r{} rows", rows);
}

int check(const Common& common) {
  constexpr std::string_view kCommand = "store check";
  const auto data_dir = data_dir_of(common);
  if (!data_dir) return complain(kCommand, data_dir.error());
  const std::string directory = *data_dir + "/store";
  const auto environment = store::Environment::open(directory, store::Environment::Mode::kRead);
  if (!environment) return complain(kCommand, fmt::format("{}: {}", directory, environment.error().text()));
  const auto report = store::check(**environment, show_progress);
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r");
  if (!report) return complain(kCommand, fmt::format("{}: {}", directory, report.error().text()));
  if (common.json) {
    const Json json = {{"rows", report->rows}, {"problems", report->problems}, {"more", report->more}};
    print_text(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    for (const std::string& problem : report->problems) print_text(problem + "\n");
    if (report->more) print_text("and there are more problems\n");
    print_text(fmt::format("{}: {} rows, {}\n", directory, report->rows,
                           report->problems.empty() ? "all good" : "not all good"));
  }
  return report->problems.empty() ? 0 : 1;
}

}  // namespace

void add_store_commands(CLI::App& app, Chosen& chosen) {
  auto* store = app.add_subcommand("store", "Look after the store in data_dir")->require_subcommand(1);
  auto* check_command = store->add_subcommand("check", "Read all of it and say what is not as it should be");
  auto common = std::make_shared<Common>();
  add_common_options(*check_command, *common);
  check_command->callback([&chosen, common] { chosen = [common] { return check(*common); }; });
}

}  // namespace brink::app::cli
