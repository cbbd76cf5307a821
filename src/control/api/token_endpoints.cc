// /user/tokens and /accounts/{account_id}/tokens (api.md 5.2): the same calls for two kinds of owners.
#include "control/api/endpoint_groups.h"
#include "control/api/page.h"
#include "control/api/timestamp.h"
#include "control/api/token_json.h"
#include "control/api/token_secret.h"
#include "store/accounts.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr std::size_t kMaxTokens = 500;  // of an owner

TokenOwner owner_of(const Call& call) {
  if (call.endpoint.where == Where::kAccount) return {call.id("account_id"), true};
  return {call.caller.user, false};
}

bool is_owned_by(const store::Token& token, const TokenOwner& owner) {
  return token.of_account == owner.is_account && token.owner == owner.id;
}

Outcome<store::Token> find_token(const store::ReadTransaction& read, const store::Id& id,
                                 const TokenOwner& owner) {
  const auto token = store::tokens::get(read, id);
  if (!token || !is_owned_by(*token, owner)) return refuse(codes::kTokenNotFound);
  return *token;
}

// In whose log it stands: that of the account, or of the first account for the user's.
store::Id log_account(const store::ReadTransaction& read, const TokenOwner& owner) {
  if (owner.is_account) return owner.id;
  store::accounts::Scan scan(read);
  const auto account = scan.next();
  return account ? account->id : store::Id{};
}

Outcome<> audit(Changing& changing, const TokenOwner& owner, std::string action, const store::Id& token,
                Json before, Json after) {
  return changing.audit({.action = std::move(action),
                         .account = log_account(changing.store, owner),
                         .resource_type = "token",
                         .resource = token.text(),
                         .before = std::move(before),
                         .after = std::move(after)});
}

Task<Outcome<Answer>> list_tokens(Call& call) {
  PageBuilder page(BRINK_CO_TRY(call.query.paging({.least = 1, .most = 50, .usual = 20})));
  const auto direction = BRINK_CO_TRY(call.query.direction(Direction::kAscending));
  const bool with_expired = BRINK_CO_TRY(call.query.flag("include_expired")).value_or(true);
  const TokenOwner owner = owner_of(call);
  std::vector<store::Token> tokens;
  store::tokens::Scan scan(call.read());
  while (const auto token = scan.next()) {
    if (!is_owned_by(*token, owner)) continue;
    if (!with_expired && token_status(*token, call.now()) == "expired") continue;
    tokens.push_back(*token);
  }
  std::ranges::sort(tokens, {}, [](const store::Token& each) { return std::pair(each.issued, each.id); });
  if (direction == Direction::kDescending) std::ranges::reverse(tokens);
  for (const store::Token& token : tokens) {
    if (page.wants()) {
      page.add(token_json(token, call.now()));
    } else {
      page.pass();
    }
  }
  co_return std::move(page).finish();
}

Outcome<> check_room(const store::ReadTransaction& read, const TokenOwner& owner) {
  std::size_t tokens = 0;
  store::tokens::Scan scan(read);
  while (const auto token = scan.next()) tokens += is_owned_by(*token, owner) ? 1 : 0;
  if (tokens < kMaxTokens) return {};
  return refuse(codes::kInvalid, fmt::format("There are {} tokens already; delete some first", kMaxTokens));
}

Task<Outcome<Answer>> create_token(Call& call) {
  const TokenOwner owner = owner_of(call);
  const auto wish =
      BRINK_CO_TRY(parse_token_wish(call.body, owner, call.caller, call.read(), call.services.random));
  const std::string secret = new_token_secret();
  auto result =
      co_await call.change([wish, owner, hash = hash_of(secret)](Changing& changing) -> Outcome<Json> {
        BRINK_TRY(check_room(changing.store, owner));
        const store::Token token{.id = changing.new_id(),
                                 .owner = owner.id,
                                 .of_account = owner.is_account,
                                 .name = wish.name,
                                 .hash = hash,
                                 .disabled = wish.disabled.value_or(false),
                                 .policies = wish.policies,
                                 .condition = wish.condition,
                                 .not_before = wish.not_before,
                                 .expires = wish.expires,
                                 .issued = changing.now(),
                                 .modified = changing.now()};
        BRINK_TRY(store::tokens::put(changing.store, token));
        Json after = token_json(token, changing.now());
        BRINK_TRY(audit(changing, owner, "token_create", token.id, {}, after));
        return after;
      });
  Json shown = BRINK_CO_TRY(std::move(result));
  shown["value"] = secret;
  co_return Answer::of(std::move(shown));
}

