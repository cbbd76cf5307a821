#include "store/zones.h"

#include "store/certificates.h"
#include "store/fields.h"
#include "store/hosts.h"
#include "store/rows.h"
#include "store/rulesets.h"

namespace brink::store {

std::optional<Zone> rows::zone(std::string_view key, std::string_view value) {
  const auto id = id_of(key);
  Fields fields(value);
  Zone zone;
  zone.account = fields.id();
  zone.name = fields.text();
  zone.status = fields.choice(ZoneStatus::kMoved);
  zone.type = fields.choice(ZoneType::kSecondary);
  zone.paused = fields.flag();
  zone.created = fields.time();
  zone.modified = fields.time();
  zone.activated = fields.time();
  zone.declared_in = fields.text();
  zone.declaration = fields.text();
  zone.name_servers = fields.texts();
  if (!id || !fields.good()) return std::nullopt;
  zone.id = *id;
  return zone;
}

namespace zones {
namespace {

std::optional<Zone> of_key(const ReadTransaction& transaction, std::string_view name_key) {
  const auto id = transaction.get(Table::kZonesByName, name_key);
  if (!id) return std::nullopt;
  const auto value = transaction.get(Table::kZones, *id);
  return value ? rows::zone(*id, *value) : std::nullopt;
}

}  // namespace

std::optional<Zone> get(const ReadTransaction& transaction, const Id& id) {
  const auto value = transaction.get(Table::kZones, id.view());
  return value ? rows::zone(id.view(), *value) : std::nullopt;
}

bool exists(const ReadTransaction& transaction, const Id& id) {
  return transaction.get(Table::kZones, id.view()).has_value();
}

std::optional<Zone> find(const ReadTransaction& transaction, std::string_view name) {
  const auto key = NameKey::of(name);
  return key ? of_key(transaction, key->view()) : std::nullopt;
}

std::optional<Zone> find_enclosing(const ReadTransaction& transaction, std::string_view host) {
  const auto key = NameKey::of(host);
  if (!key) return std::nullopt;
  for (std::string_view name = key->view(); !name.empty(); name = parent_key(name)) {
    if (auto zone = of_key(transaction, name)) return zone;
  }
  return std::nullopt;
}

Result<> put(WriteTransaction& transaction, const Zone& zone) {
  const auto key = NameKey::of(zone.name);
  if (!key || zone.id.is_nil()) return fail(StoreError::kInvalid);
  TupleWriter row;
  row.text(id_field(zone.account))
      .text(zone.name)
      .number(static_cast<std::uint64_t>(zone.status))
      .number(static_cast<std::uint64_t>(zone.type))
      .flag(zone.paused)
      .time(zone.created)
      .time(zone.modified)
      .time(zone.activated)
      .text(zone.declared_in)
      .text(zone.declaration)
      .texts(zone.name_servers);

  const Id id = zone.id;
  const auto holder = transaction.get(Table::kZonesByName, key->view());
  if (holder && *holder != id.view()) return fail(StoreError::kTaken);
  std::optional<NameKey> old_key;
  if (const auto old = get(transaction, id)) old_key = NameKey::of(old->name);
  BRINK_TRY(rows::put(transaction, Table::kZones, id.view(), row));
  if (old_key && old_key->view() != key->view())
    BRINK_TRY(transaction.remove(Table::kZonesByName, old_key->view()));
  return transaction.put(Table::kZonesByName, key->view(), id.view());
}

Result<bool> remove(WriteTransaction& transaction, const Id& id) {
  const auto zone = get(transaction, id);
  std::optional<NameKey> key;
  if (zone) key = NameKey::of(zone->name);
  if (!BRINK_TRY(transaction.remove(Table::kZones, id.view()))) return false;
  // A row that could not be read has left its name behind; the check names it.
  if (key) BRINK_TRY(transaction.remove(Table::kZonesByName, key->view()));
  BRINK_TRY(transaction.remove_all(Table::kDnsRecords, id.view()));
  BRINK_TRY(transaction.remove_all(Table::kDnsRecordsById, id.view()));
  BRINK_TRY(transaction.remove_all(Table::kSettings, id.view()));
  BRINK_TRY(certificates::remove_all_of(transaction, id));
  BRINK_TRY(hosts::remove_all_of(transaction, id));
  BRINK_TRY(rulesets::remove_all_of(transaction, id));
  BRINK_TRY(older_rules::remove_all_of(transaction, id));
  return true;
}

std::uint64_t count(const ReadTransaction& transaction) { return transaction.count(Table::kZones); }

Scan::Scan(const ReadTransaction& transaction, std::string_view from)
    : transaction_(transaction), cursor_(transaction, Table::kZonesByName, "") {
  if (const auto key = NameKey::of(from)) cursor_.seek(key->view());
}

Scan::Scan(const ReadTransaction& transaction, Reverse)
    : transaction_(transaction), cursor_(transaction, Table::kZonesByName, "", true) {}

void Scan::skip(std::uint64_t zones) {
  while (zones > 0 && cursor_.next()) --zones;
}

std::optional<Zone> Scan::next() {
  while (cursor_.next()) {
    if (auto found = zone()) return found;
  }
  return std::nullopt;
}

std::optional<std::string> Scan::next_name() {
  if (!cursor_.next()) return std::nullopt;
  return name_of_key(cursor_.key());
}

std::optional<Zone> Scan::zone() const {
  const auto value = transaction_.get(Table::kZones, cursor_.value());
  return value ? rows::zone(cursor_.value(), *value) : std::nullopt;
}

}  // namespace zones
}  // namespace brink::store
