// Which of many filters can match a request at all: found by looking a few of its fields up once, instead of
// asking each filter. A filter that needs `http.host eq "a"`, or `ip.src in $list`, is a candidate only where
// that holds; filters that need nothing of the kind always are. Immutable, shared by all threads.
#pragma once

#include "net/address.h"
#include "rules/facts.h"
#include "rules/program.h"

#include <bit>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace brink::rules {

class FilterIndex {
 public:
  // Fewer filters than these are asked one by one.
  static constexpr std::size_t kMinFilters = 12;

  FilterIndex() = default;
  // Of these filters, which must outlive it (they may move: their expressions do not).
  explicit FilterIndex(std::span<const Program> filters);

  // Calls visit(n) for each filter that may match, in their order, until it answers false.
  template <class Visit>
  void for_each_candidate(Facts& facts, Visit&& visit) const {
    if (!indexed_) {
      for (std::uint32_t n = 0; n < count_; ++n) {
        if (!visit(n)) return;
      }
      return;
    }
    const std::span<const std::uint64_t> candidates = find(facts);
    for (std::size_t word = 0; word < candidates.size(); ++word) {
      for (std::uint64_t left = candidates[word]; left != 0; left &= left - 1) {
        if (!visit(static_cast<std::uint32_t>(word * 64 + static_cast<unsigned>(std::countr_zero(left)))))
          return;
      }
    }
  }
  [[nodiscard]] std::size_t memory() const;  // bytes

 private:
  using Filters = std::vector<std::uint32_t>;  // numbers of filters
  struct ByBytes {
    FieldId field;
    std::unordered_map<std::string_view, Filters> filters;
  };
  struct ByInt {
    FieldId field;
    std::unordered_map<std::int64_t, Filters> filters;
  };
  // Addresses in sets. Few sets are asked one by one; many are laid over one another: from starts[n] on, an
  // address lies in the sets of groups[group_of[n]].
  struct ByIp {
    static constexpr std::size_t kFewSets = 8;
    FieldId field;
    std::vector<const IpSet*> sets;
    std::vector<Filters> filters;  // of each set
    std::vector<net::IpAddress> starts;
    std::vector<std::uint32_t> group_of;
    std::vector<std::vector<std::uint32_t>> groups;
    void lay_over();
  };
  struct Atom;
  struct Guard;

  [[nodiscard]] static Guard guard_of(const Node& node);
  [[nodiscard]] static Guard guard_of_test(const Node& node);
  void enter(const Atom& atom, std::uint32_t filter);
  // A bit for each filter that may match, in the facts' arena.
  [[nodiscard]] std::span<const std::uint64_t> find(Facts& facts) const;

  std::uint32_t count_ = 0;
  bool indexed_ = false;
  std::vector<std::uint64_t> always_;  // a bit for each filter that needs nothing that is looked up
  std::vector<ByBytes> by_bytes_;
  std::vector<ByInt> by_int_;
  std::vector<ByIp> by_ip_;
};

}  // namespace brink::rules
