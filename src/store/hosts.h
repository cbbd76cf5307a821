// Which zone answers HTTP for a host that a zone's file claims: exact names, wildcards ("*.example.com": any
// number of labels below) and "*". Zones that were made by the API claim none: their hosts are their proxied
// records (dns_records.h).
#pragma once

#include "store/id.h"
#include "store/transaction.h"

#include <optional>
#include <string_view>

namespace brink::store::hosts {

// Claims `pattern` for `zone`; a claim of another zone stays, and the answer is false. kInvalid for a pattern
// that is no name, and where there is no such zone.
Result<bool> put(WriteTransaction& transaction, std::string_view pattern, const Id& zone);
Result<> remove_all_of(WriteTransaction& transaction, const Id& zone);

// The zone that has the most specific pattern for `host`: exact, then the longest wildcard, then "*".
[[nodiscard]] std::optional<Id> find(const ReadTransaction& transaction, std::string_view host);

}  // namespace brink::store::hosts
