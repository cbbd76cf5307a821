// docs/configuration.md, made from the table of keys: `brink docs configuration` prints it, and a test holds
// the file against it.
#pragma once

#include <string>

namespace brink::config {

[[nodiscard]] std::string documentation();

// The examples of all keys as one brink.toml, which reads without a problem.
[[nodiscard]] std::string example();

}  // namespace brink::config
