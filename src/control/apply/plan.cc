#include "control/apply/plan.h"

#include "control/api/dns_record_json.h"
#include "control/apply/plan_rules.h"
#include "dns_wire/type.h"
#include "store/certificates.h"
#include "store/dns_records.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include <fmt/format.h>

namespace brink::control::apply {
namespace {

using api::Json;
using api::RecordValue;

// A declaration in the store has, beside what the file says, "file", "hosts", and under "settings" of each
// setting that the file gives its value, and the one that it had before.
constexpr const char* kFile = "file";
constexpr const char* kHosts = "hosts";
constexpr const char* kSettings = "settings";

const Json& member_or(const Json& object, const char* name, const Json& otherwise) {
  const Json* found = api::find_value(object, name);
  return found != nullptr ? *found : otherwise;
}

const Json& empty_object() {
  static const Json object = Json::object();
  return object;
}

std::vector<std::string> hosts_of(const Json& declaration) {
  std::vector<std::string> hosts;
  const Json* list = api::find_value(declaration, kHosts);
  if (list == nullptr || !list->is_array()) return hosts;
  for (const Json& each : *list) {
    if (each.is_string()) hosts.push_back(each.get<std::string>());
  }
  return hosts;
}

std::string file_of(const store::Zone& zone, const Json& declaration) {
  if (!zone.declared_in.empty()) return std::string(zone.declared_in);
  const Json* file = api::find_value(declaration, kFile);
  return file != nullptr && file->is_string() ? file->get<std::string>() : std::string();
}

// What people are shown of a declaration.
Json shown(const Json& declaration) {
  if (!declaration.is_object()) return Json::object();
  Json shown = declaration;
  shown.erase(kSettings);
  return shown;
}

// --- settings ---

// null where the zone has the default.
Json stored_value(const store::ReadTransaction& read, const store::Id& zone, std::string_view id) {
  const auto kept = store::settings::get(read, zone, id);
  return kept ? api::stored_json(kept->value) : Json();
}

Json default_value(std::string_view id) {
  const auto row = api::find_setting(id);
  return row ? api::stored_json((*row)->default_json) : Json();
}

Json or_default(const Json& value, std::string_view id) {
  return value.is_null() ? default_value(id) : value;
}

class Planner {
 public:
  Planner(const store::ReadTransaction& read, ZonePlan& plan) : read_(read), plan_(plan) {}

  void want_settings(const DesiredZone& desired, const Json& former, Json& declared) {
    std::map<std::string_view, const DesiredSetting*> wanted;
    for (const DesiredSetting& each : desired.settings) wanted[each.row->id] = &each;
    for (const auto& [id, each] : wanted) {
      const Json stored = stored_value(read_, plan_.id, id);
      const Json* known = api::find_value(former, id);
      declared[id] = {{"value", each->value},
                      {"before", known ? member_or(*known, "before", Json()) : stored}};
      if (or_default(stored, id) == each->value) continue;
      plan_.steps.push_back({.action = plan_.id.is_nil() ? Action::kCreate : Action::kUpdate,
                             .thing = Thing::kSetting,
                             .zone = plan_.name,
                             .subject = std::string(id),
                             .before = or_default(stored, id),
                             .after = each->value,
                             .record = {}});
    }
  }

  // Those that the file gave and gives no longer are as they were before; not so where the API has changed
  // them since.
  void restore_settings(const Json& former, const Json& declared) {
    if (!former.is_object()) return;
    for (const auto& [id, known] : former.items()) {
      if (declared.contains(id)) continue;
      const Json stored = stored_value(read_, plan_.id, id);
      const Json before = member_or(known, "before", Json());
      if (or_default(stored, id) != member_or(known, "value", Json())) continue;
      if (or_default(stored, id) == or_default(before, id)) continue;
      plan_.steps.push_back({.action = before.is_null() ? Action::kDelete : Action::kUpdate,
                             .thing = Thing::kSetting,
                             .zone = plan_.name,
                             .subject = id,
                             .before = or_default(stored, id),
                             .after = before,
                             .record = {}});
    }
  }

  void want_records(const std::vector<RecordValue>& wanted) {
    std::vector<RecordValue> stored;
    if (!plan_.id.is_nil()) {
      store::dns_records::Scan scan(read_, plan_.id);
      while (const auto record = scan.next()) stored.push_back(RecordValue::of(*record));
    }
    std::vector<const RecordValue*> partners(wanted.size());
    std::vector<bool> taken(stored.size());
    match_same_data(wanted, stored, partners, taken);
    match_same_name(wanted, stored, partners, taken);
    for (std::size_t i = 0; i < stored.size(); ++i) {
      if (!taken[i] && !stored[i].declared_in.empty()) add(Action::kDelete, &stored[i], nullptr, 0);
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (partners[i] != nullptr && differs(*partners[i], wanted[i]))
        add(Action::kUpdate, partners[i], &wanted[i], i);
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (partners[i] == nullptr) add(Action::kCreate, nullptr, &wanted[i], i);
    }
  }

