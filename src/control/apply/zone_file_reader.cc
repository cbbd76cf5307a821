#include "control/apply/zone_file_reader.h"

#include "base/nearest.h"
#include "config/item_json.h"
#include "config/read.h"
#include "control/api/dns_record_json.h"
#include "control/api/zone_json.h"
#include "dns_wire/type.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include <fmt/format.h>

namespace brink::control::apply {
namespace {

using api::Json;
using config::Item;
using config::Member;
using config::Position;
using config::Problem;

constexpr std::string_view kZoneKeys[] = {"name", "settings", "record", "rule"};
constexpr std::string_view kRecordKeys[] = {"type", "name",    "content", "ttl",      "proxied",
                                            "data", "comment", "tags",    "priority", "settings"};

const Member* find(const Item& table, std::string_view name) {
  const auto found = std::ranges::find(table.members, name, &Member::key);
  return found == table.members.end() ? nullptr : &*found;
}

// Nested no deeper than the document's limit.
std::optional<Json> to_json(const Item& item) {
  switch (item.kind) {
    case Item::Kind::kString: return Json(item.text);
    case Item::Kind::kInteger: return Json(item.integer);
    case Item::Kind::kFloat: return Json(item.number);
    case Item::Kind::kBoolean: return Json(item.boolean);
    case Item::Kind::kTime: return std::nullopt;
    case Item::Kind::kArray: {
      Json list = Json::array();
      for (const Item& element : item.elements) {
        auto json = to_json(element);
        if (!json) return std::nullopt;
        list.push_back(*std::move(json));
      }
      return list;
    }
    case Item::Kind::kTable: {
      Json object = Json::object();
      for (const Member& member : item.members) {
        auto json = to_json(member.value);
        if (!json) return std::nullopt;
        object[member.key] = *std::move(json);
      }
      return object;
    }
  }
  return std::nullopt;
}

class FileReader {
 public:
  explicit FileReader(const ZoneFile& file) : file_(file) {}

  void read(std::vector<ReadZone>& zones) {
    const auto document = config::parse_document(file_.text);
    if (!document) {
      problem(document.error().position, "", document.error().what, document.error().expected);
      return;
    }
    for (const Member& member : document->members) {
      if (member.key == "zone") {
        read_zones(member, zones);
      } else {
        constexpr std::string_view kRootKeys[] = {"zone"};
        problem(member.key_position, fmt::format("[{}]", member.key), "no such section in a file of zones",
                "[[zone]]", nearest_name(member.key, kRootKeys));
      }
    }
  }

  void give_problems(std::vector<Problem>& problems) {
    std::ranges::stable_sort(problems_, {}, &Problem::position);
    if (problems_.size() > config::limits::kMaxProblems) {
      problems_.resize(config::limits::kMaxProblems);
      problem({}, "", "there are more problems than are told");
    }
    std::ranges::move(problems_, std::back_inserter(problems));
  }

 private:
  void problem(Position position, std::string key, std::string what, std::string expected = {},
               std::string_view suggestion = {}) {
    if (problems_.size() > config::limits::kMaxProblems) return;
    problems_.push_back({file_.path, position, std::move(key), std::move(what), std::move(expected),
                         std::string(suggestion)});
  }

  void unknown(const Member& member, std::string_view heading, std::span<const std::string_view> names) {
    problem(member.key_position, fmt::format("{} {}", heading, member.key), "no such key",
            fmt::format("one of {}", fmt::join(names, ", ")), nearest_name(member.key, names));
  }

  // The tables of an array of them.
  std::vector<const Item*> tables_of(const Member& member, const std::string& heading) {
    std::vector<const Item*> tables;
    if (!member.value.is(Item::Kind::kArray)) {
      problem(member.key_position, heading, fmt::format("is {}", member.value.kind_name()),
              fmt::format("{} in two brackets", heading));
      return tables;
    }
    for (const Item& element : member.value.elements) {
      if (element.is(Item::Kind::kTable)) {
        tables.push_back(&element);
      } else {
        problem(element.position, heading, fmt::format("is {}", element.kind_name()), "a table");
      }
    }
    return tables;
  }

  void read_zones(const Member& member, std::vector<ReadZone>& zones) {
    for (const Item* table : tables_of(member, "[[zone]]")) {
      auto read = read_zone(*table);
      if (read) zones.push_back(*std::move(read));
    }
  }

  std::optional<ReadZone> read_zone(const Item& table) {
    ReadZone read;
    const bool named = read_name(table, read);
    read.zone.file = file_.name;
    read.zone.place = fmt::format("{}:{}", file_.path, table.position.line);
    for (const Member& member : table.members) {
      if (member.key == "settings") {
        read_settings(member, read.zone);
      } else if (member.key == "record" && named) {
        read_records(member, read.zone);
      } else if (member.key == "rule" && named) {
        read_rules(member, read.zone);
      } else if (std::ranges::find(kZoneKeys, member.key) == std::end(kZoneKeys)) {
        unknown(member, "[[zone]]", kZoneKeys);
      }
    }
    if (!named) return std::nullopt;
    return read;
  }

