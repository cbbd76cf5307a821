// The firewall APIs that are older than rulesets: IP access rules, user agent rules, zone lockdowns. Their
// rules are kept as they were sent, and run as rules/older_rules.h says.
#include "control/api/endpoint_groups.h"
#include "control/api/page.h"
#include "control/api/ruleset_answer.h"
#include "control/api/ruleset_owner.h"
#include "control/api/timestamp.h"
#include "rules/older_rules.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

using store::OlderRuleKind;

constexpr PageRule kPages{.least = 1, .most = 1000, .usual = 20};

struct KindFacts {
  std::string_view segment;  // of the path
  rules::OlderKind kind;
  std::string_view resource;  // in the audit log
};

const KindFacts& facts_of(OlderRuleKind kind) {
  static constexpr KindFacts kFacts[] = {{"access_rules", rules::OlderKind::kAccess, "access_rule"},
                                         {"ua_rules", rules::OlderKind::kUserAgent, "ua_rule"},
                                         {"lockdowns", rules::OlderKind::kLockdown, "lockdown"}};
  return kFacts[static_cast<std::size_t>(kind)];
}

OlderRuleKind kind_of(const Call& call) {
  for (const auto kind : {OlderRuleKind::kAccess, OlderRuleKind::kUserAgent, OlderRuleKind::kLockdown}) {
    if (call.endpoint.path.contains(facts_of(kind).segment)) return kind;
  }
  return OlderRuleKind::kAccess;
}

Json shown(const store::OlderRule& rule, const RulesetOwner& owner) {
  Json json = stored_json(rule.document);
  if (!json.is_object()) json = Json::object();
  json["id"] = rule.id.text();
  json["created_on"] = timestamp(rule.created);
  json["modified_on"] = timestamp(rule.modified);
  if (rule.kind == OlderRuleKind::kAccess) {
    json["allowed_modes"] = {"block", "whitelist"};
    json["scope"] = {{"id", owner.id.text()}, {"type", owner.is_zone ? "zone" : "organization"}};
  }
  return json;
}

// --- reading ---

// Filters of access rules: ?mode=&configuration.target=&configuration.value=&notes=
bool is_wanted(const Json& rule, const Query& query) {
  const auto differs = [&](std::string_view parameter, const Json* value) {
    const auto asked = query.find(parameter);
    return asked && (value == nullptr || *value != std::string(*asked));
  };
  const Json none;
  const Json* configuration = find_value(rule, "configuration");
  const Json& within = configuration == nullptr ? none : *configuration;
  if (differs("mode", find_value(rule, "mode"))) return false;
  if (differs("configuration.target", find_value(within, "target"))) return false;
  if (differs("configuration.value", find_value(within, "value"))) return false;
  const auto notes = query.find("notes");
  const Json* written = find_value(rule, "notes");
  return !notes || (written != nullptr && written->is_string() &&
                    written->get_ref<const std::string&>().contains(*notes));
}

Task<Outcome<Answer>> list_rules(Call& call) {
  PageBuilder page(BRINK_CO_TRY(call.query.paging(kPages)));
  const RulesetOwner owner = RulesetOwner::of(call);
  auto rules = store::older_rules::of_owner(call.read(), owner.id, kind_of(call));
  std::ranges::sort(rules, {}, [](const store::OlderRule& rule) { return std::pair(rule.created, rule.id); });
  for (const store::OlderRule& rule : rules) {
    Json json = shown(rule, owner);
    if (!is_wanted(json, call.query)) continue;
    if (page.wants()) {
      page.add(std::move(json));
    } else {
      page.pass();
    }
  }
  co_return std::move(page).finish();
}

Outcome<store::OlderRule> find(const store::ReadTransaction& read, const RulesetOwner& owner,
                               OlderRuleKind kind, const store::Id& id) {
  const auto rule = store::older_rules::get(read, owner.id, kind, id);
  if (!rule) return refuse(codes::kNotFound, fmt::format("could not find rule {}", id.text()));
  return *rule;
}

Task<Outcome<Answer>> get_rule(Call& call) {
  const RulesetOwner owner = RulesetOwner::of(call);
  const auto rule = BRINK_CO_TRY(find(call.read(), owner, kind_of(call), call.id("rule_id")));
  co_return Answer::of(shown(rule, owner));
}

// --- writing ---

// What is kept of a body: members that the server makes are not.
Json kept(Json body, OlderRuleKind kind) {
  for (const char* name : {"id", "created_on", "modified_on", "allowed_modes", "scope"}) body.erase(name);
  if (kind != OlderRuleKind::kAccess && find_value(body, "paused") == nullptr) body["paused"] = false;
  return body;
}

