// What the API tells of the node, from brink.toml and from the machine.
#pragma once

#include "config/config.h"
#include "control/api/call.h"

namespace brink::control {

[[nodiscard]] api::NodeFacts node_facts(const config::Config& config);

}  // namespace brink::control
