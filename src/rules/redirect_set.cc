#include "base/ascii.h"
#include "rules/hash_slots.h"
#include "rules/list.h"
#include "rules/redirect_url.h"

#include <algorithm>
#include <array>

#include <xxhash.h>

namespace brink::rules {
namespace {

constexpr std::array<std::uint16_t, 4> kStatuses = {301, 302, 307, 308};
constexpr std::size_t kMaxHost = 255;

std::uint64_t hash_of(std::string_view text, std::uint32_t seed = 0) {
  return ::XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

// A path that an item with subpath matching can have, as one of 64: by its count of slashes and by whether it
// ends in one. The longer of two prefixes of one path has the higher number.
unsigned shape_of(std::string_view path) {
  const auto slashes = static_cast<unsigned>(std::ranges::count(path, '/'));
  return 2 * slashes + (path.ends_with('/') ? 0 : 1);
}
static_assert(2 * RedirectSet::kMaxSubpathSlashes + 1 < 64);

}  // namespace

// Hosts, and the items of each by path. Items of one host and path, which differ in scheme, are chained.
struct RedirectSet::Table {
  struct Host {
    std::uint64_t shapes;  // of the paths of items with subpath matching
    std::uint32_t start;   // in `host_text`
    std::uint8_t size;
    bool has_subdomains;  // of some item
  };
  struct Item {
    std::uint64_t start : 40;  // in `text`: the path, then the target
    std::uint64_t path_size : 16;
    std::uint64_t status : 2;  // in kStatuses
    std::uint64_t include_subdomains : 1;
    std::uint64_t subpath_matching : 1;
    std::uint64_t preserve_query_string : 1;
    std::uint64_t preserve_path_suffix : 1;
    std::uint64_t scheme : 2;  // a Scheme
    std::uint32_t host;
    std::uint32_t next;  // of the same host and path
    std::uint16_t target_size;
  };
  static_assert(sizeof(Item) == 24);

  [[nodiscard]] std::string_view host_of(std::uint32_t host) const {
    return std::string_view(host_text).substr(hosts[host].start, hosts[host].size);
  }
  [[nodiscard]] std::string_view path_of(const Item& item) const {
    return std::string_view(text).substr(item.start, item.path_size);
  }
  [[nodiscard]] std::uint32_t find_host(std::string_view name) const {
    return host_slots.find(hash_of(name), [&](std::uint32_t place) { return host_of(place) == name; });
  }
  [[nodiscard]] std::uint32_t find_item(std::uint32_t host, std::string_view path) const {
    return item_slots.find(hash_of(path, host), [&](std::uint32_t place) {
      return items[place].host == host && path_of(items[place]) == path;
    });
  }
  void add(const RedirectItem& item);
  std::uint32_t host(std::string_view name);

