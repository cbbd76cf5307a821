// The marks that a running Brink leaves in its data directory: a lock, so that two never share one, and its
// process id, by which `brink upgrade` finds it.
#pragma once

#include "net/fd.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace brink::app {

// Holds as long as the descriptor is open, through exec. An error says who has it.
[[nodiscard]] std::expected<net::Fd, std::string> lock_data_directory(const std::string& data_dir);
// The same error, where another has the directory now; takes and makes nothing.
[[nodiscard]] std::optional<std::string> holder_of_data_directory(const std::string& data_dir);

struct Running {
  int pid = 0;
  std::uint64_t upgrades = 0;  // how often that process has been replaced by a newer program
};
// Written once everything serves.
void note_running(const std::string& data_dir, std::uint64_t upgrades);
void forget_running(const std::string& data_dir);
[[nodiscard]] std::optional<Running> find_running(const std::string& data_dir);

// Where the program named by argv[0] lies, found in PATH where it has no slash. Not /proc/self/exe, which
// goes on naming the old file when an installation puts a new one in its place.
[[nodiscard]] std::string absolute_program_path(const std::string& argv0);

}  // namespace brink::app
