// Which zone answers for a host name: exact names first, then the wildcard of the longest suffix, then "*".
// Immutable once built; safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace brink::edge {

struct Zone;

class ZoneTable {
 public:
  // `pattern` is lower case: "example.com", "*.example.com" (any number of labels below it) or "*".
  // The first zone to claim a pattern keeps it.
  void add(std::string_view pattern, const Zone& zone);

  // `host` in any case, without port, with or without the root's dot. nullptr where no zone has it. Allocates
  // nothing.
  [[nodiscard]] const Zone* find(std::string_view host) const {
    const Zone* zone = find_by_name(host);
    return zone != nullptr ? zone : any_;
  }
  // By an exact name or a wildcard that is not "*".
  [[nodiscard]] const Zone* find_by_name(std::string_view host) const;
  // The zone that has "*".
  [[nodiscard]] const Zone* any() const { return any_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Names = std::unordered_map<std::string, const Zone*, Hash, std::equal_to<>>;
  Names exact_;
  Names below_;  // ".example.com" for "*.example.com"
  const Zone* any_ = nullptr;
};

}  // namespace brink::edge
