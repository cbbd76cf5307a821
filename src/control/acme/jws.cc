#include "control/acme/jws.h"

#include "base/encoding.h"
#include "control/api/json.h"
#include "tls/digest.h"

#include <fmt/format.h>

namespace brink::control::acme {
namespace {

using api::Json;

std::string flattened(std::string_view header, std::string_view payload, std::string_view signature) {
  return api::json_text(Json{{"protected", base64url_encode(header)},
                             {"payload", base64url_encode(payload)},
                             {"signature", base64url_encode(signature)}});
}

}  // namespace

std::string jwk(const tls::Es256Key& key) {
  return fmt::format(R"({{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}})", base64url_encode(key.x()),
                     base64url_encode(key.y()));
}

std::string thumbprint(const tls::Es256Key& key) { return base64url_encode(tls::sha256(jwk(key))); }

std::string key_authorization(const tls::Es256Key& key, std::string_view token) {
  return fmt::format("{}.{}", token, thumbprint(key));
}

std::string signing_input(std::string_view header, std::string_view payload) {
  return base64url_encode(header) + "." + base64url_encode(payload);
}

std::string signed_request(const tls::Es256Key& key, std::string_view account, std::string_view url,
                           std::string_view nonce, std::string_view payload) {
  Json header{{"alg", "ES256"}, {"nonce", nonce}, {"url", url}};
  if (account.empty()) {
    header["jwk"] = api::stored_json(jwk(key));
  } else {
    header["kid"] = account;
  }
  const std::string text = api::json_text(header);
  return flattened(text, payload, key.sign(signing_input(text, payload)));
}

std::string external_account_binding(const tls::Es256Key& account_key, std::string_view key_id,
                                     std::string_view mac_key, std::string_view url) {
  const std::string header = api::json_text(Json{{"alg", "HS256"}, {"kid", key_id}, {"url", url}});
  const std::string payload = jwk(account_key);
  return flattened(header, payload, tls::hmac_sha256(mac_key, signing_input(header, payload)));
}

}  // namespace brink::control::acme
