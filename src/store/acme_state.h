// What ACME must not lose: the account's key, orders under way, when a name may be tried again, and the
// answers to challenges, which every edge of every node must be able to give.
#pragma once

#include "store/transaction.h"
#include "store/tuple.h"

#include <optional>
#include <string>
#include <string_view>

namespace brink::store::acme_state {

// Rows by name ("account https://ca.example/directory", "order <zone>", "http <token>", "alpn <host>"); the
// value is the ACME client's own affair.
[[nodiscard]] std::optional<std::string_view> get(const ReadTransaction& transaction, std::string_view name);
Result<> put(WriteTransaction& transaction, std::string_view name, std::string_view value);
Result<bool> remove(WriteTransaction& transaction, std::string_view name);

}  // namespace brink::store::acme_state
