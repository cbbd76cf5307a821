// The commands of the `brink` program: run, check, upgrade, docs, version, help, and `role`, by which the
// supervisor starts its children.
#pragma once

namespace brink::app {

// Runs what the arguments ask for; the process's exit code: 0 good, 1 it failed, 2 it was asked wrongly.
int run_command_line(int argc, char** argv);

}  // namespace brink::app
