#include "rules/list_text.h"

#include "base/ascii.h"
#include "rules/parser/literals.h"

#include <optional>
#include <vector>

#include <fmt/format.h>

namespace brink::rules {
namespace {

struct Items {
  std::vector<IpRange> ranges;
  std::vector<IntRange> numbers;
  std::vector<HostnameSet::Item> hosts;
};

bool is_host_character(char c) { return is_digit(c) || is_alpha(c) || c == '-' || c == '.' || c == '_'; }

bool is_host(std::string_view item) {
  if (item.starts_with("*.")) item.remove_prefix(2);
  return !item.empty() && std::ranges::all_of(item, is_host_character);
}

std::optional<ListKind> add(std::string_view item, Items& items) {
  if (const auto number = parse_decimal<std::uint32_t>(item)) {
    items.numbers.push_back({*number, *number});
    return ListKind::kAsn;
  }
  Cursor cursor(item);
  const auto range = read_address_range(cursor);
  if (range && cursor.at_end()) {
    add_range(*range, items.ranges);
    return ListKind::kIp;
  }
  if (!is_host(item)) return std::nullopt;
  items.hosts.push_back({.name = std::string(item)});
  return ListKind::kHostname;
}

}  // namespace

std::expected<List, std::string> read_list(std::string_view name, std::string_view text) {
  Items items;
  std::optional<ListKind> kind;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trim_ows(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const auto found = add(line, items);
    if (!found)
      return std::unexpected(
          fmt::format("line {}: \"{}\" is no address, network, AS number or host name", number, line));
    if (kind && *kind != *found)
      return std::unexpected(fmt::format("line {}: an item of kind {} in a list of kind {}", number,
                                         name_of(*found), name_of(*kind)));
    kind = found;
  }
  List list;
  list.kind = kind.value_or(ListKind::kIp);
  list.name = name;
  list.ips = IpSet(std::move(items.ranges));
  list.numbers = IntSet(std::move(items.numbers));
  list.hosts = HostnameSet(items.hosts);
  return list;
}

}  // namespace brink::rules
