// A file of zones.d/: [[zone]] with its name, [zone.settings] with the API's settings, [[zone.record]] with
// the members of the API's DNS records. Pure.
#pragma once

#include "control/apply/desired_state.h"

#include <vector>

namespace brink::control::apply {

struct ReadZone {
  DesiredZone zone;
  config::Position name_position;
};

// The zones of the file that have a name. All that is wrong goes to `problems`, in the order of the text; at
// most config::limits::kMaxProblems of one file.
[[nodiscard]] std::vector<ReadZone> read_zone_file(const ZoneFile& file,
                                                   std::vector<config::Problem>& problems);

}  // namespace brink::control::apply
