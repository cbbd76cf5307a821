#include "rules/read_act.h"

namespace brink::rules {
namespace {

const Json& no_members() {
  static const Json empty = Json::object();
  return empty;
}

read::Reader* reader_of(Action action) {
  switch (action) {
    case Action::kBlock: return read::block;
    case Action::kLog: return read::no_parameters;
    case Action::kSkip: return read::skip;
    case Action::kExecute: return read::execute;
    case Action::kRewrite: return read::rewrite;
    case Action::kRedirect: return read::redirect;
    case Action::kRoute: return read::route;
    case Action::kSetConfig: return read::set_config;
    case Action::kSetCacheSettings: return read::set_cache_settings;
    case Action::kServeError: return read::serve_error;
    case Action::kLogCustomField: return read::log_custom_field;
    default: return nullptr;
  }
}

}  // namespace

std::optional<Act> read_act(Action action, Members& rule, RuleReading& reading) {
  read::Reader* reader = reader_of(action);
  if (reader == nullptr) {
    rule.wrong("action", "this server does not have it", problem_code::kUnavailable);
    return std::nullopt;
  }
  const Json* given = rule.find("action_parameters");
  const std::size_t before = reading.problems.size();
  Members parameters(given == nullptr ? no_members() : *given, rule.pointer_of("action_parameters"),
                     reading.problems);
  if (reading.problems.size() != before) return std::nullopt;  // no object
  auto act = reader(parameters, reading);
  if (reading.problems.size() != before) return std::nullopt;
  return act;
}

std::optional<Act> read::no_parameters(Members& parameters, RuleReading&) {
  parameters.finish();
  return Log{};
}

std::optional<std::string> read_content_type(Members& members) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {"text/html", "text/html"},
      {"text/plain", "text/plain"},
      {"application/json", "application/json"},
      {"text/xml", "text/xml"},
  };
  const auto type = members.word<std::string_view>("content_type", kTypes);
  if (!type) return std::nullopt;
  return std::string(*type);
}

}  // namespace brink::rules
