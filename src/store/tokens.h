// API tokens. Of the secret only the SHA-256 is kept: it has 240 bits of chance, so that no slow hash is
// needed.
#pragma once

#include "store/id.h"
#include "store/transaction.h"
#include "store/tuple.h"

#include <array>
#include <optional>
#include <string_view>

namespace brink::store {

using TokenHash = std::array<std::uint8_t, 32>;

struct Token {
  Id id;
  Id owner;  // a user, or an account where it is account-owned
  bool of_account = false;
  std::string_view name;
  TokenHash hash{};
  bool disabled = false;
  std::string_view policies;   // JSON as the API gives it (api.md 3.3)
  std::string_view condition;  // JSON; empty for none
  Time not_before;             // the epoch: no bound
  Time expires;
  Time issued;
  Time modified;
  Time last_used;  // to the hour, so that use does not write
};

namespace tokens {

[[nodiscard]] std::optional<Token> get(const ReadTransaction& transaction, const Id& id);
[[nodiscard]] std::optional<Token> find(const ReadTransaction& transaction, const TokenHash& hash);
// Inserts or replaces; the hash it had before dies at once.
Result<> put(WriteTransaction& transaction, const Token& token);
Result<bool> remove(WriteTransaction& transaction, const Id& id);

class Scan {  // in the order of ids
 public:
  explicit Scan(const ReadTransaction& transaction) : cursor_(transaction, Table::kTokens, "") {}
  [[nodiscard]] std::optional<Token> next();

 private:
  Cursor cursor_;
};

}  // namespace tokens
}  // namespace brink::store