Task<Outcome<Answer>> get_token(Call& call) {
  const auto token = BRINK_CO_TRY(find_token(call.read(), call.id("token_id"), owner_of(call)));
  co_return Answer::of(token_json(token, call.now()));
}

Task<Outcome<Answer>> update_token(Call& call) {
  const TokenOwner owner = owner_of(call);
  const store::Id id = call.id("token_id");
  BRINK_CO_TRY(find_token(call.read(), id, owner));
  const auto wish =
      BRINK_CO_TRY(parse_token_wish(call.body, owner, call.caller, call.read(), call.services.random));
  auto result = co_await call.change([wish, owner, id](Changing& changing) -> Outcome<Json> {
    store::Token token = BRINK_TRY(find_token(changing.store, id, owner));
    const Json before = token_json(token, changing.now());
    token.name = wish.name;
    token.policies = wish.policies;
    token.condition = wish.condition;
    token.not_before = wish.not_before;
    token.expires = wish.expires;
    token.disabled = wish.disabled.value_or(token.disabled);
    token.modified = changing.now();
    BRINK_TRY(store::tokens::put(changing.store, token));
    Json after = token_json(token, changing.now());
    BRINK_TRY(audit(changing, owner, "token_update", id, before, after));
    return after;
  });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> delete_token(Call& call) {
  const TokenOwner owner = owner_of(call);
  const store::Id id = call.id("token_id");
  BRINK_CO_TRY(find_token(call.read(), id, owner));
  auto result = co_await call.change([owner, id](Changing& changing) -> Outcome<Json> {
    const auto token = BRINK_TRY(find_token(changing.store, id, owner));
    const Json before = token_json(token, changing.now());
    BRINK_TRY(store::tokens::remove(changing.store, id));
    BRINK_TRY(audit(changing, owner, "token_delete", id, before, {}));
    return Json{{"id", id.text()}};
  });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> roll_token(Call& call) {
  const TokenOwner owner = owner_of(call);
  const store::Id id = call.id("token_id");
  const auto found = BRINK_CO_TRY(find_token(call.read(), id, owner));
  // Whoever rolls a token has what it may.
  const auto policies = BRINK_CO_TRY(Policies::parse(stored_json(found.policies)));
  if (id != call.caller.token) BRINK_CO_TRY(check_may_hand_on(call.caller, policies, call.read()));
  const std::string secret = new_token_secret();
  auto result = co_await call.change([owner, id, rolled = std::string(found.policies),
                                      hash = hash_of(secret)](Changing& changing) -> Outcome<Json> {
    const auto old = BRINK_TRY(find_token(changing.store, id, owner));
    // What was checked above must be what is rolled.
    if (old.policies != rolled)
      return refuse(codes::kInvalid, "The token has been changed meanwhile; try again");
    const std::string name(old.name), condition(old.condition);
    store::Token token = old;
    token.name = name;
    token.policies = rolled;
    token.condition = condition;
    token.hash = hash;
    token.modified = changing.now();
    BRINK_TRY(store::tokens::put(changing.store, token));
    BRINK_TRY(audit(changing, owner, "token_roll", id, {}, token_json(token, changing.now())));
    return Json();
  });
  BRINK_CO_TRY(std::move(result));
  co_return Answer::of(secret);
}

// The token that asks, and nothing but tokens of the path's kind.
Task<Outcome<Answer>> verify(Call& call, const TokenOwner& owner) {
  const auto token = store::tokens::get(call.read(), call.caller.token);
  if (!token || !is_owned_by(*token, owner)) co_return refuse(codes::kInvalidToken);
  const Json shown = token_json(*token, call.now());
  Json result = {{"id", shown["id"]}, {"status", shown["status"]}};
  for (const char* name : {"not_before", "expires_on"}) {
    if (shown.contains(name)) result[name] = shown[name];
  }
  Answer answer = Answer::of(std::move(result));
  answer.messages.push_back(
      {{"code", 10000}, {"message", "This API Token is valid and active"}, {"type", nullptr}});
  co_return answer;
}

Task<Outcome<Answer>> verify_user_token(Call& call) {
  co_return co_await verify(call, {call.caller.user, false});
}

Task<Outcome<Answer>> verify_account_token(Call& call) {
  co_return co_await verify(call, {call.id("account_id"), true});
}

Json group_json(const PermissionGroup& group) {
  Json scopes = Json::array();
  for (const std::uint8_t scope : {kUserScope, kAccountScope, kZoneScope, kBucketScope}) {
    if ((group.scopes & scope) != 0) scopes.push_back(scope_name(scope));
  }
  return {{"id", group.id},
          {"name", group.name},
          {"description", group.description},
          {"scopes", std::move(scopes)}};
}

Task<Outcome<Answer>> list_groups(Call& call) {
  const auto name = call.query.find("name");
  const auto scope = call.query.find("scope");
  Json groups = Json::array();
  for (const PermissionGroup& group : permission_groups()) {
    if (name && group.name != *name) continue;
    Json shown = group_json(group);
    if (scope && std::ranges::find(shown["scopes"], Json(*scope)) == shown["scopes"].end()) continue;
    groups.push_back(std::move(shown));
  }
  co_return Answer::of(std::move(groups));
}

using enum http::Method;
using enum Where;
using enum Content;
constexpr Permission kUserRead = reads(Area::kApiTokens);
constexpr Permission kUserWrite = writes(Area::kApiTokens);
constexpr Permission kAccountRead = reads(Area::kAccountApiTokens);
constexpr Permission kAccountWrite = writes(Area::kAccountApiTokens);

constexpr Endpoint kEndpoints[] = {
    {kGet, "/user/tokens/verify", kAnybody, std::nullopt, Content::kNone, verify_user_token,
     "Whether the user's token that asks is good.", true},
    {kGet, "/user/tokens/permission_groups", kAnybody, std::nullopt, Content::kNone, list_groups,
     "All permission groups. Filters: `name`, `scope`.", true},
    {kGet, "/user/tokens", kUser, kUserRead, Content::kNone, list_tokens, "The user's tokens.", true},
    {kPost, "/user/tokens", kUser, kUserWrite, kJson, create_token,
     "Makes a token; the only answer that has its value.", true},
    {kGet, "/user/tokens/{token_id}", kUser, kUserRead, Content::kNone, get_token, "A token.", true},
    {kPut, "/user/tokens/{token_id}", kUser, kUserWrite, kJson, update_token, "Replaces what it says.", true},
    {kDelete, "/user/tokens/{token_id}", kUser, kUserWrite, Content::kNone, delete_token,
     "Deletes it; it is refused at once.", true},
    {kPut, "/user/tokens/{token_id}/value", kUser, kUserWrite, Content::kNone, roll_token,
     "Gives it a new value, which is the result; the old one is refused at once.", true},
    {kGet, "/accounts/{account_id}/tokens/verify", kAnybody, std::nullopt, Content::kNone,
     verify_account_token, "Whether the account's token that asks is good.", true},
    {kGet, "/accounts/{account_id}/tokens/permission_groups", kAnybody, std::nullopt, Content::kNone,
     list_groups, "All permission groups.", true},
    {kGet, "/accounts/{account_id}/tokens", kAccount, kAccountRead, Content::kNone, list_tokens,
     "The account's tokens."},
    {kPost, "/accounts/{account_id}/tokens", kAccount, kAccountWrite, kJson, create_token, "Makes one.",
     true},
    {kGet, "/accounts/{account_id}/tokens/{token_id}", kAccount, kAccountRead, Content::kNone, get_token,
     "One of them."},
    {kPut, "/accounts/{account_id}/tokens/{token_id}", kAccount, kAccountWrite, kJson, update_token,
     "Replaces what it says."},
    {kDelete, "/accounts/{account_id}/tokens/{token_id}", kAccount, kAccountWrite, Content::kNone,
     delete_token, "Deletes it."},
    {kPut, "/accounts/{account_id}/tokens/{token_id}/value", kAccount, kAccountWrite, Content::kNone,
     roll_token, "Gives it a new value.", true},
};

}  // namespace

std::span<const Endpoint> token_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
