#include "app/configuration.h"

#include "app/control_credentials.h"
#include "config/read.h"
#include "control/apply/desired_state.h"
#include "edge/snapshot.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <unistd.h>

namespace brink::app {
namespace {

// Where `brink run --origin URL` keeps its local CA: the user's own directory, for nothing is configured.
std::string data_dir_for_origin() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/')
    return std::string(state) + "/brink";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return std::string(home) + "/.local/state/brink";
  return "/tmp/brink-" + std::to_string(::geteuid());
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::expected<LoadedConfiguration, std::vector<std::string>> load_configuration(const std::string& path) {
  std::vector<std::string> lines;
  std::string text = content_of(path);
  // What cannot be read is for read_file() to say.
  auto read = text.empty() ? config::read_file(path) : config::read(text, path);
  if (!read) {
    for (const config::Problem& problem : read.error()) lines.push_back(problem.text());
    return std::unexpected(std::move(lines));
  }
  for (const config::Problem& problem : config::check_files(*read)) lines.push_back(problem.text());
  if (!lines.empty()) return std::unexpected(std::move(lines));
  // What is in the certificates and keys is as much part of the configuration as their paths.
  for (const std::string& problem : edge::check_certificates(*read)) lines.push_back(path + ": " + problem);
  for (const std::string& problem : check_control_credentials(*read)) lines.push_back(path + ": " + problem);
  auto zone_files = control::apply::read_zone_files(read->node.zones_dir);
  if (!zone_files) {
    for (const config::Problem& problem : zone_files.error()) lines.push_back(problem.text());
  } else if (const auto desired = control::apply::desired_state(*read, *zone_files); !desired) {
    for (const config::Problem& problem : desired.error()) lines.push_back(problem.text());
  }
  if (!lines.empty()) return std::unexpected(std::move(lines));
  return LoadedConfiguration{std::move(*read), std::move(text), path, *std::move(zone_files)};
}

std::expected<LoadedConfiguration, std::vector<std::string>> configuration_for_origin(std::string_view url) {
  auto made = config::before_origin(url, data_dir_for_origin());
  if (!made) return std::unexpected(std::vector<std::string>{made.error().text()});
  return LoadedConfiguration{std::move(*made), "", "", {}};
}

}  // namespace brink::app
