// A request for a certificate (PKCS #10, RFC 2986): names in subjectAltName and nothing else, as authorities
// that look only there want it.
#pragma once

#include "base/error.h"
#include "tls/es256_key.h"

#include <string>
#include <vector>

namespace brink::tls {

// In DER. SystemError, EINVAL, for a name that cannot stand in a certificate, or no name at all.
[[nodiscard]] Result<std::string> make_certificate_request(const std::vector<std::string>& names,
                                                           const Es256Key& key);

}  // namespace brink::tls
