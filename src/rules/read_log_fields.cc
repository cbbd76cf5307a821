#include "base/ascii.h"
#include "rules/read_act.h"

#include <fmt/format.h>

namespace brink::rules {
namespace {

constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kMaxNameBytes = 256;

// [{"name": "x"}, ...]; header names must be in lower case, cookies keep theirs.
std::vector<LogCustomField::Response> read_fields(Members& parameters, std::string_view list, bool headers,
                                                  bool duplicates) {
  std::vector<LogCustomField::Response> fields;
  const Json* entries = parameters.array(list, 1, kMaxFields);
  if (entries == nullptr) return fields;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    Members entry((*entries)[i], pointer_to(parameters.pointer_of(list), i), parameters.problems());
    const auto name = entry.text("name", 1, kMaxNameBytes);
    if (!entry.has("name")) entry.missing("name");
    const bool all = duplicates && entry.flag("preserve_duplicates").value_or(false);
    entry.finish();
    if (!name) continue;
    if (headers && to_lower(*name) != *name) entry.wrong("name", "header names must be in lower case");
    if (headers && *name == "range") entry.wrong("name", "the range header cannot be logged");
    if (std::ranges::any_of(fields, [&](const auto& each) { return each.name == *name; }))
      entry.wrong("name", "it is there twice");
    fields.push_back({.name = *name, .preserve_duplicates = all});
  }
  return fields;
}

std::vector<std::string> names_of(std::vector<LogCustomField::Response> fields) {
  std::vector<std::string> names;
  for (auto& field : fields) names.push_back(std::move(field.name));
  return names;
}

// A header is logged as it came or as it went on, not both.
void check_apart(Members& parameters, std::string_view list, const std::vector<std::string>& raw,
                 const std::vector<std::string>& transformed) {
  for (const std::string& name : raw) {
    if (std::ranges::find(transformed, name) != transformed.end())
      parameters.wrong(list, fmt::format("{} cannot be logged both raw and transformed", name));
  }
}

}  // namespace

std::optional<Act> read::log_custom_field(Members& parameters, RuleReading&) {
  LogCustomField log;
  log.request_fields = names_of(read_fields(parameters, "request_fields", true, false));
  log.transformed_request_fields =
      names_of(read_fields(parameters, "transformed_request_fields", true, false));
  log.response_fields = read_fields(parameters, "response_fields", true, true);
  log.raw_response_fields = read_fields(parameters, "raw_response_fields", true, true);
  log.cookie_fields = names_of(read_fields(parameters, "cookie_fields", false, false));
  if (parameters.json().empty()) parameters.wrong_whole("log_custom_field needs at least one member");
  check_apart(parameters, "request_fields", log.request_fields, log.transformed_request_fields);
  check_apart(parameters, "raw_response_fields", names_of(log.raw_response_fields),
              names_of(log.response_fields));
  parameters.finish();
  return log;
}

}  // namespace brink::rules
