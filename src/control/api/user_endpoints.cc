// GET and PATCH /user, /memberships (api.md 5.1). A node has one user: its operator.
#include "control/api/account_json.h"
#include "control/api/endpoint_groups.h"
#include "control/api/page.h"

namespace brink::control::api {
namespace {

constexpr std::size_t kMaxNameBytes = 120;

Outcome<store::User> operator_of(const store::ReadTransaction& read) {
  const auto user = store::users::first(read);
  if (!user) return refuse(codes::kInternal, "The node has no user yet");
  return *user;
}

Task<Outcome<Answer>> get_user(Call& call) {
  const auto user = BRINK_CO_TRY(operator_of(call.read()));
  co_return Answer::of(user_json(user));
}

Task<Outcome<Answer>> edit_user(Call& call) {
  Json changes = Json::object();
  for (const char* name : {"first_name", "last_name", "telephone", "country", "zipcode"}) {
    if (find_member(call.body, name) == nullptr) continue;
    auto text = BRINK_CO_TRY(text_member(call.body, name, kMaxNameBytes));
    changes[name] = text ? Json(*std::move(text)) : Json();
  }
  auto result = co_await call.change([changes = std::move(changes)](Changing& changing) -> Outcome<Json> {
    const auto found = BRINK_TRY(operator_of(changing.store));
    const Json before = user_json(found);
    Json profile = stored_json(found.profile);
    if (!profile.is_object()) profile = Json::object();
    profile.update(changes);
    const std::string email(found.email), text = json_text(profile);
    const store::User user{found.id, email, text, found.created, changing.now()};
    BRINK_TRY(store::users::put(changing.store, user));
    Json after = user_json(user);
    store::accounts::Scan accounts(changing.store);
    if (const auto account = accounts.next()) {
      const store::Id id = account->id;
      BRINK_TRY(changing.audit({.action = "user_edit",
                                .account = id,
                                .resource_type = "user",
                                .resource = user.id.text(),
                                .before = before,
                                .after = after}));
    }
    return after;
  });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> list_memberships(Call& call) {
  PageBuilder page(BRINK_CO_TRY(call.query.paging({.least = 1, .most = 50, .usual = 20})));
  const auto user = BRINK_CO_TRY(operator_of(call.read()));
  const auto status = call.query.find("status");
  const auto name = call.query.find("account.name");
  store::accounts::Scan scan(call.read());
  while (const auto account = scan.next()) {
    if (status && *status != "accepted") continue;
    if (name && account->name != *name) continue;
    if (page.wants()) {
      page.add(membership_json(user, *account));
    } else {
      page.pass();
    }
  }
  co_return std::move(page).finish();
}

Task<Outcome<Answer>> get_membership(Call& call) {
  const auto user = BRINK_CO_TRY(operator_of(call.read()));
  store::accounts::Scan scan(call.read());
  while (const auto account = scan.next()) {
    if (membership_id(user.id, account->id) == call.id("membership_id"))
      co_return Answer::of(membership_json(user, *account));
  }
  co_return refuse(codes::kNotFound, "There is no such membership");
}

Task<Outcome<Answer>> refuse_membership(Call&) {
  co_return refuse(codes::kNotSupported,
                   "Brink has one user for a node, who is in every account and stays in it");
}

constexpr Endpoint kEndpoints[] = {
    {http::Method::kGet, "/user", Where::kUser, reads(Area::kUserDetails), Content::kNone, get_user,
     "The node's user.", true},
    {http::Method::kPatch, "/user", Where::kUser, writes(Area::kUserDetails), Content::kJson, edit_user,
     "Changes its names, telephone, country and zipcode."},
    {http::Method::kGet, "/memberships", Where::kUser, reads(Area::kMemberships), Content::kNone,
     list_memberships, "The accounts that the user is in: all. Filters: `status`, `account.name`.", true},
    {http::Method::kGet, "/memberships/{membership_id}", Where::kUser, reads(Area::kMemberships),
     Content::kNone, get_membership, "One of them."},
    {http::Method::kPut, "/memberships/{membership_id}", Where::kUser, writes(Area::kMemberships),
     Content::kNone, refuse_membership, "Refused: the user stays in every account."},
    {http::Method::kDelete, "/memberships/{membership_id}", Where::kUser, writes(Area::kMemberships),
     Content::kNone, refuse_membership, "Refused, likewise."},
};

}  // namespace

std::span<const Endpoint> user_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
