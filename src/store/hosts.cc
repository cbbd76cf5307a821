#include "store/hosts.h"

#include "store/rows.h"

namespace brink::store::hosts {
namespace {

constexpr std::string_view kWildcard("*\0", 2);

std::optional<Id> holder(const ReadTransaction& transaction, std::string_view key) {
  const auto value = transaction.get(Table::kHosts, key);
  return value ? rows::id_of(*value) : std::nullopt;
}

}  // namespace

Result<bool> put(WriteTransaction& transaction, std::string_view pattern, const Id& zone) {
  const auto key = NameKey::of(pattern);
  if (!key || !zones::exists(transaction, zone)) return fail(StoreError::kInvalid);
  if (const auto other = holder(transaction, key->view()); other && *other != zone) return false;
  BRINK_TRY(transaction.put(Table::kHosts, key->view(), zone.view()));
  BRINK_TRY(transaction.put(Table::kHostsByZone, rows::Key(zone.view()).add(key->view()).view(), {}));
  return true;
}

Result<> remove_all_of(WriteTransaction& transaction, const Id& zone) {
  std::vector<std::string> patterns;
  {
    Cursor cursor(transaction, Table::kHostsByZone, std::string(zone.view()));
    while (cursor.next()) patterns.emplace_back(cursor.key().substr(rows::kIdBytes));
  }
  for (const std::string& pattern : patterns) {
    if (holder(transaction, pattern) == zone) BRINK_TRY(transaction.remove(Table::kHosts, pattern));
  }
  BRINK_TRY(transaction.remove_all(Table::kHostsByZone, zone.view()));
  return {};
}

std::optional<Id> find(const ReadTransaction& transaction, std::string_view host) {
  const auto key = NameKey::of(host);
  if (!key) return std::nullopt;
  if (auto exact = holder(transaction, key->view())) return exact;
  for (std::string_view name = key->view(); !name.empty();) {
    name = parent_key(name);
    if (auto covering = holder(transaction, rows::Key(name).add(kWildcard).view())) return covering;
  }
  return std::nullopt;
}

}  // namespace brink::store::hosts
