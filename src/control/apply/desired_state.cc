#include "control/apply/desired_state.h"

#include "config/keys.h"
#include "control/api/zone_json.h"
#include "control/apply/zone_file_reader.h"

#include <fmt/format.h>

namespace brink::control::apply {
namespace {

using api::Json;

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

Json certificates_json(const std::vector<config::Certificate>& certificates) {
  Json list = Json::array();
  for (const config::Certificate& each : certificates) {
    list.push_back({{"certificate", each.certificate}, {"key", each.key}});
    if (!each.ocsp.empty()) list.back()["ocsp"] = each.ocsp;
  }
  return list;
}

Json value_json(const config::Key& key, const config::Value& value) {
  return std::visit(
      Overloaded{[](bool held) { return Json(held); }, [](const std::string& held) { return Json(held); },
                 [](const std::vector<std::string>& held) { return Json(held); },
                 [](const config::OriginUrl& held) { return Json(held.text); },
                 [](const std::vector<config::Certificate>& held) { return certificates_json(held); },
                 [&](std::uint64_t held) {
                   if (key.type != config::Type::kChoice) return Json(held);
                   return Json(std::string(key.choices[held - key.first_choice]));
                 },
                 // Numbers and addresses of other kinds, as brink.toml writes them.
                 [&](const auto& held) { return Json(config::value_text(key, held)); }},
      value);
}

DesiredSetting setting(std::string_view id, std::string_view value) {
  return {*api::find_setting(id), Json(std::string(value))};
}

// What becomes something of the API's, or is the zone's name.
bool has_own_place(std::string_view key) {
  return key == "name" || key == "tls" || key == "min_tls_version" || key == "hosts" || key == "rule";
}

// The first certificate stands in `certificates` too.
bool is_of_first_certificate(std::string_view key) {
  return key == "certificate" || key == "key" || key == "ocsp";
}

DesiredZone zone_of(const config::Zone& zone, std::string name, const config::Config& config) {
  static const config::Zone by_default;
  const auto slash = config.path.find_last_of('/');
  DesiredZone desired;
  desired.name = std::move(name);
  desired.file = slash == std::string::npos ? config.path : config.path.substr(slash + 1);
  desired.place = config.path;
  desired.hosts = zone.hosts;
  for (const config::Key& key : config::keys()) {
    if (key.section != config::Section::kZone) continue;
    const config::Value value = key.load(&zone);
    if (key.name == "tls") {
      desired.settings.push_back(setting("ssl", value_json(key, value).get<std::string>()));
    } else if (key.name == "min_tls_version") {
      desired.settings.push_back(setting("min_tls_version", value_json(key, value).get<std::string>()));
    }
    if (has_own_place(key.name) || is_of_first_certificate(key.name)) continue;
    Json json = value_json(key, value);
    if (json != value_json(key, key.load(&by_default))) desired.more[std::string(key.name)] = std::move(json);
  }
  return desired;
}

}  // namespace

std::expected<DesiredState, std::vector<config::Problem>> desired_state(const config::Config& config,
                                                                        const std::vector<ZoneFile>& files) {
  DesiredState state;
  std::vector<config::Problem> problems;
  for (const config::Zone& zone : config.zones) {
    DesiredRules rules = desired_rules(zone.rules, config.path, problems);
    auto name = api::parse_zone_name(zone.name);
    if (!name || config.path.empty()) continue;
    DesiredZone desired = zone_of(zone, *name, config);
    desired.rules = std::move(rules);
    state.zones.try_emplace(*std::move(name), std::move(desired));
  }
  for (const ZoneFile& file : files) {
    std::vector<ReadZone> zones = read_zone_file(file, problems);
    for (ReadZone& read : zones) {
      const std::string name = read.zone.name;
      const auto [there, is_new] = state.zones.try_emplace(name, std::move(read.zone));
      if (is_new) continue;
      problems.push_back(
          {.file = file.path,
           .position = read.name_position,
           .key = "[[zone]] name",
           .what = fmt::format("the zone \"{}\" is already declared in {}", name, there->second.place)});
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return state;
}

}  // namespace brink::control::apply
