#include "control/acme/resources.h"

#include "base/ascii.h"
#include "control/acme/https_sender.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace brink::control::acme {
namespace {

constexpr std::size_t kMaxAuthorizations = 1000;
constexpr std::size_t kMaxChallenges = 32;
constexpr std::size_t kMaxToken = 256;

constexpr std::pair<std::string_view, Status> kStatuses[] = {
    {"pending", Status::kPending}, {"ready", Status::kReady},     {"processing", Status::kProcessing},
    {"valid", Status::kValid},     {"invalid", Status::kInvalid}, {"deactivated", Status::kDeactivated},
    {"expired", Status::kExpired}, {"revoked", Status::kRevoked}};

constexpr std::string_view kChallengeNames[] = {"http-01", "tls-alpn-01", "dns-01"};

std::unexpected<Failure> lacks(std::string_view what, std::string_view member) {
  return fail_with(FailureKind::kProtocol, fmt::format("the server's {} has no usable \"{}\"", what, member));
}

Outcome<Json> parse_object(std::string_view content, std::string_view what) {
  auto parsed = api::parse_json(content);
  if (!parsed || !parsed->is_object())
    return fail_with(FailureKind::kProtocol, fmt::format("the server's {} is no JSON object", what));
  return std::move(*parsed);
}

std::string text_of(const Json& object, std::string_view name) {
  const Json* member = api::find_value(object, name);
  return member != nullptr && member->is_string() ? member->get<std::string>() : std::string();
}

bool flag_of(const Json& object, std::string_view name) {
  const Json* member = api::find_value(object, name);
  return member != nullptr && member->is_boolean() && member->get<bool>();
}

// A member that must be an https URL.
Outcome<std::string> url_of(const Json& object, std::string_view what, std::string_view name) {
  std::string url = text_of(object, name);
  if (!parse_https_url(url)) return lacks(what, name);
  return url;
}

Outcome<Status> status_of(const Json& object, std::string_view what) {
  const std::string text = text_of(object, "status");
  const auto* found =
      std::ranges::find(kStatuses, std::string_view(text), &std::pair<std::string_view, Status>::first);
  if (found == std::end(kStatuses)) return lacks(what, "status");
  return found->second;
}

std::optional<Failure> error_of(const Json& object) {
  const Json* error = api::find_value(object, "error");
  if (error == nullptr || !error->is_object()) return std::nullopt;
  return problem_of(*error, FailureKind::kInvalid);
}

// Tokens go into paths and names of rows: RFC 8555 section 8.3 allows the alphabet of base64url alone.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kMaxToken &&
         std::ranges::all_of(text, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

Outcome<Challenge> read_challenge(const Json& object, ChallengeType type) {
  Challenge challenge;
  challenge.type = type;
  challenge.status = BRINK_TRY(status_of(object, "challenge"));
  challenge.url = BRINK_TRY(url_of(object, "challenge", "url"));
  challenge.token = text_of(object, "token");
  if (!is_token(challenge.token)) return lacks("challenge", "token");
  challenge.error = error_of(object);
  return challenge;
}

}  // namespace

std::string_view challenge_name(ChallengeType type) {
  return kChallengeNames[static_cast<std::size_t>(type)];
}

std::optional<ChallengeType> find_challenge_type(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kChallengeNames); ++i) {
    if (kChallengeNames[i] == name) return static_cast<ChallengeType>(i);
  }
  return std::nullopt;
}

Outcome<Directory> read_directory(std::string_view content) {
  const Json object = BRINK_TRY(parse_object(content, "directory"));
  Directory directory;
  directory.new_nonce = BRINK_TRY(url_of(object, "directory", "newNonce"));
  directory.new_account = BRINK_TRY(url_of(object, "directory", "newAccount"));
  directory.new_order = BRINK_TRY(url_of(object, "directory", "newOrder"));
  if (const Json* meta = api::find_value(object, "meta")) {
    directory.terms_of_service = text_of(*meta, "termsOfService");
    directory.external_account_required = flag_of(*meta, "externalAccountRequired");
  }
  return directory;
}

Outcome<Order> read_order(std::string_view content) {
  const Json object = BRINK_TRY(parse_object(content, "order"));
  Order order;
  order.status = BRINK_TRY(status_of(object, "order"));
  const Json* list = api::find_value(object, "authorizations");
  if (list == nullptr || !list->is_array() || list->size() > kMaxAuthorizations)
    return lacks("order", "authorizations");
  for (const Json& each : *list) {
    if (!each.is_string() || !parse_https_url(each.get_ref<const std::string&>()))
      return lacks("order", "authorizations");
    order.authorizations.push_back(each.get<std::string>());
  }
  order.finalize = BRINK_TRY(url_of(object, "order", "finalize"));
  if (order.status == Status::kValid) order.certificate = BRINK_TRY(url_of(object, "order", "certificate"));
  order.error = error_of(object);
  return order;
}

Outcome<Authorization> read_authorization(std::string_view content) {
  const Json object = BRINK_TRY(parse_object(content, "authorization"));
  Authorization authorization;
  authorization.status = BRINK_TRY(status_of(object, "authorization"));
  const Json* identifier = api::find_value(object, "identifier");
  if (identifier == nullptr || text_of(*identifier, "type") != "dns")
    return lacks("authorization", "identifier");
  authorization.name = to_lower(text_of(*identifier, "value"));
  if (authorization.name.empty()) return lacks("authorization", "identifier");
  authorization.is_wildcard = flag_of(object, "wildcard");
  const Json* list = api::find_value(object, "challenges");
  if (list == nullptr || !list->is_array()) return lacks("authorization", "challenges");
  for (const Json& each : *list) {
    if (authorization.challenges.size() == kMaxChallenges) break;
    const auto type = find_challenge_type(text_of(each, "type"));
    if (!type) continue;  // another's invention
    authorization.challenges.push_back(BRINK_TRY(read_challenge(each, *type)));
  }
  return authorization;
}

}  // namespace brink::control::acme
