// Named lists: $office. Immutable once made, shared by all threads; a change makes a new one, and rules see
// the old one or the new one as a whole.
#pragma once

#include "net/address.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brink::rules {

enum class ListKind : std::uint8_t { kIp, kAsn, kHostname, kRedirect };
[[nodiscard]] std::string_view name_of(ListKind kind);  // "ip"
[[nodiscard]] std::optional<ListKind> find_list_kind(std::string_view name);

// Addresses from first to last, both of one family.
struct IpRange {
  net::IpAddress first;
  net::IpAddress last;
  // Written as IPv4-mapped IPv6 (::ffff:192.0.2.0/120). A client's address is never one, so a set leaves it
  // out.
  bool mapped = false;
};

// Addresses by the ranges they lie in; a lookup is a binary search over merged ranges, those of IPv4 apart.
class IpSet {
 public:
  IpSet() = default;
  explicit IpSet(std::vector<IpRange> ranges);
  [[nodiscard]] bool contains(const net::IpAddress& address) const;
  [[nodiscard]] bool empty() const { return v4_first_.empty() && v6_first_.empty(); }
  [[nodiscard]] std::vector<IpRange> ranges() const;  // merged and in order, IPv4 first
  [[nodiscard]] std::size_t memory() const;           // bytes: 8 for a range of IPv4, 32 for one of IPv6

 private:
  using V6 = unsigned __int128;
  // The ends of the n-th range lie at n; no two ranges touch.
  std::vector<std::uint32_t> v4_first_, v4_last_;
  std::vector<V6> v6_first_, v6_last_;
};

// Integers, for AS numbers and for inline lists.
struct IntRange {
  std::int64_t first;
  std::int64_t last;
};
class IntSet {
 public:
  IntSet() = default;
  explicit IntSet(std::vector<IntRange> ranges);
  [[nodiscard]] bool contains(std::int64_t number) const;
  [[nodiscard]] std::span<const IntRange> ranges() const { return ranges_; }  // merged and in order

 private:
  std::vector<IntRange> ranges_;
};

// Host names; "*.example.com" covers every name below it, and example.com itself where its item says so.
// ASCII case is ignored.
class HostnameSet {
 public:
  struct Item {
    std::string name;           // "example.com" or "*.example.com"
    bool excludes_apex = true;  // of a wildcard
  };
  HostnameSet();
  explicit HostnameSet(std::span<const Item> items);
  ~HostnameSet();
  HostnameSet(HostnameSet&&) noexcept;
  HostnameSet& operator=(HostnameSet&&) noexcept;
  [[nodiscard]] bool contains(std::string_view host) const;
  [[nodiscard]] std::size_t memory() const;

 private:
  struct Table;
  std::unique_ptr<Table> table_;
};

// One item of a redirect list (Bulk Redirects).
struct RedirectItem {
  std::string source_url;  // scheme optional
  std::string target_url;
  std::uint16_t status = 301;
  bool include_subdomains = false;
  bool subpath_matching = false;
  bool preserve_query_string = false;
  bool preserve_path_suffix = true;
};

// Redirects by where they lead from. A lookup hashes: the host and the domains above it that have items, then
// the path and those of its prefixes that can have one. A million items take about 100 bytes each beside
// their targets.
class RedirectSet {
 public:
  static constexpr std::size_t kMaxUrl = 32 * 1024;
  static constexpr std::size_t kMaxSubpathSlashes = 16;

  // The error is a sentence about the item.
  [[nodiscard]] static std::optional<std::string> check(const RedirectItem& item);

  RedirectSet();
  // Items that do not pass check() are left out, and all but the first with the same source.
  explicit RedirectSet(std::span<const RedirectItem> items);
  ~RedirectSet();
  RedirectSet(RedirectSet&&) noexcept;
  RedirectSet& operator=(RedirectSet&&) noexcept;

  // What an item says; `suffix` is what of the request's path lies beyond the item's. Views of the set and of
  // the URI.
  struct Match {
    std::string_view target_url;
    std::string_view suffix;
    std::uint16_t status;
    bool preserve_query_string;
    bool preserve_path_suffix;
  };
  // The item for a full URI ("https://host/path?query"); nothing where none has it. Of several: the longest
  // path, then the exact host, then the longest host, then a given scheme.
  [[nodiscard]] std::optional<Match> find(std::string_view full_uri) const;
  // Where `match` leads, for a request with that query (without its '?').
  [[nodiscard]] static std::string target(const Match& match, std::string_view query);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t memory() const;

 private:
  struct Table;
  std::unique_ptr<Table> table_;
};

// One list as rules use it.
struct List {
  ListKind kind = ListKind::kIp;
  std::string name;
  IpSet ips;
  IntSet numbers;
  HostnameSet hosts;
  RedirectSet redirects;
};
using ListPtr = std::shared_ptr<const List>;

// Where a parser or compiler finds the lists of an account.
class ListCatalog {
 public:
  // nullptr where there is no list of that name.
  [[nodiscard]] virtual ListPtr find(std::string_view name) const = 0;

 protected:
  ~ListCatalog() = default;
};

}  // namespace brink::rules
