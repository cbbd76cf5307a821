// How a certificate that has come gets into the store: in the place of those that it makes needless, and into
// the audit log.
#pragma once

#include "store/certificates.h"
#include "store/transaction.h"

#include <cstdint>

namespace brink::control::acme {

// Puts `certificate` (whose texts are not the transaction's) and removes those of its zone from ACME whose
// hosts it has all. Each is one entry of the audit log, by "acme"; `seed` makes their ids.
Result<> put_issued(store::WriteTransaction& write, const store::Certificate& certificate,
                    std::uint64_t seed);

}  // namespace brink::control::acme
