// `brink upgrade`: has a running Brink replace itself.
#pragma once

#include <string>

namespace brink::app {

// Signals the supervisor that runs under this configuration, waits until the new program serves, and says so.
int upgrade(const std::string& config_path);

}  // namespace brink::app
