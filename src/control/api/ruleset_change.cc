#include "control/api/ruleset_change.h"

#include "control/api/timestamp.h"
#include "rules/json_members.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr std::size_t kMaxAuditBytes = 64 * 1024;

// An entry of the audit log shows all of a ruleset, unless that is very much.
Json for_audit(Json document) {
  if (document.is_object() && json_text(document).size() > kMaxAuditBytes) {
    const std::size_t rules = document.value("rules", Json::array()).size();
    document["rules"] = fmt::format("{} rules", rules);
  }
  return document;
}

Json without(Json object, const char* member) {
  object.erase(member);
  return object;
}

std::string text_of(const Json& document, const char* member) {
  const Json* value = find_value(document, member);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

}  // namespace

std::unexpected<ApiError> RulesetChange::refuse_for_problems() const {
  return refuse(codes::kRuleset, problems_.front().message);
}

RuleStamps RulesetChange::stamps() {
  return {.now = timestamp(changing_.now()), .new_id = [this] { return changing_.new_id(); }};
}

Outcome<RulesetChange::Present> RulesetChange::find(const store::Id& id) {
  const auto ruleset = store::rulesets::get(changing_.store, owner_.id, id);
  if (!ruleset) return refuse(codes::kNotFound, fmt::format("could not find ruleset {}", id.text()));
  if (may_write) BRINK_TRY(may_write(ruleset->phase));
  Present present{.id = id,
                  .version = ruleset->version,
                  .last_version = std::max(ruleset->version, ruleset->last_version),
                  .declared_in = std::string(ruleset->declared_in),
                  .document = stored_json(ruleset->document)};
  if (!present.document.is_object()) return refuse(codes::kInternal);
  if (find_value(present.document, "rules") == nullptr) present.document["rules"] = Json::array();
  BRINK_TRY(check_author(present));
  return present;
}

Outcome<> RulesetChange::check_author(const Present& present) const {
  if (present.declared_in == author_.declared_in || !author_.declared_in.empty()) return {};
  return refuse(codes::kRuleset,
                fmt::format("The ruleset is declared in {}: change it there", present.declared_in));
}

Outcome<RulesetChange::Present> RulesetChange::find_with_rule(const store::Id& id, const store::Id& rule,
                                                              std::size_t& at) {
  Present present = BRINK_TRY(find(id));
  at = find_rule(present.document["rules"], rule.text());
  if (at == present.document["rules"].size())
    return refuse(codes::kNotFound, fmt::format("could not find rule {}", rule.text()));
  return present;
}

Outcome<> RulesetChange::check(const Json& body) {
  const RuleChecking checking(changing_.store, owner_);
  const auto read = rules::read_ruleset(body, checking.context);
  if (!read) {
    problems_ = read.error();
    return refuse_for_problems();
  }
  warnings_ = checking.warnings;
  return {};
}

Outcome<> RulesetChange::check_rule(const Json& body, const Json& document) {
  const RuleChecking checking(changing_.store, owner_);
  const auto kind = rules::find_kind(text_of(document, "kind"));
  const auto phase = rules::find_phase(text_of(document, "phase"));
  if (!kind || !phase) return refuse(codes::kInternal);
  const auto read = rules::read_rule(body, *kind, *phase, checking.context);
  if (!read) {
    problems_ = read.error();
    return refuse_for_problems();
  }
  warnings_ = checking.warnings;
  return {};
}

Outcome<Json> RulesetChange::create(const Json& body) {
  BRINK_TRY(check(body));
  const std::string kind = text_of(body, "kind"), phase = text_of(body, "phase");
  if (may_write) BRINK_TRY(may_write(phase));
  if (kind != "custom" && store::rulesets::entry_point(changing_.store, owner_.id, phase)) {
    problems_.push_back(
        {.pointer = "/kind",
         .code = rules::problem_code::kSecondEntryPoint,
         .message = rules::invalid_value(
             Json(kind), "kind",
             fmt::format("exceeded maximum number of {} rulesets for phase {}", kind, phase))});
    return refuse_for_problems();
  }
  Present present{.id = changing_.new_id(),
                  .document = {{"name", body["name"]},
                               {"kind", kind},
                               {"phase", phase},
                               {"description", text_of(body, "description")},
                               {"rules", Json::array()}}};
  return replace(std::move(present), body);
}

