#include "store/rulesets.h"

#include "store/fields.h"
#include "store/rows.h"

namespace brink::store {

std::optional<Ruleset> rows::ruleset(std::string_view key, std::string_view value) {
  if (key.size() != 2 * kIdBytes) return std::nullopt;
  Fields fields(value);
  Ruleset ruleset;
  ruleset.kind = fields.text();
  ruleset.phase = fields.text();
  ruleset.version = fields.number();
  ruleset.modified = fields.time();
  ruleset.document = fields.text();
  ruleset.declared_in = fields.text();
  ruleset.last_version = fields.number();
  if (!fields.good()) return std::nullopt;
  ruleset.owner = *id_of(key.substr(0, kIdBytes));
  ruleset.id = *id_of(key.substr(kIdBytes));
  return ruleset;
}

std::optional<rulesets::Version> rows::ruleset_version(std::string_view key, std::string_view value) {
  if (key.size() != kIdBytes + sizeof(std::uint64_t)) return std::nullopt;
  Fields fields(value);
  rulesets::Version version{.modified = fields.time(), .document = fields.text()};
  if (!fields.good()) return std::nullopt;
  for (const char byte : key.substr(kIdBytes))
    version.number = version.number << 8 | static_cast<unsigned char>(byte);
  return version;
}

namespace rulesets {
namespace {

rows::Key key_of(const Id& owner, const Id& id) { return rows::Key(owner.view()).add(id.view()); }
rows::Key version_key(const Id& ruleset, std::uint64_t number) {
  return rows::Key(ruleset.view()).add_number(number);
}

}  // namespace

std::optional<Ruleset> get(const ReadTransaction& transaction, const Id& owner, const Id& id) {
  const rows::Key key = key_of(owner, id);
  const auto value = transaction.get(Table::kRulesets, key.view());
  return value ? rows::ruleset(key.view(), *value) : std::nullopt;
}

std::optional<Ruleset> entry_point(const ReadTransaction& transaction, const Id& owner,
                                   std::string_view phase) {
  Cursor cursor(transaction, Table::kRulesets, std::string(owner.view()));
  while (cursor.next()) {
    const auto ruleset = rows::ruleset(cursor.key(), cursor.value());
    if (ruleset && ruleset->phase == phase && ruleset->kind != "custom") return ruleset;
  }
  return std::nullopt;
}

std::vector<Ruleset> of_owner(const ReadTransaction& transaction, const Id& owner) {
  std::vector<Ruleset> found;
  Cursor cursor(transaction, Table::kRulesets, std::string(owner.view()));
  while (cursor.next()) {
    if (const auto ruleset = rows::ruleset(cursor.key(), cursor.value())) found.push_back(*ruleset);
  }
  return found;
}

Result<> put(WriteTransaction& transaction, const Ruleset& ruleset) {
  if (ruleset.id.is_nil() || ruleset.owner.is_nil() || ruleset.version == 0)
    return fail(StoreError::kInvalid);
  TupleWriter row;
  row.text(ruleset.kind)
      .text(ruleset.phase)
      .number(ruleset.version)
      .time(ruleset.modified)
      .text(ruleset.document)
      .text(ruleset.declared_in)
      .number(std::max(ruleset.version, ruleset.last_version));
  TupleWriter version_row;
  version_row.time(ruleset.modified).text(ruleset.document);
  const Id owner = ruleset.owner, id = ruleset.id;
  const std::uint64_t number = ruleset.version;
  BRINK_TRY(rows::put(transaction, Table::kRulesets, key_of(owner, id).view(), row));
  BRINK_TRY(rows::put(transaction, Table::kRulesetVersions, version_key(id, number).view(), version_row));
  if (number > kKeptVersions)
    BRINK_TRY(transaction.remove(Table::kRulesetVersions, version_key(id, number - kKeptVersions).view()));
  return {};
}

Result<bool> remove(WriteTransaction& transaction, const Id& owner, const Id& id) {
  if (!BRINK_TRY(transaction.remove(Table::kRulesets, key_of(owner, id).view()))) return false;
  BRINK_TRY(transaction.remove_all(Table::kRulesetVersions, id.view()));
  return true;
}

Result<> remove_all_of(WriteTransaction& transaction, const Id& owner) {
  std::vector<Id> ids;
  for (const Ruleset& ruleset : of_owner(transaction, owner)) ids.push_back(ruleset.id);
  for (const Id& id : ids) BRINK_TRY(transaction.remove_all(Table::kRulesetVersions, id.view()));
  BRINK_TRY(transaction.remove_all(Table::kRulesets, owner.view()));
  return {};
}

std::optional<Ruleset> Scan::next() {
  while (cursor_.next()) {
    if (auto ruleset = rows::ruleset(cursor_.key(), cursor_.value())) return ruleset;
  }
  return std::nullopt;
}

std::optional<Version> version(const ReadTransaction& transaction, const Id& ruleset, std::uint64_t number) {
  const rows::Key key = version_key(ruleset, number);
  const auto value = transaction.get(Table::kRulesetVersions, key.view());
  return value ? rows::ruleset_version(key.view(), *value) : std::nullopt;
}

std::vector<Version> versions(const ReadTransaction& transaction, const Id& ruleset) {
  std::vector<Version> found;
  Cursor cursor(transaction, Table::kRulesetVersions, std::string(ruleset.view()));
  while (cursor.next()) {
    if (const auto version = rows::ruleset_version(cursor.key(), cursor.value())) found.push_back(*version);
  }
  return found;
}

Result<bool> remove_version(WriteTransaction& transaction, const Id& ruleset, std::uint64_t number) {
  return transaction.remove(Table::kRulesetVersions, version_key(ruleset, number).view());
}

}  // namespace rulesets
}  // namespace brink::store
