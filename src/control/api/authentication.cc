#include "control/api/authentication.h"

#include "base/ascii.h"
#include "control/api/token_condition.h"
#include "control/api/token_secret.h"
#include "http/field_name.h"
#include "store/accounts.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

using http::FieldName;

constexpr std::string_view kServiceKey = "X-Auth-User-Service-Key";
constexpr std::string_view kBearer = "Bearer ";

Outcome<std::string_view> bearer_token(std::string_view authorization) {
  const auto malformed = [] {
    return std::unexpected(ApiError(codes::kInvalidHeaders).because(codes::kInvalidAuthorizationFormat));
  };
  if (authorization.size() <= kBearer.size() ||
      !equals_ignoring_case(authorization.substr(0, kBearer.size()), kBearer)) {
    return malformed();
  }
  const std::string_view token = trim_ows(authorization.substr(kBearer.size()));
  if (!looks_like_token(token)) return malformed();
  return token;
}

Outcome<> check_times(const store::Token& token, store::Time now) {
  if (token.disabled) return refuse(codes::kInvalidAccessToken, "The access token is disabled");
  if (token.not_before != store::Time{} && now < token.not_before)
    return refuse(codes::kInvalidAccessToken, "The access token is not valid yet");
  if (token.expires != store::Time{} && now >= token.expires)
    return refuse(codes::kInvalidAccessToken, "The access token has expired");
  return {};
}

Outcome<> check_address(const store::Token& token, const Peer& peer) {
  if (token.condition.empty()) return {};
  const auto condition = TokenCondition::parse(stored_json(token.condition));
  if (condition && condition->admits(peer.address)) return {};
  return refuse(codes::kInvalidAccessToken,
                fmt::format("Cannot use the access token from location: {}", peer.text));
}

Outcome<Authenticated> by_token(std::string_view secret, const Peer& peer, const store::ReadTransaction& read,
                                store::Time now, bool says_verify) {
  const store::TokenHash hash = hash_of(secret);
  const auto token = store::tokens::find(read, hash);
  if (!token || !same_hash(token->hash, hash))
    return says_verify ? refuse(codes::kInvalidToken) : refuse(codes::kInvalidAccessToken);
  BRINK_TRY(check_times(*token, now));
  BRINK_TRY(check_address(*token, peer));
  auto policies = Policies::parse(stored_json(token->policies));
  if (!policies) return refuse(codes::kInvalidAccessToken, "The access token's policies cannot be read");

  Authenticated result;
  Caller& caller = result.caller;
  caller.kind = token->of_account ? Caller::Kind::kAccountToken : Caller::Kind::kUserToken;
  caller.token = token->id;
  caller.token_name = token->name;
  caller.policies = *std::move(policies);
  if (token->of_account) {
    caller.token_account = token->owner;
  } else {
    caller.user = token->owner;
    if (const auto user = store::users::get(read, token->owner)) caller.email = user->email;
  }
  result.note_use = std::chrono::floor<std::chrono::hours>(now) > token->last_used;
  return result;
}

Outcome<Caller> as_operator(Caller::Kind kind, const store::ReadTransaction& read) {
  const auto user = store::users::first(read);
  if (!user) return refuse(codes::kInternal, "The node has no user yet");
  Caller caller;
  caller.kind = kind;
  caller.user = user->id;
  caller.email = user->email;
  return caller;
}

Outcome<Caller> by_key(std::string_view email, std::string_view key,
                       const std::optional<store::TokenHash>& global_key,
                       const store::ReadTransaction& read) {
  if (!looks_like_key(key))
    return std::unexpected(ApiError(codes::kInvalidHeaders).because(codes::kInvalidKeyFormat));
  if (!global_key) {
    return refuse(codes::kUnknownKey,
                  "Unknown X-Auth-Key or X-Auth-Email: this node has no global key; use an API token");
  }
  auto caller = BRINK_TRY(as_operator(Caller::Kind::kGlobalKey, read));
  if (!same_hash(hash_of(key), *global_key) || !equals_ignoring_case(email, caller.email))
    return refuse(codes::kUnknownKey);
  return caller;
}

Outcome<Caller> by_origin_ca_key(std::string_view key, const std::optional<store::TokenHash>& origin_ca,
                                 const store::ReadTransaction& read) {
  if (!looks_like_origin_ca_key(key))
    return std::unexpected(ApiError(codes::kInvalidHeaders).because(codes::kInvalidServiceKeyFormat));
  if (!origin_ca) {
    return refuse(codes::kUnknownServiceKey,
                  "Unknown X-Auth-User-Service-Key: this node has no origin CA key; use an API token");
  }
  if (!same_hash(hash_of(key), *origin_ca)) return refuse(codes::kUnknownServiceKey);
  return as_operator(Caller::Kind::kOriginCaKey, read);
}

}  // namespace

bool has_credentials(const http::RequestHead& head) {
  return head.fields.has(FieldName::kAuthorization) || head.fields.find("X-Auth-Key") != nullptr ||
         head.fields.find("X-Auth-Email") != nullptr || head.fields.find(kServiceKey) != nullptr;
}

bool is_guess(const ApiError& error) {
  return error.code == codes::kInvalidToken.code || error.code == codes::kUnknownKey.code ||
         error.code == codes::kUnknownServiceKey.code ||
         (error.code == codes::kInvalidAccessToken.code && error.message == codes::kInvalidAccessToken.text);
}

Outcome<Authenticated> authenticate(const http::RequestHead& head, const Peer& peer, const NodeKeys& keys,
                                    const store::ReadTransaction& read, store::Time now, Demand demand) {
  Authenticated result;
  if (head.fields.has(FieldName::kAuthorization)) {
    const auto token = BRINK_TRY(bearer_token(head.fields.value(FieldName::kAuthorization)));
    result = BRINK_TRY(by_token(token, peer, read, now, demand.says_verify));
  } else if (const auto* key = head.fields.find("X-Auth-Key"), *email = head.fields.find("X-Auth-Email");
             key != nullptr && email != nullptr) {
    result.caller = BRINK_TRY(by_key(email->value, key->value, keys.global, read));
  } else if (const auto* service_key = head.fields.find(kServiceKey);
             service_key != nullptr && demand.takes_origin_ca_key) {
    result.caller = BRINK_TRY(by_origin_ca_key(service_key->value, keys.origin_ca, read));
  } else if (peer.is_node_owner) {
    result.caller = BRINK_TRY(as_operator(Caller::Kind::kNodeOwner, read));
  } else {
    return refuse(codes::kNoCredentials);
  }
  result.caller.address = peer.text;
  return result;
}

}  // namespace brink::control::api
