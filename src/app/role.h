// Being one role of a running Brink: the child process's side of the supervisor's channel.
#pragma once

#include <string_view>

namespace brink::app {

// The process's exit code; `channel` is the descriptor of the channel to the supervisor.
int run_role(std::string_view name, int channel);

}  // namespace brink::app
