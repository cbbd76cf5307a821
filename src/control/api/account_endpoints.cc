// /accounts (api.md 5.1).
#include "control/api/account_json.h"
#include "control/api/endpoint_groups.h"
#include "control/api/page.h"

namespace brink::control::api {
namespace {

constexpr std::size_t kMaxNameBytes = 100;
constexpr std::size_t kMaxEmailBytes = 254;

Task<Outcome<Answer>> list_accounts(Call& call) {
  PageBuilder page(BRINK_CO_TRY(call.query.paging({.least = 1, .most = 50, .usual = 20})));
  const auto direction = BRINK_CO_TRY(call.query.direction(Direction::kAscending));
  const auto name = call.query.find("name");
  std::vector<store::Account> shown;
  store::accounts::Scan scan(call.read());
  while (const auto account = scan.next()) {
    if (!call.caller.sees_account(account->id) || (name && account->name != *name)) continue;
    shown.push_back(*account);
  }
  if (direction == Direction::kDescending) std::ranges::reverse(shown);
  for (const store::Account& account : shown) {
    if (page.wants()) {
      page.add(account_json(account));
    } else {
      page.pass();
    }
  }
  co_return std::move(page).finish();
}

Task<Outcome<Answer>> get_account(Call& call) {
  co_return Answer::of(account_json(*store::accounts::get(call.read(), call.id("account_id"))));
}

// The settings in the body, laid over those that are there.
Outcome<std::string> merged_settings(const Json& body, std::string_view stored) {
  Json settings = stored_json(stored);
  if (!settings.is_object()) settings = Json::object();
  const Json* given = find_value(body, "settings");
  if (given == nullptr) return json_text(settings);
  if (!given->is_object())
    return std::unexpected(ApiError(codes::kInvalid, "settings: must be an object").at("/settings"));
  if (const auto enforce = BRINK_TRY(flag_member(*given, "enforce_twofactor"))) {
    if (*enforce) {
      return std::unexpected(
          ApiError(codes::kNotSupported, "enforce_twofactor: Brink has no log-in with two factors")
              .at("/settings/enforce_twofactor"));
    }
    settings["enforce_twofactor"] = false;
  }
  if (auto email = BRINK_TRY(text_member(*given, "abuse_contact_email", kMaxEmailBytes)))
    settings["abuse_contact_email"] = *std::move(email);
  return json_text(settings);
}

Outcome<> check_type(const Json& body) {
  const auto type = BRINK_TRY(text_member(body, "type", 32));
  if (!type || *type == "standard" || *type == "enterprise") return {};
  return std::unexpected(
      ApiError(codes::kInvalid, R"(type: must be "standard" or "enterprise")").at("/type"));
}

Task<Outcome<Answer>> edit_account(Call& call) {
  const store::Id id = call.id("account_id");
  if (const auto given = BRINK_CO_TRY(text_member(call.body, "id", 64)); given && *given != id.text())
    co_return refuse(codes::kInvalid, "id: is another account's than the path's");
  BRINK_CO_TRY(check_type(call.body));
  const std::string name = BRINK_CO_TRY(required_text(call.body, "name", kMaxNameBytes));
  BRINK_CO_TRY(merged_settings(call.body, {}));
  auto result = co_await call.change([id, name, body = call.body](Changing& changing) -> Outcome<Json> {
    const auto found = store::accounts::get(changing.store, id);
    if (!found) return refuse(codes::kNotFound);
    const Json before = account_json(*found);
    const std::string settings = BRINK_TRY(merged_settings(body, found->settings));
    const store::Account account{id, name, settings, found->created};
    BRINK_TRY(store::accounts::put(changing.store, account));
    Json after = account_json(account);
    BRINK_TRY(changing.audit({.action = "account_edit",
                              .account = id,
                              .resource_type = "account",
                              .resource = id.text(),
                              .before = before,
                              .after = after}));
    return after;
  });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> create_account(Call& call) {
  if (!call.caller.may_everything())
    co_return refuse(codes::kForbidden, "Authentication error: only the owner of the node makes accounts");
  BRINK_CO_TRY(check_type(call.body));
  const std::string name = BRINK_CO_TRY(required_text(call.body, "name", kMaxNameBytes));
  const std::string settings = BRINK_CO_TRY(merged_settings(call.body, {}));
  auto result = co_await call.change([name, settings](Changing& changing) -> Outcome<Json> {
    const store::Account account{changing.new_id(), name, settings, changing.now()};
    BRINK_TRY(store::accounts::put(changing.store, account));
    Json after = account_json(account);
    BRINK_TRY(changing.audit({.action = "account_add",
                              .account = account.id,
                              .resource_type = "account",
                              .resource = account.id.text(),
                              .after = after}));
    return after;
  });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> delete_account(Call&) {
  co_return refuse(codes::kNotSupported,
                   "Brink does not delete accounts, for their audit log must stay; delete the zones");
}

Task<Outcome<Answer>> list_members(Call& call) {
  PageBuilder page(BRINK_CO_TRY(call.query.paging({.least = 1, .most = 50, .usual = 20})));
  const auto status = call.query.find("status");
  const auto user = store::users::first(call.read());
  const auto account = store::accounts::get(call.read(), call.id("account_id"));
  if (user && account && (!status || *status == "accepted")) {
    if (page.wants()) {
      page.add(member_json(*user, *account));
    } else {
      page.pass();
    }
  }
  co_return std::move(page).finish();
}

Task<Outcome<Answer>> get_member(Call& call) {
  const auto user = store::users::first(call.read());
  const auto account = store::accounts::get(call.read(), call.id("account_id"));
  if (!user || !account || membership_id(user->id, account->id) != call.id("member_id"))
    co_return refuse(codes::kNotFound, "There is no such member");
  co_return Answer::of(member_json(*user, *account));
}

Task<Outcome<Answer>> refuse_member(Call&) {
  co_return refuse(codes::kNotSupported,
                   "Brink has one user for a node; give others a token with the permissions they need");
}

Task<Outcome<Answer>> list_roles(Call& call) {
  PageBuilder page(BRINK_CO_TRY(call.query.paging({.least = 1, .most = 50, .usual = 20})));
  if (page.wants()) {
    page.add(role_json());
  } else {
    page.pass();
  }
  co_return std::move(page).finish();
}

Task<Outcome<Answer>> get_role(Call& call) {
  if (call.id("role_id").text() != role_id()) co_return refuse(codes::kNotFound, "There is no such role");
  co_return Answer::of(role_json());
}

constexpr Permission kSee = reads(Area::kAccountSettings);
constexpr Permission kEdit = writes(Area::kAccountSettings);

constexpr Endpoint kEndpoints[] = {
    {http::Method::kGet, "/accounts", Where::kAnywhere, std::nullopt, Content::kNone, list_accounts,
     "The accounts that the token may see. Filter: `name`.", true},
    {http::Method::kPost, "/accounts", Where::kAnybody, std::nullopt, Content::kJson, create_account,
     "Makes an account; for the node's owner and the global key."},
    {http::Method::kGet, "/accounts/{account_id}", Where::kAccount, kSee, Content::kNone, get_account,
     "An account.", true},
    {http::Method::kPut, "/accounts/{account_id}", Where::kAccount, kEdit, Content::kJson, edit_account,
     "Changes its name and settings.", true},
    {http::Method::kDelete, "/accounts/{account_id}", Where::kAccount, kEdit, Content::kNone, delete_account,
     "Refused: accounts stay."},
    {http::Method::kGet, "/accounts/{account_id}/members", Where::kAccount, kSee, Content::kNone,
     list_members, "Its members: the node's user.", true},
    {http::Method::kPost, "/accounts/{account_id}/members", Where::kAccount, kEdit, Content::kNone,
     refuse_member, "Refused: a node has one user."},
    {http::Method::kGet, "/accounts/{account_id}/members/{member_id}", Where::kAccount, kSee, Content::kNone,
     get_member, "A member."},
    {http::Method::kPut, "/accounts/{account_id}/members/{member_id}", Where::kAccount, kEdit, Content::kNone,
     refuse_member, "Refused, likewise."},
    {http::Method::kDelete, "/accounts/{account_id}/members/{member_id}", Where::kAccount, kEdit,
     Content::kNone, refuse_member, "Refused, likewise."},
    {http::Method::kGet, "/accounts/{account_id}/roles", Where::kAccount, kSee, Content::kNone, list_roles,
     "The roles that members can have: one.", true},
    {http::Method::kGet, "/accounts/{account_id}/roles/{role_id}", Where::kAccount, kSee, Content::kNone,
     get_role, "A role."},
};

}  // namespace

std::span<const Endpoint> account_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