struct Writing {
  RulesetOwner owner;
  OlderRuleKind kind;
  std::shared_ptr<rules::Problems> problems = std::make_shared<rules::Problems>();
};

Outcome<> audit(Changing& changing, const Writing& writing, std::string_view verb, const store::Id& id,
                Json before, Json after) {
  const std::string_view resource = facts_of(writing.kind).resource;
  return changing.audit({.action = fmt::format("{}_{}", resource, verb),
                         .account = writing.owner.account,
                         .resource_type = std::string(resource),
                         .resource = id.text(),
                         .zone = writing.owner.is_zone ? writing.owner.id : store::Id{},
                         .zone_name = writing.owner.zone_name,
                         .before = std::move(before),
                         .after = std::move(after)});
}

Outcome<Json> put(Changing& changing, const Writing& writing, store::OlderRule rule, Json body, Json before) {
  if (const auto read = rules::read_older_rule(facts_of(writing.kind).kind, body); !read) {
    *writing.problems = read.error();
    return refuse(codes::kRuleset);
  }
  const std::string document = json_text(kept(std::move(body), writing.kind));
  rule.document = document;
  rule.modified = changing.now();
  BRINK_TRY(store::older_rules::put(changing.store, rule));
  Json after = shown(rule, writing.owner);
  const std::string_view verb = before.is_null() ? "create" : "update";
  BRINK_TRY(audit(changing, writing, verb, rule.id, std::move(before), after));
  return after;
}

