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
};

// Addresses by the ranges they lie in; a lookup is a binary search over merged ranges.
class IpSet {
 public:
  IpSet() = default;
  explicit IpSet(std::vector<IpRange> ranges);
  [[nodiscard]] bool contains(const net::IpAddress& address) const;
  [[nodiscard]] std::span<const IpRange> ranges() const { return ranges_; }  // sorted, merged
  [[nodiscard]] std::size_t memory() const;                                  // bytes

 private:
  std::vector<IpRange> ranges_;
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
  [[nodiscard]] std::span<const IntRange> ranges() const { return ranges_; }

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

class RedirectSet {
 public:
  RedirectSet();
  // The error is a sentence, with the item's place in `place`.
  struct Problem {
    std::size_t place;
    std::string what;
  };
  [[nodiscard]] static std::optional<Problem> check(const RedirectItem& item);
  // Items that do not pass check() are left out.
  explicit RedirectSet(std::span<const RedirectItem> items);
  ~RedirectSet();
  RedirectSet(RedirectSet&&) noexcept;
  RedirectSet& operator=(RedirectSet&&) noexcept;

  // The item for a full URI; nullptr where none has it. `suffix` is what of the path lies beyond the item's.
  struct Match {
    const RedirectItem* item;
    std::string_view suffix;
  };
  [[nodiscard]] std::optional<Match> find(std::string_view full_uri) const;
  // Where `match` leads, for a request with that query (without its '?').
  [[nodiscard]] static std::string target(const Match& match, std::string_view query);
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
