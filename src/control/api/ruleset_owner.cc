#include "control/api/ruleset_owner.h"

#include "base/ascii.h"
#include "control/api/endpoint.h"
#include "rules/phase.h"
#include "store/accounts.h"
#include "store/lists.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

using rules::Phase;

// Any of them will do.
std::array<Area, 2> areas_of(std::string_view phase_name, bool is_zone) {
  const auto phase = rules::find_phase(phase_name);
  if (!is_zone) {
    if (phase == Phase::kRequestRedirect) return {Area::kMassUrlRedirects, Area::kAccountRulesets};
    return {Area::kAccountWaf, Area::kAccountRulesets};
  }
  switch (phase.value_or(Phase::kRequestFirewallCustom)) {
    case Phase::kRequestSanitize: return {Area::kSanitize, Area::kSanitize};
    case Phase::kRequestDynamicRedirect: return {Area::kDynamicUrlRedirects, Area::kDynamicUrlRedirects};
    case Phase::kRequestTransform:
    case Phase::kRequestLateTransform:
    case Phase::kResponseHeadersTransform: return {Area::kZoneTransformRules, Area::kTransformRules};
    case Phase::kConfigSettings: return {Area::kConfigSettings, Area::kConfigSettings};
    case Phase::kRequestOrigin: return {Area::kOrigin, Area::kOrigin};
    case Phase::kDdosL7: return {Area::kHttpDdosRuleset, Area::kHttpDdosRuleset};
    case Phase::kRequestSbfm: return {Area::kBotManagement, Area::kBotManagement};
    case Phase::kRequestCacheSettings:
    case Phase::kResponseCacheSettings: return {Area::kCacheSettings, Area::kCacheSettings};
    case Phase::kCustomErrors: return {Area::kCustomErrorRules, Area::kCustomErrorRules};
    case Phase::kResponseCompression: return {Area::kResponseCompression, Area::kResponseCompression};
    case Phase::kLogCustomFields: return {Area::kLogs, Area::kLogs};
    default: return {Area::kZoneWaf, Area::kFirewallServices};
  }
}

bool may(const Caller& caller, const RulesetOwner& owner, std::string_view phase, Level level) {
  return std::ranges::any_of(areas_of(phase, owner.is_zone), [&](Area area) {
    const Permission permission{area, level};
    return owner.is_zone ? caller.may(permission, {owner.id, owner.account})
                         : caller.may_in_account(permission, owner.account);
  });
}

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '.'; }

// `$name` in the text of an expression, outside of what a longer name would be.
bool text_names_list(std::string_view expression, std::string_view list) {
  for (std::size_t at = expression.find('$'); at != expression.npos; at = expression.find('$', at + 1)) {
    const std::string_view rest = expression.substr(at + 1);
    if (rest.starts_with(list) && (rest.size() == list.size() || !is_name_character(rest[list.size()])))
      return true;
  }
  return false;
}

// Whether any text in the value names the list. Depth is bounded by that of JSON that is accepted.
bool names_list(const Json& value, std::string_view list) {
  if (const auto* text = value.get_ptr<const std::string*>()) return text_names_list(*text, list);
  if (!value.is_structured()) return false;
  if (const Json* from = find_value(value, "from_list")) {
    const Json* name = find_value(*from, "name");
    if (name != nullptr && name->is_string() && name->get_ref<const std::string&>() == list) return true;
  }
  return std::ranges::any_of(value, [&](const Json& each) { return names_list(each, list); });
}

}  // namespace

RulesetOwner RulesetOwner::of(const Call& call) {
  if (call.endpoint.where == Where::kZone) {
    const store::Zone& zone = call.zone();
    return {.id = zone.id, .account = zone.account, .is_zone = true, .zone_name = std::string(zone.name)};
  }
  const store::Id& account = call.id("account_id");
  return {.id = account, .account = account, .is_zone = false, .zone_name = {}};
}

bool RulesetOwner::exists(const store::ReadTransaction& read) const {
  return is_zone ? store::zones::exists(read, id) : store::accounts::get(read, id).has_value();
}

bool may_read_phase(const Caller& caller, const RulesetOwner& owner, std::string_view phase) {
  return may(caller, owner, phase, Level::kRead);
}

Outcome<> check_may_read_phase(const Caller& caller, const RulesetOwner& owner, std::string_view phase) {
  if (may(caller, owner, phase, Level::kRead)) return {};
  return refuse(codes::kForbidden);
}

Outcome<> check_may_write_phase(const Caller& caller, const RulesetOwner& owner, std::string_view phase) {
  if (may(caller, owner, phase, Level::kWrite)) return {};
  return refuse(codes::kForbidden);
}

rules::ListPtr StoredListNames::find(std::string_view name) const {
  const auto stored = store::lists::find(read_, account_, name);
  if (!stored) return nullptr;
  auto list = std::make_shared<rules::List>();
  list->name = std::string(stored->name);
  switch (stored->kind) {
    case store::ListKind::kIp: list->kind = rules::ListKind::kIp; break;
    case store::ListKind::kHostname: list->kind = rules::ListKind::kHostname; break;
    case store::ListKind::kAsn: list->kind = rules::ListKind::kAsn; break;
    case store::ListKind::kRedirect: list->kind = rules::ListKind::kRedirect; break;
  }
  return list;
}

std::optional<rules::RulesetCatalog::Entry> StoredRulesetKinds::find(std::string_view id) const {
  const auto parsed = store::Id::parse(id);
  if (owner_.is_zone || !parsed) return std::nullopt;
  const auto ruleset = store::rulesets::get(read_, owner_.id, *parsed);
  if (!ruleset) return std::nullopt;
  const auto kind = rules::find_kind(ruleset->kind);
  const auto phase = rules::find_phase(ruleset->phase);
  if (!kind || !phase) return std::nullopt;
  return Entry{*kind, *phase};
}

std::uint64_t references_to_list(const store::ReadTransaction& read, const store::Id& account,
                                 std::string_view list) {
  std::uint64_t references = 0;
  store::rulesets::Scan scan(read);
  while (const auto ruleset = scan.next()) {
    // Most rulesets name no list: their JSON is not read.
    if (ruleset->document.find(list) == std::string_view::npos) continue;
    if (ruleset->owner != account) {
      const auto zone = store::zones::get(read, ruleset->owner);
      if (!zone || zone->account != account) continue;
    }
    const Json document = stored_json(ruleset->document);
    const Json* rules = find_value(document, "rules");
    if (rules == nullptr || !rules->is_array()) continue;
    for (const Json& rule : *rules) references += names_list(rule, list) ? 1 : 0;
  }
  return references;
}

bool is_executed(const store::ReadTransaction& read, const RulesetOwner& owner, std::string_view ruleset) {
  for (const store::Ruleset& each : store::rulesets::of_owner(read, owner.id)) {
    if (each.document.find(ruleset) == std::string_view::npos) continue;
    const Json document = stored_json(each.document);
    const Json* rules = find_value(document, "rules");
    if (rules == nullptr || !rules->is_array()) continue;
    for (const Json& rule : *rules) {
      const Json* parameters = find_value(rule, "action_parameters");
      const Json* id = parameters == nullptr ? nullptr : find_value(*parameters, "id");
      if (rule.value("action", Json()) == "execute" && id != nullptr && *id == std::string(ruleset))
        return true;
    }
  }
  return false;
}

}  // namespace brink::control::api