Task<Outcome<Answer>> answer_change(Call& call, Writing writing, Change change) {
  auto result = co_await call.change(std::move(change));
  if (!result && !writing.problems->empty()) co_return refused(*writing.problems);
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> create_rule(Call& call) {
  Writing writing{.owner = RulesetOwner::of(call), .kind = kind_of(call)};
  co_return co_await answer_change(
      call, writing, [writing, body = call.body](Changing& changing) mutable -> Outcome<Json> {
        if (!writing.owner.exists(changing.store)) return refuse(codes::kNotFound);
        const auto there = store::older_rules::of_owner(changing.store, writing.owner.id, writing.kind);
        if (there.size() >= rules::kMaxOlderRules)
          return refuse(codes::kRuleset, fmt::format("there are {} rules already", there.size()));
        if (writing.kind == OlderRuleKind::kAccess) {
          for (const store::OlderRule& rule : there) {
            const Json document = stored_json(rule.document);
            const Json* configuration = find_value(document, "configuration");
            if (configuration != nullptr && find_value(body, "configuration") != nullptr &&
                *configuration == body["configuration"])
              return refuse(codes::kRuleset, "there is a rule for that configuration already");
          }
        }
        const store::OlderRule rule{.id = changing.new_id(),
                                    .owner = writing.owner.id,
                                    .kind = writing.kind,
                                    .created = changing.now()};
        return put(changing, writing, rule, std::move(body), Json());
      });
}

// PUT replaces what a rule says; PATCH of an access rule changes its mode and notes.
Task<Outcome<Answer>> change_rule(Call& call, bool is_patch) {
  Writing writing{.owner = RulesetOwner::of(call), .kind = kind_of(call)};
  co_return co_await answer_change(call, writing,
                                   [writing, is_patch, body = call.body,
                                    id = call.id("rule_id")](Changing& changing) mutable -> Outcome<Json> {
                                     store::OlderRule rule =
                                         BRINK_TRY(find(changing.store, writing.owner, writing.kind, id));
                                     Json before = shown(rule, writing.owner);
                                     if (is_patch && body.is_object()) {
                                       Json whole = stored_json(rule.document);
                                       whole.update(body);
                                       body = std::move(whole);
                                     }
                                     return put(changing, writing, rule, std::move(body), std::move(before));
                                   });
}

Task<Outcome<Answer>> update_rule(Call& call) { co_return co_await change_rule(call, false); }
Task<Outcome<Answer>> edit_rule(Call& call) { co_return co_await change_rule(call, true); }

Task<Outcome<Answer>> delete_rule(Call& call) {
  Writing writing{.owner = RulesetOwner::of(call), .kind = kind_of(call)};
  co_return co_await answer_change(
      call, writing, [writing, id = call.id("rule_id")](Changing& changing) -> Outcome<Json> {
        const auto rule = BRINK_TRY(find(changing.store, writing.owner, writing.kind, id));
        Json before = shown(rule, writing.owner);
        BRINK_TRY(store::older_rules::remove(changing.store, writing.owner.id, writing.kind, id));
        BRINK_TRY(audit(changing, writing, "delete", id, std::move(before), Json()));
        return Json{{"id", id.text()}};
      });
}

using enum http::Method;
constexpr Permission kZoneSees = reads(Area::kFirewallServices);
constexpr Permission kZoneEdits = writes(Area::kFirewallServices);
constexpr Permission kAccountSees = reads(Area::kAccountWaf);
constexpr Permission kAccountEdits = writes(Area::kAccountWaf);
constexpr Content kNothing = Content::kNone;
constexpr Content kBody = Content::kJson;

constexpr Endpoint kEndpoints[] = {
    {kGet, "/zones/{zone_id}/firewall/access_rules/rules", Where::kZone, kZoneSees, kNothing, list_rules,
     "IP access rules of the zone. Filters: `mode`, `configuration.target`, `configuration.value`, `notes`."},
    {kPost, "/zones/{zone_id}/firewall/access_rules/rules", Where::kZone, kZoneEdits, kBody, create_rule,
     "Makes one: `mode` (`block` or `whitelist`), `configuration` (`target`: `ip`, `ip6`, `ip_range`, `asn`, "
     "`country`; `value`), `notes`."},
    {kGet, "/zones/{zone_id}/firewall/access_rules/rules/{rule_id}", Where::kZone, kZoneSees, kNothing,
     get_rule, "One of them."},
    {kPatch, "/zones/{zone_id}/firewall/access_rules/rules/{rule_id}", Where::kZone, kZoneEdits, kBody,
     edit_rule, "Changes its `mode` and `notes`."},
    {kDelete, "/zones/{zone_id}/firewall/access_rules/rules/{rule_id}", Where::kZone, kZoneEdits, kNothing,
     delete_rule, "Deletes it."},
    {kGet, "/accounts/{account_id}/firewall/access_rules/rules", Where::kAccount, kAccountSees, kNothing,
     list_rules, "IP access rules of the account: they hold in all its zones."},
    {kPost, "/accounts/{account_id}/firewall/access_rules/rules", Where::kAccount, kAccountEdits, kBody,
     create_rule, "Makes one."},
    {kGet, "/accounts/{account_id}/firewall/access_rules/rules/{rule_id}", Where::kAccount, kAccountSees,
     kNothing, get_rule, "One of them."},
    {kPatch, "/accounts/{account_id}/firewall/access_rules/rules/{rule_id}", Where::kAccount, kAccountEdits,
     kBody, edit_rule, "Changes its `mode` and `notes`."},
    {kDelete, "/accounts/{account_id}/firewall/access_rules/rules/{rule_id}", Where::kAccount, kAccountEdits,
     kNothing, delete_rule, "Deletes it."},
    {kGet, "/zones/{zone_id}/firewall/ua_rules", Where::kZone, kZoneSees, kNothing, list_rules,
     "User agent rules."},
    {kPost, "/zones/{zone_id}/firewall/ua_rules", Where::kZone, kZoneEdits, kBody, create_rule,
     "Makes one: `mode` (`block`), `configuration` (`target`: `ua`; `value`), `paused`, `description`."},
    {kGet, "/zones/{zone_id}/firewall/ua_rules/{rule_id}", Where::kZone, kZoneSees, kNothing, get_rule,
     "One of them."},
    {kPut, "/zones/{zone_id}/firewall/ua_rules/{rule_id}", Where::kZone, kZoneEdits, kBody, update_rule,
     "Replaces what it says."},
    {kDelete, "/zones/{zone_id}/firewall/ua_rules/{rule_id}", Where::kZone, kZoneEdits, kNothing, delete_rule,
     "Deletes it."},
    {kGet, "/zones/{zone_id}/firewall/lockdowns", Where::kZone, kZoneSees, kNothing, list_rules,
     "Zone lockdowns."},
    {kPost, "/zones/{zone_id}/firewall/lockdowns", Where::kZone, kZoneEdits, kBody, create_rule,
     "Makes one: `urls` (with `*`) are only for the addresses in `configurations` (`target`: `ip`, "
     "`ip_range`; `value`); `paused`, `description`."},
    {kGet, "/zones/{zone_id}/firewall/lockdowns/{rule_id}", Where::kZone, kZoneSees, kNothing, get_rule,
     "One of them."},
    {kPut, "/zones/{zone_id}/firewall/lockdowns/{rule_id}", Where::kZone, kZoneEdits, kBody, update_rule,
     "Replaces what it says."},
    {kDelete, "/zones/{zone_id}/firewall/lockdowns/{rule_id}", Where::kZone, kZoneEdits, kNothing,
     delete_rule, "Deletes it."},
};

}  // namespace

std::span<const Endpoint> older_rule_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
