#include "control/api/token_json.h"

#include "base/random.h"
#include "control/api/timestamp.h"
#include "control/api/token_condition.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr std::size_t kMaxNameBytes = 120;

std::unexpected<ApiError> wrong(std::string pointer, std::string text) {
  return std::unexpected(ApiError(codes::kInvalid, std::move(text)).at(std::move(pointer)));
}

// Times that clients have set come back as they mostly write them: without a fraction that says nothing.
std::string short_timestamp(store::Time time) {
  std::string text = timestamp(time);
  if (text.ends_with(".000000Z")) text.replace(text.size() - 8, 8, "Z");
  return text;
}

Outcome<store::Time> time_member(const Json& body, std::string_view name) {
  const auto text = BRINK_TRY(text_member(body, name, 64));
  if (!text) return store::Time{};
  const auto time = parse_timestamp(*text);
  if (!time || *time == store::Time{})
    return wrong(fmt::format("/{}", name),
                 fmt::format(R"({}: must be a time such as "2027-01-31T00:00:00Z")", name));
  return *time;
}

// As they are kept: with ids of their own and the groups' names.
Json kept_policies(const Json& given, Random& random) {
  Json kept = Json::array();
  for (const Json& policy : given) {
    Json groups = Json::array();
    for (const Json& group : policy["permission_groups"]) {
      const std::string id = group["id"].get<std::string>();
      groups.push_back({{"id", id}, {"name", find_group_by_id(id)->name}});
    }
    const Json* id = find_value(policy, "id");
    const bool has_id =
        id != nullptr && id->is_string() && store::Id::parse(id->get_ref<const std::string&>());
    kept.push_back({{"id", has_id ? *id : Json(store::Id::random(random).text())},
                    {"effect", policy["effect"]},
                    {"permission_groups", std::move(groups)},
                    {"resources", policy["resources"]}});
  }
  return kept;
}

// A token of an account must not say that it reaches beyond it.
Outcome<> check_resources(const Policies& policies, const TokenOwner& owner, const store::Id& user) {
  for (std::size_t i = 0; i < policies.all().size(); ++i) {
    for (const Resource& resource : policies.all()[i].resources) {
      const bool other_account =
          (resource.kind == Resource::Kind::kAccount && resource.id && *resource.id != owner.id) ||
          (resource.account && *resource.account != owner.id);
      const bool bad = owner.is_account
                           ? other_account || resource.kind == Resource::Kind::kUser
                           : resource.kind == Resource::Kind::kUser && resource.id && *resource.id != user;
      if (bad) {
        return wrong(fmt::format("/policies/{}/resources", i),
                     owner.is_account
                         ? "resources: a token of an account holds for that account and its zones alone"
                         : "resources: is another user");
      }
    }
  }
  return {};
}

}  // namespace

std::string_view token_status(const store::Token& token, store::Time now) {
  if (token.expires != store::Time{} && now >= token.expires) return "expired";
  return token.disabled ? "disabled" : "active";
}

Json token_json(const store::Token& token, store::Time now) {
  Json json = {{"id", token.id.text()},
               {"name", token.name},
               {"status", token_status(token, now)},
               {"issued_on", timestamp(token.issued)},
               {"modified_on", timestamp(token.modified)},
               {"last_used_on", timestamp_or_null(token.last_used)},
               {"policies", stored_json(token.policies)}};
  if (!token.condition.empty()) json["condition"] = stored_json(token.condition);
  if (token.not_before != store::Time{}) json["not_before"] = short_timestamp(token.not_before);
  if (token.expires != store::Time{}) json["expires_on"] = short_timestamp(token.expires);
  return json;
}

Outcome<> check_may_hand_on(const Caller& caller, const Policies& policies,
                            const store::ReadTransaction& read) {
  if (caller.may_everything()) return {};
  return caller.policies.cover(policies, read);
}

Outcome<TokenWish> parse_token_wish(const Json& body, const TokenOwner& owner, const Caller& caller,
                                    const store::ReadTransaction& read, Random& random) {
  if (!body.is_object()) return refuse(codes::kInvalid, "The body must be a JSON object");
  TokenWish wish;
  wish.name = BRINK_TRY(required_text(body, "name", kMaxNameBytes));
  const Json* policies = find_value(body, "policies");
  if (policies == nullptr) return wrong("/policies", "policies: must be given");
  const Policies parsed = BRINK_TRY(Policies::parse(*policies));
  BRINK_TRY(check_resources(parsed, owner, caller.user));
  BRINK_TRY(check_may_hand_on(caller, parsed, read));
  wish.policies = json_text(kept_policies(*policies, random));

  if (const Json* condition = find_value(body, "condition")) {
    BRINK_TRY(TokenCondition::parse(*condition));
    if (!condition->empty()) wish.condition = json_text(*condition);
  }
  wish.not_before = BRINK_TRY(time_member(body, "not_before"));
  wish.expires = BRINK_TRY(time_member(body, "expires_on"));
  if (wish.expires != store::Time{} && wish.expires <= wish.not_before)
    return wrong("/expires_on", "expires_on: must be after not_before");
  if (const auto status = BRINK_TRY(text_member(body, "status", 32))) {
    if (*status != "active" && *status != "disabled")
      return wrong("/status", R"(status: must be "active" or "disabled")");
    wish.disabled = *status == "disabled";
  }
  return wish;
}

}  // namespace brink::control::api
