#include "control/apply/execute.h"

#include "control/api/dns_record_change.h"
#include "control/api/ruleset_change.h"
#include "control/api/setting_table.h"
#include "store/accounts.h"
#include "store/hosts.h"

#include <algorithm>

#include <fmt/format.h>

namespace brink::control::apply {
namespace {

using api::Json;
using api::Outcome;

// A zone whose texts are not the transaction's: what puts must not have views of it.
struct OwnedZone {
  explicit OwnedZone(const store::Zone& zone)
      : value(zone),
        name(zone.name),
        declared_in(zone.declared_in),
        declaration(zone.declaration),
        name_servers(zone.name_servers.begin(), zone.name_servers.end()) {}

  [[nodiscard]] store::Zone view() const {
    store::Zone zone = value;
    zone.name = name;
    zone.declared_in = declared_in;
    zone.declaration = declaration;
    zone.name_servers.assign(name_servers.begin(), name_servers.end());
    return zone;
  }

  store::Zone value;
  std::string name;
  std::string declared_in;
  std::string declaration;
  std::vector<std::string> name_servers;
};

class Execution {
 public:
  Execution(api::Changing& changing, const ZonePlan& plan, const DesiredZone* desired)
      : changing_(changing), plan_(plan), desired_(desired), id_(plan.id) {}

  Outcome<> run(const NewZoneTerms& terms) {
    if (plan_.fate == ZonePlan::Fate::kDelete) return remove_zone();
    if (plan_.fate == ZonePlan::Fate::kCreate) {
      BRINK_TRY(create_zone(terms));
    } else {
      BRINK_TRY(edit_zone());
    }
    BRINK_TRY(claim_hosts());
    for (const Step& step : plan_.steps) {
      if (step.thing == Thing::kSetting) BRINK_TRY(change_setting(step));
    }
    // After the settings: what may stand beside an alias depends on one of them.
    auto records = BRINK_TRY(api::DnsRecordChange::begin(changing_, id_, api::RecordAuthor::kFile));
    for (const Step& step : plan_.steps) {
      if (step.thing != Thing::kRecord) continue;
      if (auto done = change_record(records, step); !done) {
        done.error().message = fmt::format("{}: {}", step.subject, done.error().message);
        return std::unexpected(std::move(done.error()));
      }
    }
    for (const Step& step : plan_.steps) {
      if (step.thing == Thing::kRules) BRINK_TRY(change_rules(step));
    }
    return {};
  }

 private:
  Outcome<> audit(std::string_view action, Json before, Json after) {
    return changing_.audit({.action = std::string(action),
                            .account = account_,
                            .resource_type = "zone",
                            .resource = id_.text(),
                            .zone = id_,
                            .zone_name = plan_.name,
                            .before = std::move(before),
                            .after = std::move(after)});
  }

  // The step of the zone itself; nullptr where nothing of it changes that people would see.
  [[nodiscard]] const Step* zone_step() const {
    const bool first = !plan_.steps.empty() && plan_.steps.front().thing == Thing::kZone;
    return first ? &plan_.steps.front() : nullptr;
  }

  Outcome<> create_zone(const NewZoneTerms& terms) {
    store::accounts::Scan accounts(changing_.store);
    const auto account = accounts.next();
    if (!account) return api::refuse(api::codes::kInternal, "The node has no account yet");
    account_ = account->id;
    id_ = changing_.new_id();
    store::Zone zone{.id = id_,
                     .account = account_,
                     .name = plan_.name,
                     .status = store::ZoneStatus::kActive,  // who writes the node's files is its operator
                     .created = changing_.now(),
                     .modified = changing_.now(),
                     .activated = changing_.now(),
                     .declared_in = plan_.declared_in,
                     .declaration = plan_.declaration,
                     .name_servers = {}};
    zone.name_servers.assign(terms.name_servers.begin(), terms.name_servers.end());
    BRINK_TRY(store::zones::put(changing_.store, zone));
    if (terms.certificate)
      BRINK_TRY(api::put_zone_certificate(changing_.store, id_, changing_.new_id(), *terms.certificate));
    return audit("zone_create", Json(), zone_step() != nullptr ? zone_step()->after : Json());
  }

  Outcome<> edit_zone() {
    const auto stored = store::zones::get(changing_.store, id_);
    if (!stored) return api::refuse(api::codes::kNotFound);
    OwnedZone zone(*stored);
    account_ = zone.value.account;
    zone.declared_in = plan_.declared_in;
    zone.declaration = plan_.declaration;
    zone.value.modified = changing_.now();
    BRINK_TRY(store::zones::put(changing_.store, zone.view()));
    const Step* step = zone_step();
    if (step == nullptr) return {};
    return audit("zone_edit", step->before, step->after);
  }

