#include "store/tokens.h"

#include "store/fields.h"
#include "store/rows.h"

namespace brink::store {
namespace {

std::string_view view_of(const TokenHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace

std::optional<Token> rows::token(std::string_view key, std::string_view value) {
  const auto id = id_of(key);
  Fields fields(value);
  Token token;
  const std::string_view hash = fields.text();
  token.owner = fields.id();
  token.of_account = fields.flag();
  token.name = fields.text();
  token.disabled = fields.flag();
  token.policies = fields.text();
  token.condition = fields.text();
  token.not_before = fields.time();
  token.expires = fields.time();
  token.issued = fields.time();
  token.modified = fields.time();
  token.last_used = fields.time();
  if (!id || !fields.good() || hash.size() != token.hash.size()) return std::nullopt;
  token.id = *id;
  std::memcpy(token.hash.data(), hash.data(), hash.size());
  return token;
}

namespace tokens {

std::optional<Token> get(const ReadTransaction& transaction, const Id& id) {
  const auto value = transaction.get(Table::kTokens, id.view());
  return value ? rows::token(id.view(), *value) : std::nullopt;
}

std::optional<Token> find(const ReadTransaction& transaction, const TokenHash& hash) {
  const auto key = transaction.get(Table::kTokensByHash, view_of(hash));
  if (!key) return std::nullopt;
  const auto id = rows::id_of(*key);
  auto token = id ? get(transaction, *id) : std::nullopt;
  if (token && token->hash != hash) return std::nullopt;  // an index that leads astray opens no door
  return token;
}

Result<> put(WriteTransaction& transaction, const Token& token) {
  if (token.id.is_nil()) return fail(StoreError::kInvalid);
  TupleWriter row;
  row.text(view_of(token.hash))
      .text(id_field(token.owner))
      .flag(token.of_account)
      .text(token.name)
      .flag(token.disabled)
      .text(token.policies)
      .text(token.condition)
      .time(token.not_before)
      .time(token.expires)
      .time(token.issued)
      .time(token.modified)
      .time(token.last_used);
  const Id id = token.id;
  const TokenHash hash = token.hash;
  const auto holder = transaction.get(Table::kTokensByHash, view_of(hash));
  if (holder && *holder != id.view()) return fail(StoreError::kTaken);
  const auto old = get(transaction, id);
  const std::optional<TokenHash> old_hash = old ? std::optional(old->hash) : std::nullopt;
  BRINK_TRY(rows::put(transaction, Table::kTokens, id.view(), row));
  if (old_hash && *old_hash != hash) BRINK_TRY(transaction.remove(Table::kTokensByHash, view_of(*old_hash)));
  return transaction.put(Table::kTokensByHash, view_of(hash), id.view());
}

Result<bool> remove(WriteTransaction& transaction, const Id& id) {
  const auto old = get(transaction, id);
  const std::optional<TokenHash> hash = old ? std::optional(old->hash) : std::nullopt;
  if (!BRINK_TRY(transaction.remove(Table::kTokens, id.view()))) return false;
  if (hash) BRINK_TRY(transaction.remove(Table::kTokensByHash, view_of(*hash)));
  return true;
}

std::optional<Token> Scan::next() {
  while (cursor_.next()) {
    if (auto token = rows::token(cursor_.key(), cursor_.value())) return token;
  }
  return std::nullopt;
}

}  // namespace tokens
}  // namespace brink::store
