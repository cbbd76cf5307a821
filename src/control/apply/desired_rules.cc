#include "control/apply/desired_rules.h"

#include "config/item_json.h"
#include "rules/declared_rules.h"
#include "tls/digest.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace brink::control::apply {
namespace {

using api::Json;

// "/action_parameters/uri/path" -> "action_parameters.uri.path"
std::string key_of(std::string_view pointer) {
  std::string key(pointer.substr(pointer.empty() ? 0 : 1));
  std::ranges::replace(key, '/', '.');
  return key;
}

// "declared_<hash>", with a number behind it where two rules say the same.
std::string ref_of(const Json& rule, std::set<std::string>& taken) {
  constexpr std::size_t kDigits = 16;
  const std::string made = "declared_" + tls::sha256_hex(api::json_text(rule)).substr(0, kDigits);
  std::string ref = made;
  for (int number = 2; !taken.insert(ref).second; ++number) ref = fmt::format("{}_{}", made, number);
  return ref;
}

// "Filter parsing error (1:1):\nip.source eq 1\n^^^^^^^^^ unknown identifier\n" in one line, without the
// expression, which stands at the place in the file that the problem names: "Filter parsing error (1:1):
// unknown identifier: ip.source".
std::string in_one_line(std::string_view message) {
  constexpr std::string_view kBefore = "because the expression is invalid: ";
  const auto at = message.find(kBefore);
  if (at == message.npos) return std::string(message);
  std::string_view rest = message.substr(at + kBefore.size());
  std::string_view lines[3];
  for (std::string_view& line : lines) {
    line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  const auto [place, source, mark] = lines;
  const auto start = std::min(mark.find('^'), mark.size());
  const auto end = std::min(mark.find_first_not_of('^', start), mark.size());
  const auto what = mark.substr(std::min(mark.size(), end + 1));
  std::string text = std::string(place) + " " + std::string(what);
  if (start < source.size()) text += ": " + std::string(source.substr(start, end - start));
  return text;
}

}  // namespace

DesiredRules desired_rules(std::span<const config::Rule> rules, const std::string& file,
                           std::vector<config::Problem>& problems) {
  std::vector<std::string_view> texts;
  for (const config::Rule& rule : rules) texts.push_back(rule.json);
  const rules::DeclaredRules read = rules::read_declared_rules(texts, {.level = rules::Level::kZone});
  for (const auto& [rule, problem] : read.problems) {
    const std::string key = key_of(problem.pointer);
    problems.push_back({.file = file,
                        .position = config::place_at(rules[rule].table, problem.pointer),
                        .key = key.empty() ? "[[zone.rule]]" : "[[zone.rule]] " + key,
                        .what = in_one_line(problem.message)});
  }
  DesiredRules desired;
  if (!read.problems.empty()) return desired;
  std::map<std::string, std::set<std::string>> refs;
  for (const std::string_view text : texts) {
    Json rule = api::stored_json(text);
    if (!rule.is_object()) continue;
    const std::string phase = rule["phase"].get<std::string>();
    rule.erase("phase");
    if (api::find_value(rule, "ref") == nullptr) rule["ref"] = ref_of(rule, refs[phase]);
    Json& all = desired[phase];
    if (all.is_null()) all = Json::array();
    all.push_back(std::move(rule));
  }
  return desired;
}

}  // namespace brink::control::apply
