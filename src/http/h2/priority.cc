#include "http/h2/priority.h"

#include "base/ascii.h"

namespace brink::http::h2 {

Priority parse_priority(std::string_view value) {
  Priority priority;
  for_each_list_element(value, [&](std::string_view member) {
    const std::string_view item =
        trim_ows(member.substr(0, member.find(';')));  // parameters say nothing to us
    if (item.size() == 3 && item.starts_with("u=") && item[2] >= '0' && item[2] <= '7') {
      priority.urgency = static_cast<std::uint8_t>(item[2] - '0');
    } else if (item == "i" || item == "i=?1") {
      priority.incremental = true;
    } else if (item == "i=?0") {
      priority.incremental = false;
    }
    return true;
  });
  return priority;
}

}  // namespace brink::http::h2
