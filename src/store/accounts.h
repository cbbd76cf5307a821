// Accounts, and the users who act in them.
#pragma once

#include "store/id.h"
#include "store/transaction.h"
#include "store/tuple.h"

#include <optional>
#include <string_view>

namespace brink::store {

struct Account {
  Id id;
  std::string_view name;
  std::string_view settings;  // JSON of what the API keeps for clients
  Time created;
};

// An operator's login. Brink has one per node, made at the first start.
struct User {
  Id id;
  std::string_view email;
  std::string_view profile;  // JSON: first_name, last_name, ...
  Time created;
  Time modified;
};

namespace accounts {
[[nodiscard]] std::optional<Account> get(const ReadTransaction& transaction, const Id& id);
Result<> put(WriteTransaction& transaction, const Account& account);
[[nodiscard]] std::uint64_t count(const ReadTransaction& transaction);

// In the order of ids.
class Scan {
 public:
  explicit Scan(const ReadTransaction& transaction) : cursor_(transaction, Table::kAccounts, "") {}
  [[nodiscard]] std::optional<Account> next();

 private:
  Cursor cursor_;
};
}  // namespace accounts

namespace users {
[[nodiscard]] std::optional<User> get(const ReadTransaction& transaction, const Id& id);
// The first one: the node's operator.
[[nodiscard]] std::optional<User> first(const ReadTransaction& transaction);
Result<> put(WriteTransaction& transaction, const User& user);
}  // namespace users

}  // namespace brink::store