 private:
  static void match_same_data(const std::vector<RecordValue>& wanted, const std::vector<RecordValue>& stored,
                              std::vector<const RecordValue*>& partners, std::vector<bool>& taken) {
    std::map<std::tuple<std::string_view, std::uint16_t, std::string_view>, std::size_t> by_data;
    for (std::size_t i = 0; i < stored.size(); ++i)
      by_data.try_emplace({stored[i].name, stored[i].type, stored[i].rdata}, i);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto found = by_data.find({wanted[i].name, wanted[i].type, wanted[i].rdata});
      if (found == by_data.end() || taken[found->second]) continue;
      taken[found->second] = true;
      partners[i] = &stored[found->second];
    }
  }

  // A record whose data a file has changed stays the same record. Only those of files: the API's stays as it
  // is.
  static void match_same_name(const std::vector<RecordValue>& wanted, const std::vector<RecordValue>& stored,
                              std::vector<const RecordValue*>& partners, std::vector<bool>& taken) {
    std::multimap<std::pair<std::string_view, std::uint16_t>, std::size_t> left;
    for (std::size_t i = 0; i < stored.size(); ++i) {
      if (!taken[i] && !stored[i].declared_in.empty())
        left.emplace(std::pair<std::string_view, std::uint16_t>(stored[i].name, stored[i].type), i);
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (partners[i] != nullptr) continue;
      const auto found = left.find({wanted[i].name, wanted[i].type});
      if (found == left.end()) continue;
      taken[found->second] = true;
      partners[i] = &stored[found->second];
      left.erase(found);
    }
  }

  static bool differs(const RecordValue& stored, const RecordValue& wanted) {
    const bool moves = !stored.declared_in.empty() && stored.declared_in != wanted.declared_in;
    return moves || stored.rdata != wanted.rdata || stored.content != wanted.content ||
           stored.data != wanted.data || stored.ttl != wanted.ttl || stored.proxied != wanted.proxied ||
           stored.priority != wanted.priority || stored.comment != wanted.comment ||
           stored.tags != wanted.tags || stored.settings != wanted.settings;
  }

  Json record_as_shown(const RecordValue* record, std::string_view file) const {
    if (record == nullptr) return {};
    Json json = api::record_json(record->view(), plan_.name);
    for (const char* other : {"id", "zone_id", "zone_name", "proxiable", "meta", "created_on", "modified_on",
                              "comment_modified_on", "tags_modified_on"})
      json.erase(other);
    if (json["comment"].is_null()) json.erase("comment");
    if (json["tags"].empty()) json.erase("tags");
    if (json["settings"].empty()) json.erase("settings");
    if (!file.empty()) json[kFile] = std::string(file);
    return json;
  }

  void add(Action action, const RecordValue* stored, const RecordValue* wanted, std::size_t index) {
    const RecordValue& shown = wanted != nullptr ? *wanted : *stored;
    // The API's record stays the API's.
    const bool is_apis = stored != nullptr && stored->declared_in.empty();
    plan_.steps.push_back(
        {.action = action,
         .thing = Thing::kRecord,
         .zone = plan_.name,
         .subject = fmt::format("{} {}", shown.name, dns_wire::type_name(shown.type)),
         .before = record_as_shown(stored, stored != nullptr ? stored->declared_in : ""),
         .after = record_as_shown(wanted, wanted != nullptr && !is_apis ? wanted->declared_in : ""),
         .record = stored != nullptr ? stored->id : store::Id{},
         .wanted = index});
  }

  const store::ReadTransaction& read_;
  ZonePlan& plan_;
};

// Whether the API has given the zone something that would go with it. Certificates of the local CA come by
// themselves.
bool has_things_of_the_api(const store::ReadTransaction& read, const store::Id& zone) {
  store::dns_records::Scan scan(read, zone);
  while (const auto record = scan.next()) {
    if (record->declared_in.empty()) return true;
  }
  if (has_rulesets_of_the_api(read, zone)) return true;
  return std::ranges::any_of(store::certificates::of_zone(read, zone), [](const store::Certificate& each) {
    return each.source == store::CertificateSource::kCustom;
  });
}

// The members in which two objects differ: `ttl: 1 -> 300`.
std::string changes_text(const Json& before, const Json& after) {
  if (!before.is_object() || !after.is_object())
    return fmt::format("{} -> {}", api::json_text(before), api::json_text(after));
  std::string text;
  Json all = before;
  all.update(after);
  for (const auto& [name, unused] : all.items()) {
    const Json* old = api::find_value(before, name);
    const Json* now = api::find_value(after, name);
    if (old != nullptr && now != nullptr && *old == *now) continue;
    text += fmt::format("{}{}: {} -> {}", text.empty() ? "" : ", ", name,
                        old != nullptr ? api::json_text(*old) : "none",
                        now != nullptr ? api::json_text(*now) : "none");
  }
  return text;
}

std::string_view action_name(Action action) {
  constexpr std::string_view kNames[] = {"create", "update", "delete"};
  return kNames[static_cast<std::size_t>(action)];
}
std::string_view thing_name(Thing thing) {
  constexpr std::string_view kNames[] = {"zone", "setting", "record", "rules"};
  return kNames[static_cast<std::size_t>(thing)];
}

}  // namespace

