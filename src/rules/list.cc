#include "rules/list.h"

#include <algorithm>
#include <array>
#include <limits>

namespace brink::rules {
namespace {
constexpr std::array<std::string_view, 4> kKinds = {"ip", "asn", "hostname", "redirect"};  // as ListKind
}

std::string_view name_of(ListKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<ListKind> find_list_kind(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name);
  if (found == kKinds.end()) return std::nullopt;
  return static_cast<ListKind>(found - kKinds.begin());
}

IntSet::IntSet(std::vector<IntRange> ranges) {
  std::ranges::sort(ranges, {}, &IntRange::first);
  for (const IntRange& range : ranges) {
    if (range.first > range.last) continue;
    const bool touches =
        !ranges_.empty() && (ranges_.back().last == std::numeric_limits<std::int64_t>::max() ||
                             range.first <= ranges_.back().last + 1);
    if (touches) {
      ranges_.back().last = std::max(ranges_.back().last, range.last);
    } else {
      ranges_.push_back(range);
    }
  }
  ranges_.shrink_to_fit();
}

bool IntSet::contains(std::int64_t number) const {
  const auto behind = std::ranges::upper_bound(ranges_, number, {}, &IntRange::first);
  return behind != ranges_.begin() && number <= std::prev(behind)->last;
}

}  // namespace brink::rules