  bool read_name(const Item& table, ReadZone& read) {
    constexpr const char* kKey = "[[zone]] name";
    constexpr const char* kExpected = R"(a domain name such as "example.com")";
    const Member* name = find(table, "name");
    read.name_position = name != nullptr ? name->key_position : table.position;
    if (name == nullptr) {
      problem(read.name_position, kKey, "is missing", kExpected);
      return false;
    }
    if (!name->value.is(Item::Kind::kString)) {
      problem(read.name_position, kKey, fmt::format("is {}", name->value.kind_name()), kExpected);
      return false;
    }
    auto parsed = api::parse_zone_name(name->value.text);
    if (!parsed) {
      std::string_view what = parsed.error().message;
      if (what.starts_with("name: ")) what.remove_prefix(6);
      problem(read.name_position, kKey, std::string(what), kExpected);
      return false;
    }
    read.zone.name = *std::move(parsed);
    return true;
  }

  // --- settings ---

  void read_settings(const Member& settings, DesiredZone& zone) {
    if (!settings.value.is(Item::Kind::kTable)) {
      problem(settings.key_position, "[zone.settings]", fmt::format("is {}", settings.value.kind_name()),
              "a section [zone.settings]");
      return;
    }
    for (const Member& member : settings.value.members) read_setting(member, zone);
  }

  void read_setting(const Member& member, DesiredZone& zone) {
    const std::string key = fmt::format("[zone.settings] {}", member.key);
    const auto row = api::find_setting(member.key);
    if (!row) {
      std::vector<std::string_view> names;
      for (const api::SettingRow& each : api::setting_rows()) {
        if (each.effect != api::SettingEffect::kRefused) names.push_back(each.id);
      }
      problem(member.key_position, key, row.error().message, {}, nearest_name(member.key, names));
      return;
    }
    auto json = to_json(member.value);
    if (!json) {
      problem(member.key_position, key, "is a time");
      return;
    }
    auto value = api::parse_setting(**row, {{"value", *std::move(json)}});
    if (!value) {
      problem(member.key_position, key, value.error().message);
      return;
    }
    zone.settings.push_back({*row, *std::move(value)});
  }

  // --- rules ---

  void read_rules(const Member& member, DesiredZone& zone) {
    std::vector<config::Rule> rules;
    for (const Item* table : tables_of(member, "[[zone.rule]]")) {
      if (auto json = config::json_text(*table)) {
        rules.push_back({*std::move(json), *table});
      } else {
        problem(table->position, "[[zone.rule]]", "has a time among its values", "strings and numbers");
      }
    }
    std::vector<Problem> wrong;
    zone.rules = desired_rules(rules, file_.path, wrong);
    for (Problem& each : wrong) problem(each.position, std::move(each.key), std::move(each.what));
  }

  // --- records ---

  void read_records(const Member& records, DesiredZone& zone) {
    std::map<std::tuple<std::string, std::uint16_t, std::string>, std::uint32_t> lines;
    for (const Item* table : tables_of(records, "[[zone.record]]")) {
      auto record = read_record(*table, zone);
      if (!record) continue;
      const auto [first, is_new] =
          lines.try_emplace({record->name, record->type, record->rdata}, table->position.line);
      if (is_new) {
        zone.records.push_back(*std::move(record));
      } else {
        problem(table->position, "[[zone.record]]",
                fmt::format("the record is already on line {}: {} {} {}", first->second, record->name,
                            dns_wire::type_name(record->type), record->content));
      }
    }
  }

  std::optional<api::RecordValue> read_record(const Item& table, const DesiredZone& zone) {
    bool good = true;
    for (const Member& member : table.members) {
      if (std::ranges::find(kRecordKeys, member.key) != std::end(kRecordKeys)) continue;
      unknown(member, "[[zone.record]]", kRecordKeys);
      good = false;
    }
    const auto body = to_json(table);
    if (!body) {
      problem(table.position, "[[zone.record]]", "has a time among its values", "strings and numbers");
      return std::nullopt;
    }
    auto record = api::parse_record(*body, zone.name);
    if (!record) {
      const api::ApiError& error = record.error().chain.empty() ? record.error() : record.error().chain[0];
      const std::string& pointer = error.pointer.empty() ? record.error().pointer : error.pointer;
      const std::string_view member =
          std::string_view(pointer).substr(pointer.empty() ? 0 : 1).substr(0, pointer.find('/', 1) - 1);
      problem(config::place_at(table, pointer),
              member.empty() ? std::string("[[zone.record]]") : fmt::format("[[zone.record]] {}", member),
              error.message);
      return std::nullopt;
    }
    if (!good) return std::nullopt;
    record->declared_in = file_.name;
    return *std::move(record);
  }

  const ZoneFile& file_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<ReadZone> read_zone_file(const ZoneFile& file, std::vector<Problem>& problems) {
  std::vector<ReadZone> zones;
  FileReader reader(file);
  reader.read(zones);
  reader.give_problems(problems);
  return zones;
}

}  // namespace brink::control::apply