bool is_declared(const store::Zone& zone) { return !zone.declared_in.empty() || !zone.declaration.empty(); }

ZonePlan plan_zone(const store::ReadTransaction& read, const DesiredZone& desired) {
  ZonePlan plan;
  plan.name = desired.name;
  plan.file = desired.file;
  const auto zone = store::zones::find(read, desired.name);
  const Json former = zone ? api::stored_json(zone->declaration) : Json();
  if (zone) plan.id = zone->id;
  plan.fate = zone ? ZonePlan::Fate::kKeep : ZonePlan::Fate::kCreate;
  plan.former_hosts = hosts_of(former);
  // A zone that the API made stays the API's.
  const bool is_apis = zone && zone->declared_in.empty();
  plan.declared_in = is_apis ? std::string() : desired.file;

  Json declaration = desired.more;
  declaration[kFile] = desired.file;
  if (!desired.hosts.empty()) declaration[kHosts] = desired.hosts;
  const Json& former_settings = member_or(former, kSettings, empty_object());
  Json settings = Json::object();
  Planner planner(read, plan);
  planner.want_settings(desired, former_settings, settings);
  planner.restore_settings(former_settings, settings);
  planner.want_records(desired.records);
  plan_rules(read, desired.rules, plan);
  if (!settings.empty()) declaration[kSettings] = std::move(settings);
  plan.declaration = api::json_text(declaration);

  const bool is_as_shown =
      zone && shown(former) == shown(declaration) && zone->declared_in == plan.declared_in;
  if (!is_as_shown || (plan.steps.empty() && zone->declaration != plan.declaration)) {
    plan.steps.insert(plan.steps.begin(), {.action = zone ? Action::kUpdate : Action::kCreate,
                                           .thing = Thing::kZone,
                                           .zone = plan.name,
                                           .subject = {},
                                           .before = zone ? shown(former) : Json(),
                                           .after = shown(declaration),
                                           .record = {}});
  }
  return plan;
}

ZonePlan plan_undeclared(const store::ReadTransaction& read, const store::Zone& zone, bool prune) {
  const Json former = api::stored_json(zone.declaration);
  ZonePlan plan;
  plan.name = std::string(zone.name);
  plan.id = zone.id;
  plan.file = file_of(zone, former);
  plan.former_hosts = hosts_of(former);
  const bool is_apis = zone.declared_in.empty();
  const bool stays = is_apis || (!prune && has_things_of_the_api(read, zone.id));
  plan.fate = stays ? ZonePlan::Fate::kRelease : ZonePlan::Fate::kDelete;
  Json before = shown(former);
  before[kFile] = plan.file;
  plan.steps.push_back({.action = stays ? Action::kUpdate : Action::kDelete,
                        .thing = Thing::kZone,
                        .zone = plan.name,
                        .subject = {},
                        .before = std::move(before),
                        .after = stays ? Json::object() : Json(),
                        .record = {}});
  if (!stays) return plan;
  Planner planner(read, plan);
  planner.restore_settings(member_or(former, kSettings, empty_object()), empty_object());
  planner.want_records({});
  plan_rules(read, {}, plan);
  return plan;
}

std::string step_text(const Step& step) {
  constexpr char kSigns[] = {'+', '~', '-'};
  std::string text = fmt::format("{} {}: {}", kSigns[static_cast<std::size_t>(step.action)], step.zone,
                                 thing_name(step.thing));
  if (!step.subject.empty()) text += " " + step.subject;
  const bool is_setting = step.thing == Thing::kSetting;
  if (is_setting) {
    const std::string after = step.after.is_null() ? "default" : api::json_text(step.after);
    return fmt::format("{}: {} -> {}", text, api::json_text(step.before), after);
  }
  switch (step.action) {
    case Action::kCreate: return fmt::format("{} {}", text, api::json_text(step.after));
    case Action::kDelete: return fmt::format("{} {}", text, api::json_text(step.before));
    case Action::kUpdate: {
      const std::string changes = changes_text(step.before, step.after);
      return changes.empty() ? text : fmt::format("{}: {}", text, changes);
    }
  }
  return text;
}

Json step_json(const Step& step) {
  return {{"action", action_name(step.action)},
          {"type", thing_name(step.thing)},
          {"zone", step.zone},
          {"subject", step.subject},
          {"before", step.before},
          {"after", step.after},
          {"text", step_text(step)}};
}

}  // namespace brink::control::apply
