// Certificates for the zones that have none of their own: from the local CA in data_dir/ca, and the authority
// for origins beside it, made before the edge needs them, by the one process of a node that may write there.
#pragma once

#include "config/config.h"

#include <expected>
#include <string>

namespace brink::app {

// What went wrong otherwise. Makes, or renews, what is missing; no local CA where every zone has its own.
[[nodiscard]] std::expected<void, std::string> make_local_certificates(const config::Config& config);

}  // namespace brink::app
