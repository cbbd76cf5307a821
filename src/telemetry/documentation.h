// docs/metrics.md, made from the table of metrics: `brink docs metrics` prints it, and a test holds the file
// against it.
#pragma once

#include <string>

namespace brink::telemetry {

[[nodiscard]] std::string documentation();

}  // namespace brink::telemetry
