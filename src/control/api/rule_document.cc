#include "control/api/rule_document.h"

#include "rules/json_members.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr std::string_view kWritten[] = {"action", "action_parameters", "expression", "logging", "ratelimit"};

// skip: the documented spellings of products, which an old client writes in lower case.
void respell_products(Json& parameters) {
  if (find_value(parameters, "products") == nullptr) return;
  for (Json& product : parameters["products"]) {
    if (product == "ratelimit") product = "rateLimit";
    if (product == "uablock") product = "uaBlock";
    if (product == "zonelockdown") product = "zoneLockdown";
  }
}

// set_cache_settings: {"list": [...]} and {"all": true} are shown as arrays.
void respell_query_string(Json& parameters) {
  Json* place = &parameters;
  for (const char* name : {"cache_key", "custom_key", "query_string"}) {
    if (find_value(*place, name) == nullptr) return;
    place = &(*place)[name];
  }
  for (const char* name : {"include", "exclude"}) {
    const Json* names = find_value(*place, name);
    if (names == nullptr || !names->is_object()) continue;
    const Json* list = find_value(*names, "list");
    Json shown = list != nullptr ? *list : Json::array({"*"});
    (*place)[name] = std::move(shown);
  }
}

// What a sent rule says, as it is kept: without id, version and time.
Json content_of(const Json& sent) {
  Json rule = Json::object();
  for (const std::string_view name : kWritten) {
    if (const Json* value = find_value(sent, name)) rule[std::string(name)] = *value;
  }
  const Json* description = find_value(sent, "description");
  rule["description"] = description == nullptr ? Json("") : *description;
  const Json* enabled = find_value(sent, "enabled");
  rule["enabled"] = enabled == nullptr ? Json(true) : *enabled;
  const Json action = rule.value("action", Json());
  if (action == "skip") {
    if (!rule.contains("logging")) rule["logging"] = {{"enabled", true}};
    if (rule.contains("action_parameters")) respell_products(rule["action_parameters"]);
  }
  if (action == "set_cache_settings" && rule.contains("action_parameters"))
    respell_query_string(rule["action_parameters"]);
  if (action == "execute" && rule.contains("action_parameters"))
    rule["action_parameters"]["version"] = "latest";
  if (rule.contains("ratelimit") && !rule["ratelimit"].contains("mitigation_timeout"))
    rule["ratelimit"]["mitigation_timeout"] = 0;
  return rule;
}

std::string text_of(const Json& object, std::string_view name) {
  const Json* value = find_value(object, name);
  const auto* text = value == nullptr ? nullptr : value->get_ptr<const std::string*>();
  return text == nullptr ? std::string() : *text;
}

std::uint64_t version_of(const Json& rule) {
  std::uint64_t version = 0;
  for (const char c : text_of(rule, "version")) version = version * 10 + static_cast<unsigned>(c - '0');
  return version;
}

// The place of the rule with that ref; rules.size() where there is none.
std::size_t find_ref(const Json& rules, const std::string& ref) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (text_of(rules[i], "ref") == ref) return i;
  }
  return rules.size();
}

void position_problem(rules::Problems& problems, std::string_view member, const Json& value,
                      std::string_view reason) {
  std::string pointer = "/position";
  if (!member.empty()) pointer += fmt::format("/{}", member);
  problems.push_back({.pointer = std::move(pointer),
                      .message = rules::invalid_value(value, member.empty() ? "position" : member, reason)});
}

}  // namespace

Json new_rule(const Json& sent, const RuleStamps& stamps) {
  Json rule = content_of(sent);
  const std::string id = stamps.new_id().text();
  const std::string ref = text_of(sent, "ref");
  rule["id"] = id;
  rule["ref"] = ref.empty() ? id : ref;
  rule["version"] = "1";
  rule["last_updated"] = stamps.now;
  return rule;
}

Json changed_rule(const Json& current, const Json& sent, const RuleStamps& stamps) {
  Json rule = content_of(sent);
  const std::string ref = text_of(sent, "ref");
  rule["id"] = current.value("id", Json());
  rule["ref"] = ref.empty() ? text_of(current, "ref") : ref;
  rule["version"] = current.value("version", Json("1"));
  rule["last_updated"] = current.value("last_updated", Json(stamps.now));
  if (rule == current) return rule;
  rule["version"] = std::to_string(version_of(current) + 1);
  rule["last_updated"] = stamps.now;
  return rule;
}

Json replaced_rules(const Json& current, const Json& sent, const RuleStamps& stamps,
                    rules::Problems& problems) {
  Json rules = Json::array();
  std::set<std::size_t> taken;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const std::string id = text_of(sent[i], "id");
    const std::string ref = text_of(sent[i], "ref");
    std::size_t at = current.size();
    if (!id.empty()) {
      at = find_rule(current, id);
      const bool twice = taken.contains(at);
      if (at == current.size() || twice) {
        problems.push_back(
            {.pointer = fmt::format("/rules/{}/id", i),
             .message = rules::invalid_value(Json(id), "id",
                                             twice ? "it is there twice" : "the ruleset has no such rule")});
        continue;
      }
    } else if (!ref.empty()) {
      at = find_ref(current, ref);
      if (taken.contains(at)) at = current.size();
    }
    if (at == current.size()) {
      rules.push_back(new_rule(sent[i], stamps));
    } else {
      taken.insert(at);
      rules.push_back(changed_rule(current[at], sent[i], stamps));
    }
  }
  return rules;
}

void move_rule(Json& rules, std::size_t from, const Json& position, rules::Problems& problems) {
  rules::Members members(position, "/position", problems);
  const std::size_t before = problems.size();
  const auto ahead_of = members.text("before");
  const auto after = members.text("after");
  const auto index = members.integer("index", 1, INT64_MAX);
  members.finish();
  if (problems.size() != before) return;
  if ((ahead_of ? 1 : 0) + (after ? 1 : 0) + (index ? 1 : 0) != 1)
    return position_problem(problems, "", position, "it must have exactly one of before, after and index");
  Json moved = rules[from];
  rules.erase(from);
  std::size_t to = rules.size();
  if (index) {
    if (static_cast<std::uint64_t>(*index) > rules.size() + 1) {
      position_problem(problems, "index", Json(*index), "the ruleset does not have as many rules");
    } else {
      to = static_cast<std::size_t>(*index - 1);
    }
  } else {
    const std::string& id = ahead_of ? *ahead_of : *after;
    const char* name = ahead_of ? "before" : "after";
    const std::size_t neighbour = id.empty() ? 0 : find_rule(rules, id);
    if (!id.empty() && neighbour == rules.size()) {
      position_problem(problems, name, Json(id), "the ruleset has no other rule of that id");
    } else if (ahead_of) {
      to = neighbour;
    } else if (!id.empty()) {
      to = neighbour + 1;
    }
  }
  rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(to), std::move(moved));
}

std::size_t find_rule(const Json& rules, std::string_view id) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Json* value = find_value(rules[i], "id");
    if (value != nullptr && value->is_string() && value->get_ref<const std::string&>() == id) return i;
  }
  return rules.size();
}

}  // namespace brink::control::api
