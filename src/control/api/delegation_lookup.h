// Which name servers the DNS names for a zone, as this machine's resolver sees it. The C library waits for
// the answer, so this is for a thread that may wait.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace brink::control::api {

// Lower case, without the dot at the end; nothing where nobody answered. A name that is not there has none.
[[nodiscard]] std::optional<std::vector<std::string>> look_up_name_servers(const std::string& zone);

}  // namespace brink::control::api
