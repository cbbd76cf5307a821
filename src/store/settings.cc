// The settings of zones.h: rows by zone and name.
#include "store/fields.h"
#include "store/rows.h"
#include "store/zones.h"

namespace brink::store {

std::optional<settings::Setting> rows::setting(std::string_view key, std::string_view value) {
  if (key.size() <= kIdBytes) return std::nullopt;
  Fields fields(value);
  settings::Setting setting{.id = key.substr(kIdBytes), .value = fields.text(), .modified = fields.time()};
  if (!fields.good()) return std::nullopt;
  return setting;
}

namespace settings {

std::optional<Setting> get(const ReadTransaction& transaction, const Id& zone, std::string_view id) {
  const rows::Key key = rows::Key(zone.view()).add(id);
  const auto value = transaction.get(Table::kSettings, key.view());
  auto setting = value ? rows::setting(key.view(), *value) : std::nullopt;
  if (setting) setting->id = id;  // not the one in the key, which ends here
  return setting;
}

Result<> put(WriteTransaction& transaction, const Id& zone, const Setting& setting) {
  if (setting.id.empty() || !zones::exists(transaction, zone)) return fail(StoreError::kInvalid);
  TupleWriter row;
  row.text(setting.value).time(setting.modified);
  return rows::put(transaction, Table::kSettings, rows::Key(zone.view()).add(setting.id).view(), row);
}

Result<bool> remove(WriteTransaction& transaction, const Id& zone, std::string_view id) {
  if (id.empty()) return false;
  return transaction.remove(Table::kSettings, rows::Key(zone.view()).add(id).view());
}

std::vector<Setting> all(const ReadTransaction& transaction, const Id& zone) {
  std::vector<Setting> settings;
  Cursor cursor(transaction, Table::kSettings, std::string(zone.view()));
  while (cursor.next()) {
    if (auto setting = rows::setting(cursor.key(), cursor.value())) settings.push_back(*setting);
  }
  return settings;
}

}  // namespace settings
}  // namespace brink::store
