// Signed requests of ACME: JSON Web Signatures (RFC 7515) in the flattened form that RFC 8555 section 6.2
// asks for, and what else is made of the account's key. Pure functions.
#pragma once

#include "tls/es256_key.h"

#include <string>
#include <string_view>

namespace brink::control::acme {

// The public key as a JWK, with its members in the order of RFC 7638, and the thumbprint made of that.
[[nodiscard]] std::string jwk(const tls::Es256Key& key);
[[nodiscard]] std::string thumbprint(const tls::Es256Key& key);

// RFC 8555 section 8.1.
[[nodiscard]] std::string key_authorization(const tls::Es256Key& key, std::string_view token);

// base64url(header) "." base64url(payload): what is signed (RFC 7515 section 5.1).
[[nodiscard]] std::string signing_input(std::string_view header, std::string_view payload);

// The request's body. `account` is the account's URL; empty for newAccount, which shows the key itself. An
// empty payload is a POST-as-GET.
[[nodiscard]] std::string signed_request(const tls::Es256Key& key, std::string_view account,
                                         std::string_view url, std::string_view nonce,
                                         std::string_view payload);

// RFC 8555 section 7.3.4: the account's key, signed with the MAC key that the authority gave its customer.
[[nodiscard]] std::string external_account_binding(const tls::Es256Key& account_key, std::string_view key_id,
                                                   std::string_view mac_key, std::string_view url);

}  // namespace brink::control::acme