Outcome<Json> RulesetChange::update(const store::Id& id, const Json& body) {
  return replace(BRINK_TRY(find(id)), body);
}

Outcome<Json> RulesetChange::update_entry_point(std::string_view phase, const Json& body) {
  if (const auto there = store::rulesets::entry_point(changing_.store, owner_.id, phase))
    return update(store::Id(there->id), body);
  if (may_write) BRINK_TRY(may_write(phase));
  const std::string name = text_of(body, "name");
  Present present{.id = changing_.new_id(),
                  .document = {{"name", name.empty() ? "default" : name},
                               {"kind", std::string(owner_.entry_kind())},
                               {"phase", std::string(phase)},
                               {"description", ""},
                               {"rules", Json::array()}}};
  return replace(std::move(present), body);
}

// `body` has what is to be changed of the document: rules and description; the rest may be there as it is.
Outcome<Json> RulesetChange::replace(Present present, const Json& body) {
  if (!body.is_object()) {
    BRINK_TRY(check(body));
    return refuse(codes::kRuleset);
  }
  Json whole = body;
  for (const char* name : {"name", "kind", "phase"}) {
    if (const Json* sent = find_value(body, name); sent != nullptr && *sent != present.document[name]) {
      problems_.push_back(
          {.pointer = fmt::format("/{}", name), .message = fmt::format("{} field cannot be modified", name)});
    }
    whole[name] = present.document[name];
  }
  if (!problems_.empty()) return refuse_for_problems();
  BRINK_TRY(check(whole));
  if (const Json* description = find_value(body, "description"))
    present.document["description"] = *description;
  const Json* sent = find_value(body, "rules");
  if (sent == nullptr) return save(present, present.document);
  Json rules = replaced_rules(present.document["rules"], *sent, stamps(), problems_);
  if (!problems_.empty()) return refuse_for_problems();
  return save_rules(std::move(present), std::move(rules));
}

Outcome<Json> RulesetChange::add_rule(const store::Id& id, const Json& body) {
  Present present = BRINK_TRY(find(id));
  const Json* position = find_value(body, "position");
  BRINK_TRY(check_rule(body.is_object() ? without(body, "position") : body, present.document));
  Json rules = present.document["rules"];
  rules.push_back(new_rule(body, stamps()));
  if (position != nullptr) move_rule(rules, rules.size() - 1, *position, problems_);
  if (!problems_.empty()) return refuse_for_problems();
  return save_rules(std::move(present), std::move(rules));
}

Outcome<Json> RulesetChange::edit_rule(const store::Id& id, const store::Id& rule, const Json& body) {
  std::size_t at = 0;
  Present present = BRINK_TRY(find_with_rule(id, rule, at));
  const Json* position = find_value(body, "position");
  Json rules = present.document["rules"];
  const bool only_moves = position != nullptr && body.size() == 1;
  if (!only_moves) {
    const Json sent = body.is_object() ? without(body, "position") : body;
    BRINK_TRY(check_rule(sent, present.document));
    rules[at] = changed_rule(rules[at], sent, stamps());
  }
  if (position != nullptr) move_rule(rules, at, *position, problems_);
  if (!problems_.empty()) return refuse_for_problems();
  return save_rules(std::move(present), std::move(rules));
}

Outcome<Json> RulesetChange::remove_rule(const store::Id& id, const store::Id& rule) {
  std::size_t at = 0;
  Present present = BRINK_TRY(find_with_rule(id, rule, at));
  Json rules = present.document["rules"];
  rules.erase(at);
  return save_rules(std::move(present), std::move(rules));
}

