// The files of zones.d/ as texts: from the disk, and from the supervisor, which may read what belongs to
// root, to the control role.
#pragma once

#include "config/problem.h"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::apply {

inline constexpr std::size_t kMaxZoneFiles = 10'000;
inline constexpr std::size_t kMaxZoneFileBytes = std::size_t{64} << 20;  // of all of them together

struct ZoneFile {
  std::string path;  // for messages
  std::string name;  // under which the store knows it: "zones.d/x.toml"
  std::string text;
};

// The files *.toml of `directory`, but for hidden ones, in the order of their names; none where there is no
// such directory, or `directory` is empty. What cannot be read is a problem. Blocks for the disk.
[[nodiscard]] std::expected<std::vector<ZoneFile>, std::vector<config::Problem>> read_zone_files(
    const std::string& directory);

// All of them as one text, and back; nothing where the text is none of bundle_zone_files().
[[nodiscard]] std::string bundle_zone_files(const std::vector<ZoneFile>& files);
[[nodiscard]] std::optional<std::vector<ZoneFile>> unbundle_zone_files(std::string_view bundle);

}  // namespace brink::control::apply
