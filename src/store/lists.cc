#include "store/lists.h"

#include "store/fields.h"
#include "store/rows.h"

namespace brink::store {

std::optional<List> rows::list(std::string_view key, std::string_view value) {
  if (key.size() != 2 * kIdBytes) return std::nullopt;
  Fields fields(value);
  List list;
  list.name = fields.text();
  list.kind = fields.choice(ListKind::kRedirect);
  list.description = fields.text();
  list.created = fields.time();
  list.modified = fields.time();
  list.items = fields.number();
  list.version = fields.number();
  list.next_order = fields.number();
  if (!fields.good()) return std::nullopt;
  list.account = *id_of(key.substr(0, kIdBytes));
  list.id = *id_of(key.substr(kIdBytes));
  return list;
}

namespace lists {
namespace {

constexpr auto kOperationsKept = std::chrono::days(7);
constexpr int kOperationsCutAtOnce = 16;

rows::Key key_of(const Id& account, const Id& id) { return rows::Key(account.view()).add(id.view()); }

}  // namespace

std::optional<List> get(const ReadTransaction& transaction, const Id& account, const Id& id) {
  const rows::Key key = key_of(account, id);
  const auto value = transaction.get(Table::kLists, key.view());
  return value ? rows::list(key.view(), *value) : std::nullopt;
}

std::optional<List> find(const ReadTransaction& transaction, const Id& account, std::string_view name) {
  const auto value = transaction.get(Table::kListsByName, rows::Key(account.view()).add(name).view());
  const auto id = value ? rows::id_of(*value) : std::nullopt;
  return id ? get(transaction, account, *id) : std::nullopt;
}

std::vector<List> of_account(const ReadTransaction& transaction, const Id& account) {
  std::vector<List> found;
  Cursor cursor(transaction, Table::kLists, std::string(account.view()));
  while (cursor.next()) {
    if (const auto list = rows::list(cursor.key(), cursor.value())) found.push_back(*list);
  }
  return found;
}

Result<> put(WriteTransaction& transaction, const List& list) {
  if (list.id.is_nil() || list.account.is_nil() || list.name.empty()) return fail(StoreError::kInvalid);
  TupleWriter row;
  row.text(list.name)
      .number(static_cast<std::uint64_t>(list.kind))
      .text(list.description)
      .time(list.created)
      .time(list.modified)
      .number(list.items)
      .number(list.version)
      .number(list.next_order);
  const Id id = list.id, account = list.account;
  const std::string name(list.name);
  const rows::Key by_name = rows::Key(account.view()).add(name);
  const auto holder = transaction.get(Table::kListsByName, by_name.view());
  if (holder && *holder != id.view()) return fail(StoreError::kTaken);
  std::string old_name;
  if (const auto old = get(transaction, account, id)) old_name = std::string(old->name);
  BRINK_TRY(rows::put(transaction, Table::kLists, key_of(account, id).view(), row));
  if (!old_name.empty() && old_name != name)
    BRINK_TRY(transaction.remove(Table::kListsByName, rows::Key(account.view()).add(old_name).view()));
  return transaction.put(Table::kListsByName, by_name.view(), id.view());
}

Result<bool> remove(WriteTransaction& transaction, const Id& account, const Id& id) {
  const auto old = get(transaction, account, id);
  const std::string name = old ? std::string(old->name) : std::string();
  if (!BRINK_TRY(transaction.remove(Table::kLists, key_of(account, id).view()))) return false;
  if (!name.empty())
    BRINK_TRY(transaction.remove(Table::kListsByName, rows::Key(account.view()).add(name).view()));
  BRINK_TRY(transaction.remove_all(Table::kListItems, id.view()));
  return true;
}

Result<> add_operation(WriteTransaction& transaction, const Id& account, const Id& operation, Time done) {
  std::vector<std::string> old;
  Cursor cursor(transaction, Table::kListOperations, std::string(account.view()));
  for (int looked = 0; looked < kOperationsCutAtOnce && cursor.next(); ++looked) {
    const auto when = TupleView::parse(cursor.value());
    if (!when || when->time(0) + kOperationsKept < done) old.emplace_back(cursor.key());
  }
  for (const std::string& key : old) BRINK_TRY(transaction.remove(Table::kListOperations, key));
  TupleWriter row;
  row.time(done);
  return rows::put(transaction, Table::kListOperations, key_of(account, operation).view(), row);
}

std::optional<Time> operation(const ReadTransaction& transaction, const Id& account, const Id& operation) {
  const auto value = transaction.get(Table::kListOperations, key_of(account, operation).view());
  const auto row = value ? TupleView::parse(*value) : std::nullopt;
  if (!row) return std::nullopt;
  return row->time(0);
}

}  // namespace lists
}  // namespace brink::store
