// Whether a certificate and what came with it belong together.
#pragma once

#include "base/error.h"
#include "tls/certificate.h"

namespace brink::tls {

// Whether each certificate of the chain is signed by the next, and those are authorities. The last need not
// be a root: clients have that. CertificateError::kBadCertificate with the place, from 1, of the first that
// the next has not signed.
[[nodiscard]] Result<> check_chain(const Certificate& certificate);

}  // namespace brink::tls
