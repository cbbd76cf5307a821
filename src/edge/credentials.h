// The certificates, keys, CAs and OCSP responses that a configuration names, as bytes. The supervisor reads
// them, for only it may read a key that belongs to root, and gives the edge what is in them: the edge opens
// none of these files.
#pragma once

#include "base/error.h"
#include "config/config.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::edge {

// The paths, the local CA's certificates of zones without their own among them.
[[nodiscard]] std::vector<std::string> credential_paths(const config::Config& config);

// The files of a zone's certificates: its own, or the local CA's.
[[nodiscard]] std::vector<config::Certificate> certificate_files(const config::Zone& zone,
                                                                 const std::string& data_dir);

// How the content of a path is had.
using ReadFile = std::function<Result<std::string>(const std::string& path)>;

// From the disk, as the process that asks.
[[nodiscard]] ReadFile files_on_disk();

// The content of all of them as one text, for the way to the edge, and back again. What could not be read is
// left out; reading it from the bundle is then the same error.
[[nodiscard]] std::string bundle_credentials(const config::Config& config);
[[nodiscard]] std::optional<ReadFile> files_in_bundle(std::string_view bundle);

}  // namespace brink::edge
