// The certificate and keys of the control listener, the API and ACME, as bytes. The supervisor reads them,
// for only it may read what belongs to root, and gives the control role what is in them.
#pragma once

#include "config/config.h"

#include <expected>
#include <string>
#include <vector>

namespace brink::app {

struct ControlCredential {
  std::string
      name;  // of the descriptor that brings it: "control-certificate", "control-key", "control-global-key"
  std::string path;
};

// Those that the configuration calls for; of the local CA where it names no certificate of its own.
[[nodiscard]] std::vector<ControlCredential> control_credentials(const config::Config& config);

// Under what the local CA keeps the control listener's certificate: no zone has such a name.
inline constexpr const char* kControlLeafName = "@control";

// What is wrong with those that are files of the configuration; empty: nothing.
[[nodiscard]] std::vector<std::string> check_control_credentials(const config::Config& config);

}  // namespace brink::app
