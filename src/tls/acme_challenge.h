// The certificate that answers the TLS-ALPN-01 challenge of ACME (RFC 8737).
#pragma once

#include "base/error.h"

#include <chrono>
#include <string>
#include <string_view>

namespace brink::tls {

// The application protocol that whoever checks the challenge offers, and nothing else.
inline constexpr std::string_view kAcmeProtocol = "acme-tls/1";

// A self-signed certificate for `host` that has `digest` (the SHA-256 of the key authorization, 32 bytes) in
// its critical extension acmeIdentifier, and its key behind it: one PEM text, good from a day before `now` to
// a week after. SystemError, EINVAL, for a name that cannot stand in a certificate or a digest that is none.
[[nodiscard]] Result<std::string> make_acme_challenge(const std::string& host, std::string_view digest,
                                                      std::chrono::system_clock::time_point now);

}  // namespace brink::tls
