#include "rules/filter_index.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <variant>

namespace brink::rules {

// One look-up that a filter can need: the field has that value, or lies in that set.
struct FilterIndex::Atom {
  FieldId field;
  std::variant<std::string_view, std::int64_t, const IpSet*> wants;
};

// At least one of `atoms` must hold for the filter to match.
struct FilterIndex::Guard {
  std::vector<Atom> atoms;
  // How many requests it lets through, at a guess: the smallest of several is taken. None: all of them.
  static constexpr double kAll = 1.0;
  double share = kAll;
};

namespace {

// Atoms of one guard; a filter with more (a long inline list) is better asked.
constexpr std::size_t kMaxAtoms = 256;

// How many requests have one given value of the field, at a guess.
double share_of(FieldId field) {
  switch (field) {
    case FieldId::kHttpRequestMethod:
    case FieldId::kHttpRequestVersion:
    case FieldId::kIpSrcContinent:
    case FieldId::kCfTlsVersion: return 0.5;
    case FieldId::kIpSrcCountry: return 0.1;
    default: return 0.01;
  }
}
constexpr double kShareOfSet = 0.02;
constexpr double kShareOfAddress = 0.0001;

const FieldId* field_of(const Node& node) {
  const auto* field = std::get_if<FieldNode>(&node.what);
  return field == nullptr ? nullptr : &field->field;
}

}  // namespace

FilterIndex::Guard FilterIndex::guard_of_test(const Node& node) {
  Guard guard;
  if (const auto* compare = std::get_if<CompareNode>(&node.what)) {
    const FieldId* field = field_of(*compare->left);
    const auto* literal = std::get_if<LiteralNode>(&compare->right->what);
    if (field == nullptr || literal == nullptr || compare->operation != Comparison::kEq) return guard;
    if (const auto* text = std::get_if<std::string>(&literal->literal)) {
      guard.atoms.push_back({*field, std::string_view(*text)});
      guard.share = share_of(*field);
    } else if (const auto* number = std::get_if<std::int64_t>(&literal->literal)) {
      guard.atoms.push_back({*field, *number});
      guard.share = share_of(*field);
    }
    return guard;
  }
  const auto* in = std::get_if<InNode>(&node.what);
  const FieldId* field = in == nullptr ? nullptr : field_of(*in->left);
  if (field == nullptr) return guard;
  if (const auto* list = std::get_if<ListPtr>(&in->set)) {
    if ((*list)->kind != ListKind::kIp) return guard;
    guard.atoms.push_back({*field, &(*list)->ips});
    guard.share = kShareOfSet;
    return guard;
  }
  const auto& elements = std::get<InlineSet>(in->set).elements;
  if (const auto* ips = std::get_if<IpSet>(&elements)) {
    guard.atoms.push_back({*field, ips});
    guard.share = kShareOfAddress;
  } else if (const auto* texts = std::get_if<std::vector<std::string>>(&elements)) {
    if (texts->size() > kMaxAtoms) return guard;
    for (const std::string& text : *texts) guard.atoms.push_back({*field, std::string_view(text)});
    guard.share = std::min(Guard::kAll, static_cast<double>(texts->size()) * share_of(*field));
  } else {
    std::size_t numbers = 0;
    const auto& ranges = std::get<IntSet>(elements).ranges();
    for (const IntRange& range : ranges) {
      if (range.last - range.first >= static_cast<std::int64_t>(kMaxAtoms - numbers) ||
          range.last < range.first)
        return Guard();
      for (std::int64_t number = range.first; number <= range.last; ++number, ++numbers)
        guard.atoms.push_back({*field, number});
    }
    guard.share = std::min(Guard::kAll, static_cast<double>(numbers) * share_of(*field));
  }
  return guard;
}

FilterIndex::Guard FilterIndex::guard_of(const Node& node) {
  const auto* logic = std::get_if<LogicNode>(&node.what);
  if (logic == nullptr) return guard_of_test(node);
  Guard best;
  switch (logic->operation) {
    case Logic::kXor: return best;
    case Logic::kAnd:  // each operand must hold: the rarest is enough
      for (const NodePtr& operand : logic->operands) {
        Guard guard = guard_of(*operand);
        if (guard.share < best.share) best = std::move(guard);
      }
      return best;
    case Logic::kOr:  // one of them must hold
      best.share = 0;
      for (const NodePtr& operand : logic->operands) {
        Guard guard = guard_of(*operand);
        if (guard.share >= Guard::kAll || best.atoms.size() + guard.atoms.size() > kMaxAtoms) return Guard();
        std::ranges::move(guard.atoms, std::back_inserter(best.atoms));
        best.share = std::min(Guard::kAll, best.share + guard.share);
      }
      return best;
  }
  return best;
}

FilterIndex::FilterIndex(std::span<const Program> filters)
    : count_(static_cast<std::uint32_t>(filters.size())) {
  if (filters.size() < kMinFilters) return;
  indexed_ = true;
  always_.resize((filters.size() + 63) / 64);
  for (std::uint32_t n = 0; n < count_; ++n) {
    const Guard guard = guard_of(*filters[n].expression().root);
    if (guard.share >= Guard::kAll) {
      always_[n / 64] |= std::uint64_t{1} << n % 64;
    } else {
      for (const Atom& atom : guard.atoms) enter(atom, n);
    }
  }
  for (ByIp& by_ip : by_ip_) {
    if (by_ip.sets.size() > ByIp::kFewSets) by_ip.lay_over();
  }
}

void FilterIndex::enter(const Atom& atom, std::uint32_t filter) {
  const auto table_of = [&](auto& tables) -> auto& {
    const auto found = std::ranges::find(tables, atom.field, [](const auto& table) { return table.field; });
    if (found != tables.end()) return *found;
    auto& made = tables.emplace_back();
    made.field = atom.field;
    return made;
  };
  if (const auto* text = std::get_if<std::string_view>(&atom.wants)) {
    table_of(by_bytes_).filters[*text].push_back(filter);
  } else if (const auto* number = std::get_if<std::int64_t>(&atom.wants)) {
    table_of(by_int_).filters[*number].push_back(filter);
  } else {
    ByIp& table = table_of(by_ip_);
    const IpSet* set = std::get<const IpSet*>(atom.wants);
    const auto found = std::ranges::find(table.sets, set);
    const auto at = static_cast<std::size_t>(found - table.sets.begin());
    if (found == table.sets.end()) {
      table.sets.push_back(set);
      table.filters.emplace_back();
    }
    table.filters[at].push_back(filter);
  }
}

// A sweep over all borders of all sets, in order, with the sets that lie there.
void FilterIndex::ByIp::lay_over() {
  struct Border {
    net::IpAddress at;
    std::uint32_t set;
    bool begins;
  };
  std::vector<Border> borders;
  for (std::uint32_t set = 0; set < sets.size(); ++set) {
    for (const IpRange& range : sets[set]->ranges()) {
      borders.push_back({range.first, set, true});
      if (const auto after = range.last.next()) borders.push_back({*after, set, false});
    }
  }
  std::ranges::sort(borders, {}, &Border::at);
  std::vector<std::uint32_t> here;  // sorted
  std::map<std::vector<std::uint32_t>, std::uint32_t> known;
  for (std::size_t i = 0; i < borders.size();) {
    const net::IpAddress at = borders[i].at;
    for (; i < borders.size() && borders[i].at == at; ++i) {
      const auto place = std::ranges::lower_bound(here, borders[i].set);
      const bool is_in = place != here.end() && *place == borders[i].set;
      if (borders[i].begins && !is_in) {
        here.insert(place, borders[i].set);
      } else if (!borders[i].begins && is_in) {
        here.erase(place);
      }
    }
    const auto [group, is_new] = known.try_emplace(here, static_cast<std::uint32_t>(groups.size()));
    if (is_new) groups.push_back(here);
    starts.push_back(at);
    group_of.push_back(group->second);
  }
}

std::span<const std::uint64_t> FilterIndex::find(Facts& facts) const {
  const std::size_t size = always_.size() * sizeof(std::uint64_t);
  auto* bits = reinterpret_cast<std::uint64_t*>(facts.arena().allocate(size, alignof(std::uint64_t)));
  std::memcpy(bits, always_.data(), size);
  const auto mark = [bits](const Filters& filters) {
    for (const std::uint32_t filter : filters) bits[filter / 64] |= std::uint64_t{1} << filter % 64;
  };

  for (const ByBytes& table : by_bytes_) {
    const Value& value = facts.get(table.field);
    if (value.is_missing()) continue;
    const auto found = table.filters.find(value.bytes());
    if (found != table.filters.end()) mark(found->second);
  }
  for (const ByInt& table : by_int_) {
    const Value& value = facts.get(table.field);
    if (value.is_missing()) continue;
    const auto found = table.filters.find(value.integer());
    if (found != table.filters.end()) mark(found->second);
  }
  for (const ByIp& table : by_ip_) {
    const Value& value = facts.get(table.field);
    if (value.is_missing()) continue;
    if (table.groups.empty()) {
      for (std::size_t set = 0; set < table.sets.size(); ++set) {
        if (table.sets[set]->contains(value.ip())) mark(table.filters[set]);
      }
      continue;
    }
    const auto after = std::ranges::upper_bound(table.starts, value.ip());
    if (after == table.starts.begin()) continue;
    const std::uint32_t group = table.group_of[static_cast<std::size_t>(after - table.starts.begin()) - 1];
    for (const std::uint32_t set : table.groups[group]) mark(table.filters[set]);
  }
  return {bits, always_.size()};
}

std::size_t FilterIndex::memory() const {
  constexpr std::size_t kPerEntry = 64;  // of a hash table, about
  std::size_t bytes = always_.size() * sizeof(std::uint64_t);
  for (const ByBytes& table : by_bytes_) bytes += table.filters.size() * kPerEntry;
  for (const ByInt& table : by_int_) bytes += table.filters.size() * kPerEntry;
  for (const ByIp& table : by_ip_)
    bytes += table.starts.size() * (sizeof(net::IpAddress) + sizeof(std::uint32_t)) +
             table.sets.size() * kPerEntry;
  return bytes;
}

}  // namespace brink::rules
