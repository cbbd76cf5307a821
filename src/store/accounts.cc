#include "store/accounts.h"

#include "store/fields.h"
#include "store/rows.h"

namespace brink::store {

std::optional<Account> rows::account(std::string_view key, std::string_view value) {
  const auto id = id_of(key);
  Fields fields(value);
  Account account;
  account.name = fields.text();
  account.settings = fields.text();
  account.created = fields.time();
  if (!id || !fields.good()) return std::nullopt;
  account.id = *id;
  return account;
}

std::optional<User> rows::user(std::string_view key, std::string_view value) {
  const auto id = id_of(key);
  Fields fields(value);
  User user;
  user.email = fields.text();
  user.profile = fields.text();
  user.created = fields.time();
  user.modified = fields.time();
  if (!id || !fields.good()) return std::nullopt;
  user.id = *id;
  return user;
}

namespace accounts {

std::optional<Account> get(const ReadTransaction& transaction, const Id& id) {
  const auto value = transaction.get(Table::kAccounts, id.view());
  return value ? rows::account(id.view(), *value) : std::nullopt;
}

Result<> put(WriteTransaction& transaction, const Account& account) {
  if (account.id.is_nil()) return fail(StoreError::kInvalid);
  TupleWriter row;
  row.text(account.name).text(account.settings).time(account.created);
  return rows::put(transaction, Table::kAccounts, account.id.view(), row);
}

std::uint64_t count(const ReadTransaction& transaction) { return transaction.count(Table::kAccounts); }

std::optional<Account> Scan::next() {
  while (cursor_.next()) {
    if (auto account = rows::account(cursor_.key(), cursor_.value())) return account;
  }
  return std::nullopt;
}

}  // namespace accounts

namespace users {

std::optional<User> get(const ReadTransaction& transaction, const Id& id) {
  const auto value = transaction.get(Table::kUsers, id.view());
  return value ? rows::user(id.view(), *value) : std::nullopt;
}

std::optional<User> first(const ReadTransaction& transaction) {
  Cursor cursor(transaction, Table::kUsers, "");
  while (cursor.next()) {
    if (auto user = rows::user(cursor.key(), cursor.value())) return user;
  }
  return std::nullopt;
}

Result<> put(WriteTransaction& transaction, const User& user) {
  if (user.id.is_nil()) return fail(StoreError::kInvalid);
  TupleWriter row;
  row.text(user.email).text(user.profile).time(user.created).time(user.modified);
  return rows::put(transaction, Table::kUsers, user.id.view(), row);
}

}  // namespace users
}  // namespace brink::store
