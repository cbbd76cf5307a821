#include "edge/zone_table.h"

#include "base/ascii.h"

namespace brink::edge {
namespace {

constexpr std::size_t kMaxHostBytes = 255;  // RFC 1035 section 2.3.4

}  // namespace

void ZoneTable::add(std::string_view pattern, const Zone& zone) {
  if (pattern == "*") {
    if (any_ == nullptr) any_ = &zone;
  } else if (pattern.starts_with("*.")) {
    below_.try_emplace(std::string(pattern.substr(1)), &zone);
  } else {
    exact_.try_emplace(std::string(pattern), &zone);
  }
}

const Zone* ZoneTable::find_by_name(std::string_view host) const {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() > kMaxHostBytes) return nullptr;
  char lower[kMaxHostBytes];
  for (std::size_t i = 0; i < host.size(); ++i) lower[i] = ascii_lower(host[i]);
  const std::string_view name(lower, host.size());

  if (auto found = exact_.find(name); found != exact_.end()) return found->second;
  if (!below_.empty()) {
    for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
      if (dot == 0) continue;  // "*.example.com" asks for at least one character before the dot
      if (auto found = below_.find(name.substr(dot)); found != below_.end()) return found->second;
    }
  }
  return nullptr;
}

}  // namespace brink::edge
