#include "store/acme_state.h"

namespace brink::store::acme_state {

std::optional<std::string_view> get(const ReadTransaction& transaction, std::string_view name) {
  return transaction.get(Table::kAcme, name);
}

Result<> put(WriteTransaction& transaction, std::string_view name, std::string_view value) {
  if (name.empty()) return fail(StoreError::kInvalid);
  // Copies: what the caller has may be views of this very table.
  return transaction.put(Table::kAcme, std::string(name), std::string(value));
}

Result<bool> remove(WriteTransaction& transaction, std::string_view name) {
  if (name.empty()) return false;
  return transaction.remove(Table::kAcme, std::string(name));
}

}  // namespace brink::store::acme_state
