// What the files of a node say that there should be: zones, their settings, records and hosts. Made from
// brink.toml and the files of zones.d/, checked by the code that checks the API's bodies.
#pragma once

#include "config/config.h"
#include "config/problem.h"
#include "control/api/dns_record.h"
#include "control/api/json.h"
#include "control/api/setting_table.h"
#include "control/apply/desired_rules.h"
#include "control/apply/zone_files.h"

#include <expected>
#include <map>
#include <string>
#include <vector>

namespace brink::control::apply {

struct DesiredSetting {
  const api::SettingRow* row = nullptr;
  api::Json value;
};

struct DesiredZone {
  std::string name;                       // as store::Zone::name
  std::string file;                       // as store::Zone::declared_in: "brink.toml", "zones.d/x.toml"
  std::string place;                      // of the declaration, for messages: "/etc/brink/zones.d/x.toml:3"
  std::vector<DesiredSetting> settings;   // each once
  std::vector<api::RecordValue> records;  // no two with the same name, type and rdata; declared_in is `file`
  DesiredRules rules;                     // of its entry points
  std::vector<std::string> hosts;         // host patterns that it claims; of brink.toml
  api::Json more = api::Json::object();   // what the API cannot say: origin, certificates, ...
};

struct DesiredState {
  std::map<std::string, DesiredZone> zones;  // by name
};

// The zones of brink.toml and of `files`, or all that is wrong with the files. A zone of brink.toml whose
// name could not be a zone's of the API ("*", "localhost", an address) is served, but is not part of it.
[[nodiscard]] std::expected<DesiredState, std::vector<config::Problem>> desired_state(
    const config::Config& config, const std::vector<ZoneFile>& files);

}  // namespace brink::control::apply
