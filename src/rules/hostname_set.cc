#include "base/ascii.h"
#include "rules/hash_slots.h"
#include "rules/list.h"

#include <algorithm>
#include <array>

#include <xxhash.h>

namespace brink::rules {
namespace {

constexpr std::size_t kMaxHost = 255;

std::uint64_t hash_of(std::string_view name) { return ::XXH3_64bits(name.data(), name.size()); }

}  // namespace

// Each name once, in lower case and without "*.", and whether it and what is below it belong to the set.
struct HostnameSet::Table {
  struct Name {
    std::uint32_t start;  // in `text`
    std::uint8_t size;
    bool itself;
    bool below;
  };

  [[nodiscard]] std::string_view text_of(const Name& name) const {
    return std::string_view(text).substr(name.start, name.size);
  }
  [[nodiscard]] std::uint32_t find(std::string_view name) const {
    return slots.find(hash_of(name), [&](std::uint32_t place) { return text_of(names[place]) == name; });
  }
  void add(std::string_view written, bool excludes_apex) {
    const bool wildcard = written.starts_with("*.");
    const std::string name = to_lower(wildcard ? written.substr(2) : written);
    if (name.empty() || name.size() > kMaxHost) return;
    std::uint32_t place = find(name);
    if (place == HashSlots::kNone) {
      place = static_cast<std::uint32_t>(names.size());
      names.push_back({.start = static_cast<std::uint32_t>(text.size()),
                       .size = static_cast<std::uint8_t>(name.size()),
                       .itself = false,
                       .below = false});
      text += name;
      slots.insert(hash_of(name), place);
    }
    names[place].itself |= !wildcard || !excludes_apex;
    names[place].below |= wildcard;
    any_below |= wildcard;
  }

  std::string text;
  std::vector<Name> names;
  HashSlots slots;
  bool any_below = false;
};

HostnameSet::HostnameSet() = default;
HostnameSet::~HostnameSet() = default;
HostnameSet::HostnameSet(HostnameSet&&) noexcept = default;
HostnameSet& HostnameSet::operator=(HostnameSet&&) noexcept = default;

HostnameSet::HostnameSet(std::span<const Item> items) : table_(std::make_unique<Table>()) {
  table_->slots.reset(items.size());
  for (const Item& item : items) table_->add(item.name, item.excludes_apex);
  table_->text.shrink_to_fit();
  table_->names.shrink_to_fit();
}

bool HostnameSet::contains(std::string_view host) const {
  if (table_ == nullptr || table_->names.empty() || host.empty() || host.size() > kMaxHost) return false;
  std::array<char, kMaxHost> lower;
  std::ranges::transform(host, lower.begin(), ascii_lower);
  std::string_view name(lower.data(), host.size());
  if (const auto place = table_->find(name); place != HashSlots::kNone && table_->names[place].itself)
    return true;
  if (!table_->any_below) return false;
  for (std::size_t dot = name.find('.'); dot != name.npos; dot = name.find('.')) {
    name.remove_prefix(dot + 1);
    if (const auto place = table_->find(name); place != HashSlots::kNone && table_->names[place].below)
      return true;
  }
  return false;
}

std::size_t HostnameSet::memory() const {
  if (table_ == nullptr) return 0;
  return table_->text.capacity() + table_->names.capacity() * sizeof(Table::Name) + table_->slots.memory();
}

}  // namespace brink::rules