  std::string host_text;
  std::vector<Host> hosts;
  HashSlots host_slots;
  std::string text;
  std::vector<Item> items;
  HashSlots item_slots;
  bool any_subdomains = false;
};

// The place of a host, which is made where it is new.
std::uint32_t RedirectSet::Table::host(std::string_view name) {
  std::uint32_t place = find_host(name);
  if (place != HashSlots::kNone) return place;
  place = static_cast<std::uint32_t>(hosts.size());
  hosts.push_back({.shapes = 0,
                   .start = static_cast<std::uint32_t>(host_text.size()),
                   .size = static_cast<std::uint8_t>(name.size()),
                   .has_subdomains = false});
  host_text += name;
  host_slots.insert(hash_of(name), place);
  return place;
}

void RedirectSet::Table::add(const RedirectItem& item) {
  if (check(item)) return;
  const auto source = *read_redirect_url(item.source_url);
  const std::uint32_t at_host = host(to_lower(source.host));
  const std::string_view path = source.path;
  const std::uint32_t first = find_item(at_host, path);
  for (std::uint32_t at = first; at != HashSlots::kNone; at = items[at].next) {
    if (items[at].scheme == static_cast<unsigned>(source.scheme)) return;
  }
  const auto place = static_cast<std::uint32_t>(items.size());
  items.push_back(
      {.start = text.size(),
       .path_size = path.size(),
       .status = static_cast<std::uint64_t>(std::ranges::find(kStatuses, item.status) - kStatuses.begin()),
       .include_subdomains = item.include_subdomains,
       .subpath_matching = item.subpath_matching,
       .preserve_query_string = item.preserve_query_string,
       .preserve_path_suffix = item.preserve_path_suffix,
       .scheme = static_cast<std::uint64_t>(source.scheme),
       .host = at_host,
       .next = HashSlots::kNone,
       .target_size = static_cast<std::uint16_t>(item.target_url.size())});
  text.append(path).append(item.target_url);
  if (first == HashSlots::kNone) {
    item_slots.insert(hash_of(path, at_host), place);
  } else {
    items[place].next = items[first].next;
    items[first].next = place;
  }
  if (item.include_subdomains) hosts[at_host].has_subdomains = any_subdomains = true;
  if (item.subpath_matching) hosts[at_host].shapes |= std::uint64_t{1} << shape_of(path);
}

std::optional<std::string> RedirectSet::check(const RedirectItem& item) {
  if (item.source_url.size() > kMaxUrl) return "source_url is longer than 32 KiB";
  if (item.target_url.size() > kMaxUrl) return "target_url is longer than 32 KiB";
  const auto source = read_redirect_url(item.source_url);
  if (!source) return "source_url " + source.error();
  if (item.subpath_matching &&
      static_cast<std::size_t>(std::ranges::count(source->path, '/')) > kMaxSubpathSlashes)
    return "source_url has more than 16 slashes in its path, with subpath_matching";
  if (const auto problem = check_redirect_target(item.target_url)) return "target_url " + *problem;
  if (item.preserve_query_string && item.target_url.contains('?'))
    return "target_url has a query of its own, with preserve_query_string";
  if (std::ranges::find(kStatuses, item.status) == kStatuses.end())
    return "status_code is none of 301, 302, 307, 308";
  return std::nullopt;
}

RedirectSet::RedirectSet() = default;
RedirectSet::~RedirectSet() = default;
RedirectSet::RedirectSet(RedirectSet&&) noexcept = default;
RedirectSet& RedirectSet::operator=(RedirectSet&&) noexcept = default;

RedirectSet::RedirectSet(std::span<const RedirectItem> items) : table_(std::make_unique<Table>()) {
  table_->host_slots.reset(items.size());
  table_->item_slots.reset(items.size());
  for (const RedirectItem& item : items) table_->add(item);

  // There may be far fewer hosts than items.
  table_->host_slots.reset(table_->hosts.size());
  for (std::uint32_t place = 0; place < table_->hosts.size(); ++place)
    table_->host_slots.insert(hash_of(table_->host_of(place)), place);
  table_->host_text.shrink_to_fit();
  table_->hosts.shrink_to_fit();
  table_->text.shrink_to_fit();
  table_->items.shrink_to_fit();
}

namespace {

// The hosts that have items for a name: itself, and the domains above it from the longest on.
struct Candidates {
  static constexpr std::size_t kMost = 1 + kMaxHost / 2;
  std::array<std::uint32_t, kMost> places;
  std::size_t count = 0;
  bool first_is_exact = false;
};

// The prefixes of a path whose shape is one of `shapes`, from the longest on; f(prefix) answers true to stop.
template <class F>
void for_each_prefix(std::string_view path, std::uint64_t shapes, F f) {
  std::array<std::size_t, RedirectSet::kMaxSubpathSlashes + 2> slashes;  // where they stand
  std::size_t count = 0;
  for (std::size_t at = path.find('/'); at != path.npos && count < slashes.size();
       at = path.find('/', at + 1))
    slashes[count++] = at;
  for (std::size_t n = std::min(count, RedirectSet::kMaxSubpathSlashes); n > 0; --n) {
    // Up to the slash behind the n-th one, then up to the n-th one.
    const std::size_t end = n < count ? slashes[n] : path.size();
    if (end > slashes[n - 1] + 1 && (shapes >> (2 * n + 1) & 1) != 0 && f(path.substr(0, end))) return;
    if ((shapes >> (2 * n) & 1) != 0 && f(path.substr(0, slashes[n - 1] + 1))) return;
  }
}

}  // namespace

std::optional<RedirectSet::Match> RedirectSet::find(std::string_view full_uri) const {
  if (table_ == nullptr || table_->items.empty()) return std::nullopt;
  const Table& table = *table_;
  const auto uri = read_request_url(full_uri);
  if (!uri || uri->host.size() > kMaxHost) return std::nullopt;

  std::array<char, kMaxHost> lower;
  std::ranges::transform(uri->host, lower.begin(), ascii_lower);
  std::string_view name(lower.data(), uri->host.size());
  Candidates hosts;
  std::uint64_t shapes = 0;
  const auto consider = [&](bool exact) {
    const std::uint32_t place = table.find_host(name);
    if (place == HashSlots::kNone || (!exact && !table.hosts[place].has_subdomains)) return;
    hosts.places[hosts.count++] = place;
    hosts.first_is_exact |= exact;
    shapes |= table.hosts[place].shapes;
  };
  consider(true);
  if (table.any_subdomains) {
    for (std::size_t dot = name.find('.'); dot != name.npos && hosts.count < hosts.kMost;
         dot = name.find('.')) {
      name.remove_prefix(dot + 1);
      consider(false);
    }
  }
  if (hosts.count == 0) return std::nullopt;

  const Table::Item* best = nullptr;
  const auto look_up = [&](std::string_view path, bool whole) {
    for (std::size_t n = 0; n < hosts.count && best == nullptr; ++n) {
      const bool exact = n == 0 && hosts.first_is_exact;
      for (std::uint32_t at = table.find_item(hosts.places[n], path); at != HashSlots::kNone;
           at = table.items[at].next) {
        const Table::Item& item = table.items[at];
        const auto scheme = static_cast<RedirectScheme>(item.scheme);
        if (scheme != RedirectScheme::kAny && scheme != uri->scheme) continue;
        if ((!exact && !item.include_subdomains) || (!whole && !item.subpath_matching)) continue;
        if (best == nullptr || scheme != RedirectScheme::kAny) best = &item;
      }
    }
    return best != nullptr;
  };
  std::string_view suffix;
  if (!look_up(uri->path, true) && shapes != 0) {
    for_each_prefix(uri->path, shapes, [&](std::string_view prefix) {
      suffix = uri->path.substr(prefix.size());
      return !suffix.empty() && look_up(prefix, false);
    });
  }
  if (best == nullptr) return std::nullopt;
  return Match{
      .target_url = std::string_view(table.text).substr(best->start + best->path_size, best->target_size),
      .suffix = suffix,
      .status = kStatuses[best->status],
      .preserve_query_string = best->preserve_query_string != 0,
      .preserve_path_suffix = best->preserve_path_suffix != 0};
}

std::string RedirectSet::target(const Match& match, std::string_view query) {
  std::string_view url = match.target_url;
  const std::string_view fragment = url.substr(std::min(url.find('#'), url.size()));
  url.remove_suffix(fragment.size());
  const std::string_view own_query = url.substr(std::min(url.find('?'), url.size()));
  url.remove_suffix(own_query.size());

  std::string target(url);
  if (match.preserve_path_suffix && !match.suffix.empty()) {
    std::string_view suffix = match.suffix;
    if (suffix.starts_with('/')) suffix.remove_prefix(1);
    if (!target.ends_with('/')) target += '/';
    target += suffix;
  }
  target += own_query;
  if (match.preserve_query_string && !query.empty()) target.append("?").append(query);
  return target.append(fragment);
}

std::size_t RedirectSet::size() const { return table_ == nullptr ? 0 : table_->items.size(); }

std::size_t RedirectSet::memory() const {
  if (table_ == nullptr) return 0;
  return table_->host_text.capacity() + table_->hosts.capacity() * sizeof(Table::Host) +
         table_->host_slots.memory() + table_->text.capacity() +
         table_->items.capacity() * sizeof(Table::Item) + table_->item_slots.memory();
}

}  // namespace brink::rules