Outcome<Json> RulesetChange::save_rules(Present present, Json rules) {
  problems_ = rules::check_together(rules, "/rules");
  if (!problems_.empty()) return refuse_for_problems();
  Json document = present.document;
  document["rules"] = std::move(rules);
  return save(std::move(present), std::move(document));
}

Outcome<Json> RulesetChange::save(Present present, Json document) {
  const std::uint64_t version = present.last_version + 1;
  document["id"] = present.id.text();
  document["version"] = std::to_string(version);
  document["last_updated"] = timestamp(changing_.now());
  if (dry_run_) return document;
  const std::string text = json_text(document);
  const std::string kind = text_of(document, "kind"), phase = text_of(document, "phase");
  BRINK_TRY(store::rulesets::put(changing_.store, {.id = present.id,
                                                   .owner = owner_.id,
                                                   .kind = kind,
                                                   .phase = phase,
                                                   .version = version,
                                                   .last_version = version,
                                                   .modified = changing_.now(),
                                                   .document = text,
                                                   .declared_in = author_.declared_in}));
  const bool is_new = present.version == 0;
  BRINK_TRY(audit(is_new ? "ruleset_create" : "ruleset_update", present.id,
                  is_new ? Json() : std::move(present.document), document));
  return document;
}

Outcome<Json> RulesetChange::remove(const store::Id& id) {
  Present present = BRINK_TRY(find(id));
  if (is_executed(changing_.store, owner_, id.text()))
    return refuse(codes::kRuleset, "a rule executes the ruleset: delete that first");
  if (dry_run_) return Json();
  BRINK_TRY(store::rulesets::remove(changing_.store, owner_.id, id));
  BRINK_TRY(audit("ruleset_delete", id, std::move(present.document), Json()));
  return Json();
}

// Without its latest version, the one before it is what runs; without any, it is gone.
Outcome<Json> RulesetChange::remove_version(const store::Id& id, std::uint64_t number) {
  Present present = BRINK_TRY(find(id));
  const auto version = store::rulesets::version(changing_.store, id, number);
  if (!version) return refuse(codes::kNotFound, fmt::format("could not find version {}", number));
  const bool is_latest = number == present.version;
  if (is_latest && is_executed(changing_.store, owner_, id.text()))
    return refuse(codes::kRuleset, "a rule executes the ruleset: its latest version must stay");
  const auto versions = store::rulesets::versions(changing_.store, id);
  if (is_latest && versions.size() < 2) return remove(id);
  if (dry_run_) return Json();
  if (is_latest) {
    const auto& before = versions[versions.size() - 2];
    const std::string text(before.document), kind = text_of(present.document, "kind"),
                                             phase = text_of(present.document, "phase");
    BRINK_TRY(store::rulesets::put(changing_.store, {.id = id,
                                                     .owner = owner_.id,
                                                     .kind = kind,
                                                     .phase = phase,
                                                     .version = before.number,
                                                     .last_version = present.last_version,
                                                     .modified = before.modified,
                                                     .document = text,
                                                     .declared_in = present.declared_in}));
  }
  BRINK_TRY(store::rulesets::remove_version(changing_.store, id, number));
  BRINK_TRY(audit("ruleset_version_delete", id, Json{{"version", std::to_string(number)}}, Json()));
  return Json();
}

Outcome<> RulesetChange::audit(std::string_view action, const store::Id& id, Json before, Json after) {
  return changing_.audit({.action = std::string(action),
                          .account = owner_.account,
                          .resource_type = "ruleset",
                          .resource = id.text(),
                          .zone = owner_.is_zone ? owner_.id : store::Id{},
                          .zone_name = owner_.zone_name,
                          .before = for_audit(std::move(before)),
                          .after = for_audit(std::move(after))});
}

}  // namespace brink::control::api
