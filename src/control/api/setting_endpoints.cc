// /zones/{zone_id}/settings (api.md 5.4).
#include "control/api/endpoint_groups.h"
#include "control/api/setting_table.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

struct WantedSetting {
  const SettingRow* row;
  Json value;
};

Task<Outcome<Answer>> list_settings(Call& call) {
  Json all = Json::array();
  for (const SettingRow& row : setting_rows()) {
    if (row.effect != SettingEffect::kRefused)
      all.push_back(setting_json(row, call.read(), call.zone().id, call.now()));
  }
  co_return Answer::of(std::move(all));
}

Task<Outcome<Answer>> get_setting(Call& call) {
  const SettingRow* row = BRINK_CO_TRY(find_setting(call.text("setting")));
  co_return Answer::of(setting_json(*row, call.read(), call.zone().id, call.now()));
}

// All of them or none; the result has them in their order.
Change put_settings(const store::Id& zone_id, std::vector<WantedSetting> wanted) {
  return [zone_id, wanted = std::move(wanted)](Changing& changing) -> Outcome<Json> {
    const auto zone = store::zones::get(changing.store, zone_id);
    if (!zone) return refuse(codes::kNotFound);
    const store::Id account = zone->account;
    const std::string zone_name(zone->name);
    Json result = Json::array();
    for (const WantedSetting& each : wanted) {
      const Json before = setting_json(*each.row, changing.store, zone_id, changing.now());
      const std::string value = json_text(each.value);
      BRINK_TRY(store::settings::put(changing.store, zone_id,
                                     {.id = each.row->id, .value = value, .modified = changing.now()}));
      Json after = setting_json(*each.row, changing.store, zone_id, changing.now());
      BRINK_TRY(changing.audit({.action = "zone_settings_edit",
                                .account = account,
                                .resource_type = "zone_setting",
                                .resource = std::string(each.row->id),
                                .zone = zone_id,
                                .zone_name = zone_name,
                                .before = before,
                                .after = after}));
      result.push_back(std::move(after));
    }
    return result;
  };
}

Task<Outcome<Answer>> edit_setting(Call& call) {
  const SettingRow* row = BRINK_CO_TRY(find_setting(call.text("setting")));
  auto value = BRINK_CO_TRY(parse_setting(*row, call.body));
  std::vector<WantedSetting> wanted;
  wanted.push_back({row, std::move(value)});
  Json result = BRINK_CO_TRY(co_await call.change(put_settings(call.zone().id, std::move(wanted))));
  co_return Answer::of(std::move(result[0]));
}

Outcome<std::vector<WantedSetting>> parse_items(const Json& body) {
  const Json* items = find_value(body, "items");
  if (items == nullptr || !items->is_array() || items->empty() || items->size() > setting_rows().size()) {
    return std::unexpected(
        ApiError(codes::kInvalid, R"(items: must be an array of settings, each with "id" and "value")")
            .at("/items"));
  }
  std::vector<WantedSetting> wanted;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const std::string id = BRINK_TRY(required_text((*items)[i], "id", 100));
    const SettingRow* row = BRINK_TRY(find_setting(id));
    auto value = parse_setting(*row, (*items)[i]);
    if (!value) return std::unexpected(std::move(value.error()).at(fmt::format("/items/{}/value", i)));
    wanted.push_back({row, *std::move(value)});
  }
  return wanted;
}

Task<Outcome<Answer>> edit_settings(Call& call) {
  auto wanted = BRINK_CO_TRY(parse_items(call.body));
  Json result = BRINK_CO_TRY(co_await call.change(put_settings(call.zone().id, std::move(wanted))));
  co_return Answer::of(std::move(result));
}

constexpr Permission kSee = reads(Area::kZoneSettings);
constexpr Permission kEdit = writes(Area::kZoneSettings);

constexpr Endpoint kEndpoints[] = {
    {http::Method::kGet, "/zones/{zone_id}/settings", Where::kZone, kSee, Content::kNone, list_settings,
     "All settings of the zone.", true},
    {http::Method::kPatch, "/zones/{zone_id}/settings", Where::kZone, kEdit, Content::kJson, edit_settings,
     R"(Changes several: `{"items": [{"id", "value"}]}`; all or none.)", true},
    {http::Method::kGet, "/zones/{zone_id}/settings/{setting}", Where::kZone, kSee, Content::kNone,
     get_setting, "A setting.", true},
    {http::Method::kPatch, "/zones/{zone_id}/settings/{setting}", Where::kZone, kEdit, Content::kJson,
     edit_setting, R"(Changes it: `{"value": ...}`.)", true},
};

}  // namespace

std::span<const Endpoint> setting_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
