// The older rules of rulesets.h: rows by owner, kind and rule.
#include "store/fields.h"
#include "store/rows.h"
#include "store/rulesets.h"

namespace brink::store {

std::optional<OlderRule> rows::older_rule(std::string_view key, std::string_view value) {
  if (key.size() != 2 * kIdBytes + 1) return std::nullopt;
  const auto kind = static_cast<unsigned char>(key[kIdBytes]);
  Fields fields(value);
  OlderRule rule{.created = fields.time(), .modified = fields.time(), .document = fields.text()};
  if (!fields.good() || kind > static_cast<unsigned>(OlderRuleKind::kLockdown)) return std::nullopt;
  rule.owner = *id_of(key.substr(0, kIdBytes));
  rule.kind = static_cast<OlderRuleKind>(kind);
  rule.id = *id_of(key.substr(kIdBytes + 1));
  return rule;
}

namespace older_rules {
namespace {

rows::Key prefix_of(const Id& owner, OlderRuleKind kind) {
  return rows::Key(owner.view()).add(static_cast<char>(kind));
}

}  // namespace

std::optional<OlderRule> get(const ReadTransaction& transaction, const Id& owner, OlderRuleKind kind,
                             const Id& id) {
  const rows::Key key = prefix_of(owner, kind).add(id.view());
  const auto value = transaction.get(Table::kOlderRules, key.view());
  return value ? rows::older_rule(key.view(), *value) : std::nullopt;
}

std::vector<OlderRule> of_owner(const ReadTransaction& transaction, const Id& owner, OlderRuleKind kind) {
  std::vector<OlderRule> found;
  Cursor cursor(transaction, Table::kOlderRules, std::string(prefix_of(owner, kind).view()));
  while (cursor.next()) {
    if (const auto rule = rows::older_rule(cursor.key(), cursor.value())) found.push_back(*rule);
  }
  return found;
}

Result<> put(WriteTransaction& transaction, const OlderRule& rule) {
  if (rule.id.is_nil() || rule.owner.is_nil()) return fail(StoreError::kInvalid);
  TupleWriter row;
  row.time(rule.created).time(rule.modified).text(rule.document);
  return rows::put(transaction, Table::kOlderRules,
                   prefix_of(rule.owner, rule.kind).add(rule.id.view()).view(), row);
}

Result<bool> remove(WriteTransaction& transaction, const Id& owner, OlderRuleKind kind, const Id& id) {
  return transaction.remove(Table::kOlderRules, prefix_of(owner, kind).add(id.view()).view());
}

Result<> remove_all_of(WriteTransaction& transaction, const Id& owner) {
  BRINK_TRY(transaction.remove_all(Table::kOlderRules, owner.view()));
  return {};
}

}  // namespace older_rules
}  // namespace brink::store