  Outcome<> remove_zone() {
    const auto stored = store::zones::get(changing_.store, id_);
    if (!stored) return api::refuse(api::codes::kNotFound);
    account_ = stored->account;
    BRINK_TRY(store::zones::remove(changing_.store, id_));
    return audit("zone_delete", zone_step() != nullptr ? zone_step()->before : Json(), Json());
  }

  // --- hosts ---

  Outcome<> claim_hosts() {
    const std::vector<std::string> wanted =
        desired_ != nullptr ? desired_->hosts : std::vector<std::string>();
    if (wanted == plan_.former_hosts) return {};
    BRINK_TRY(store::hosts::remove_all_of(changing_.store, id_));
    for (const std::string& host : wanted) {
      if (BRINK_TRY(store::hosts::put(changing_.store, host, id_))) continue;
      BRINK_TRY(take_from_other(host));
      (void)BRINK_TRY(store::hosts::put(changing_.store, host, id_));
    }
    return {};
  }

  // In the files each host is claimed once: who has it in the store has lost it there, and its own change
  // comes later.
  Outcome<> take_from_other(const std::string& host) {
    const auto other = store::hosts::find(changing_.store, host);
    if (!other) return {};
    const auto zone = store::zones::get(changing_.store, *other);
    const Json declaration = zone ? api::stored_json(zone->declaration) : Json();
    BRINK_TRY(store::hosts::remove_all_of(changing_.store, *other));
    const Json* hosts = api::find_value(declaration, "hosts");
    if (hosts == nullptr || !hosts->is_array()) return {};
    for (const Json& each : *hosts) {
      if (!each.is_string() || each == host) continue;
      (void)BRINK_TRY(store::hosts::put(changing_.store, each.get<std::string>(), *other));
    }
    return {};
  }

  // --- settings and records ---

  Outcome<> change_setting(const Step& step) {
    const api::SettingRow* row = BRINK_TRY(api::find_setting(step.subject));
    const Json before = api::setting_json(*row, changing_.store, id_, changing_.now());
    if (step.after.is_null()) {
      BRINK_TRY(store::settings::remove(changing_.store, id_, row->id));
    } else {
      const std::string value = api::json_text(step.after);
      BRINK_TRY(store::settings::put(changing_.store, id_,
                                     {.id = row->id, .value = value, .modified = changing_.now()}));
    }
    return changing_.audit({.action = "zone_settings_edit",
                            .account = account_,
                            .resource_type = "zone_setting",
                            .resource = step.subject,
                            .zone = id_,
                            .zone_name = plan_.name,
                            .before = before,
                            .after = api::setting_json(*row, changing_.store, id_, changing_.now())});
  }

  Outcome<> change_rules(const Step& step) {
    const api::RulesetOwner owner{.id = id_, .account = account_, .is_zone = true, .zone_name = plan_.name};
    api::RulesetChange change(changing_, owner, /*dry_run=*/false,
                              {.declared_in = plan_.file.empty() ? "a file" : plan_.file});
    const auto done =
        step.action == Action::kDelete
            ? change.remove(step.record)
            : change.update_entry_point(step.subject, Json{{"rules", desired_->rules.at(step.subject)}});
    if (done) return {};
    api::ApiError error = done.error();
    error.message = fmt::format("{}: {}", step.subject, error.message);
    return std::unexpected(std::move(error));
  }

  Outcome<> change_record(api::DnsRecordChange& records, const Step& step) {
    switch (step.action) {
      case Action::kDelete: BRINK_TRY(records.remove(step.record)); return {};
      case Action::kCreate: BRINK_TRY(records.add(desired_->records[step.wanted])); return {};
      case Action::kUpdate: {
        api::RecordValue record = desired_->records[step.wanted];
        const auto stored = store::dns_records::get(changing_.store, id_, step.record);
        if (!stored) return api::refuse(api::codes::kRecordNotFound);
        if (stored->declared_in.empty()) record.declared_in.clear();  // the API's stays the API's
        BRINK_TRY(records.replace(step.record, std::move(record)));
        return {};
      }
    }
    return {};
  }

  api::Changing& changing_;
  const ZonePlan& plan_;
  const DesiredZone* desired_;
  store::Id id_;
  store::Id account_;
};

}  // namespace

api::Outcome<> execute(api::Changing& changing, const ZonePlan& plan, const DesiredZone* desired,
                       const NewZoneTerms& terms) {
  return Execution(changing, plan, desired).run(terms);
}

}  // namespace brink::control::apply
