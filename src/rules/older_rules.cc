#include "rules/older_rules.h"

#include "base/ascii.h"
#include "net/address.h"
#include "rules/json_members.h"
#include "rules/parse.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace brink::rules {
namespace {

constexpr std::size_t kMaxNotesBytes = 1024;
constexpr std::size_t kMaxUserAgentBytes = 1024;
constexpr std::size_t kMaxUrls = 10;
constexpr std::size_t kMaxAddresses = 1000;

enum class Mode : std::uint8_t { kBlock, kWhitelist, kChallenge };

constexpr std::pair<std::string_view, Mode> kAccessModes[] = {{"block", Mode::kBlock},
                                                              {"whitelist", Mode::kWhitelist},
                                                              {"challenge", Mode::kChallenge},
                                                              {"js_challenge", Mode::kChallenge},
                                                              {"managed_challenge", Mode::kChallenge}};
constexpr std::pair<std::string_view, Mode> kAgentModes[] = {{"block", Mode::kBlock},
                                                             {"challenge", Mode::kChallenge},
                                                             {"js_challenge", Mode::kChallenge},
                                                             {"managed_challenge", Mode::kChallenge}};

// As a string of the language.
std::string literal(std::string_view text) {
  std::string made = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') made += '\\';
    made += c;
  }
  return made + '"';
}

Mode read_mode(Members& members, Words<Mode> modes) {
  const auto mode = members.word<Mode>("mode", modes);
  if (!members.has("mode")) members.missing("mode");
  if (mode == Mode::kChallenge)
    members.wrong("mode", facts_of(Action::kChallenge).missing, problem_code::kUnavailable);
  return mode.value_or(Mode::kBlock);
}

// {"target", "value"}, where the target is one of `targets`; both empty where something is wrong.
struct Configuration {
  std::string target;
  std::string value;
};
Configuration read_configuration(Members& configuration, std::initializer_list<std::string_view> targets,
                                 std::size_t most_bytes) {
  for (const char* name : {"target", "value"}) {
    if (!configuration.has(name)) configuration.missing(name);
  }
  const auto target = configuration.text("target", 1, 32);
  const auto value = configuration.text("value", 1, most_bytes);
  configuration.finish();
  if (!target || !value) return {};
  if (std::ranges::find(targets, *target) == targets.end()) {
    configuration.wrong("target", fmt::format("it must be one of {}", fmt::join(targets, ", ")));
    return {};
  }
  return {*target, *value};
}

bool is_address(const Configuration& configuration) {
  const auto address = net::IpAddress::parse(configuration.value);
  if (configuration.target == "ip_range")
    return net::IpNetwork::parse(configuration.value) && configuration.value.contains('/');
  if (configuration.target == "ip6") return address && !address->is_v4();
  return address.has_value();
}

std::string access_expression(Members& members, const Configuration& configuration) {
  const auto& [target, value] = configuration;
  const auto wrong = [&](std::string_view reason) {
    members.wrong("value", reason);
    return std::string();
  };
  if (target == "asn") {
    std::string_view number = value;
    if (number.starts_with("AS") || number.starts_with("as")) number.remove_prefix(2);
    if (!parse_decimal<std::uint32_t>(number)) return wrong("it must be an AS number such as AS64500");
    return fmt::format("ip.src.asnum eq {}", *parse_decimal<std::uint32_t>(number));
  }
  if (target == "country") {
    const bool is_code = value.size() == 2 && std::ranges::all_of(value, [](char c) {
                           return (c >= 'A' && c <= 'Z') || is_digit(c);
                         });
    if (!is_code) return wrong("it must be a country's code of two capital letters");
    return fmt::format("ip.src.country eq {}", literal(value));
  }
  if (target.empty()) return {};
  if (!is_address(configuration))
    return wrong(target == "ip_range" ? "it must be a network such as 192.0.2.0/24"
                                      : "it must be an IP address");
  if (target == "ip_range") return fmt::format("ip.src in {{{}}}", value);
  return fmt::format("ip.src eq {}", value);
}

// "https://www.example.com/admin*" in the language. Without a path all of the host is meant.
std::string url_expression(std::string_view url) {
  std::string scheme;
  if (const auto at = url.find("://"); at != url.npos) {
    if (url.starts_with("https://")) scheme = "ssl and ";
    if (url.starts_with("http://")) scheme = "not ssl and ";
    url.remove_prefix(at + 3);
  }
  std::string pattern;
  for (const char c : url) {
    if (c == '\\') pattern += '\\';
    pattern += c;
  }
  if (!url.contains('/')) pattern += "/*";
  return fmt::format("({}concat(http.host, http.request.uri.path) wildcard {})", scheme, literal(pattern));
}

Skip skip_the_rest() {
  Skip skip;
  skip.current_ruleset = true;
  skip.current_phase = true;
  for (const Phase phase : {Phase::kRequestFirewallCustom, Phase::kRatelimit, Phase::kRequestFirewallManaged,
                            Phase::kRequestSbfm})
    skip.phases.set(static_cast<std::size_t>(phase));
  skip.products.set();
  return skip;
}

void read_access(Members& members, Rule& rule, std::string& expression) {
  if (read_mode(members, kAccessModes) == Mode::kWhitelist) {
    rule.action = Action::kSkip;
    rule.act = skip_the_rest();
  }
  rule.description = members.text("notes", 0, kMaxNotesBytes).value_or("");
  auto configuration = members.object("configuration");
  if (!configuration) {
    if (!members.has("configuration")) members.missing("configuration");
    return;
  }
  expression = access_expression(
      *configuration, read_configuration(*configuration, {"ip", "ip6", "ip_range", "asn", "country"}, 64));
}

void read_user_agent(Members& members, Rule& rule, std::string& expression) {
  (void)read_mode(members, kAgentModes);
  rule.description = members.text("description", 0, kMaxNotesBytes).value_or("");
  auto configuration = members.object("configuration");
  if (!configuration) {
    if (!members.has("configuration")) members.missing("configuration");
    return;
  }
  const auto [target, value] = read_configuration(*configuration, {"ua"}, kMaxUserAgentBytes);
  if (!target.empty()) expression = fmt::format("http.user_agent eq {}", literal(value));
}

void read_lockdown(Members& members, Rule& rule, std::string& expression) {
  rule.description = members.text("description", 0, kMaxNotesBytes).value_or("");
  (void)members.integer("priority", INT32_MIN, INT32_MAX);  // of lockdowns with the same URL: all hold
  std::vector<std::string> urls, addresses;
  for (const std::string& url : members.texts("urls", 1, kMaxUrls).value_or(std::vector<std::string>()))
    urls.push_back(url_expression(url));
  if (!members.has("urls")) members.missing("urls");
  if (!members.has("configurations")) members.missing("configurations");
  if (const Json* list = members.array("configurations", 1, kMaxAddresses)) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      Members entry((*list)[i], pointer_to(members.pointer_of("configurations"), i), members.problems());
      const auto configuration = read_configuration(entry, {"ip", "ip_range"}, 64);
      if (configuration.target.empty()) continue;
      if (!is_address(configuration)) entry.wrong("value", "it must be an IP address or a network");
      addresses.push_back(configuration.value);
    }
  }
  if (!urls.empty() && !addresses.empty())
    expression =
        fmt::format("({}) and not ip.src in {{{}}}", fmt::join(urls, " or "), fmt::join(addresses, " "));
}

// As the rules run: an exception first, then those that block.
int rank_of(OlderKind kind, const Rule& rule) {
  if (kind == OlderKind::kAccess) return rule.action == Action::kSkip ? 0 : 1;
  return kind == OlderKind::kLockdown ? 2 : 3;
}

}  // namespace

std::expected<Rule, Problems> read_older_rule(OlderKind kind, const Json& json) {
  Problems problems;
  Members members(json, "", problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  Rule rule;
  rule.action = Action::kBlock;
  rule.act = Block{};
  std::string expression;
  switch (kind) {
    case OlderKind::kAccess: read_access(members, rule, expression); break;
    case OlderKind::kUserAgent: read_user_agent(members, rule, expression); break;
    case OlderKind::kLockdown: read_lockdown(members, rule, expression); break;
  }
  if (const Json* id = members.find("id"); id != nullptr && id->is_string()) rule.id = id->get<std::string>();
  rule.ref = rule.id;
  rule.enabled = !members.flag("paused").value_or(false);
  for (const char* name : {"created_on", "modified_on", "allowed_modes", "scope"}) (void)members.find(name);
  members.finish();
  if (!problems.empty()) return std::unexpected(std::move(problems));
  auto parsed = parse_filter(expression, {.phase = Phase::kRequestFirewallCustom});
  if (!parsed) {
    problems.push_back(
        {.code = problem_code::kExpression,
         .message = fmt::format("the rule makes no expression: {}", parsed.error().text(expression))});
    return std::unexpected(std::move(problems));
  }
  rule.expression = *std::move(parsed);
  return rule;
}

Ruleset older_ruleset(std::span<const OlderDocument> documents) {
  std::vector<std::tuple<int, std::size_t, Rule>> rules;  // by rank, then as they came
  for (const OlderDocument& document : documents) {
    const Json json = Json::parse(document.text, nullptr, /*allow_exceptions=*/false);
    auto rule = read_older_rule(document.kind, json);
    if (!rule) {
      Rule unreadable;
      unreadable.unreadable = rule.error().front().message;
      rule = std::move(unreadable);
    }
    const int rank = rank_of(document.kind, *rule);
    rules.emplace_back(rank, rules.size(), *std::move(rule));
  }
  std::ranges::sort(rules, {},
                    [](const auto& each) { return std::pair(std::get<0>(each), std::get<1>(each)); });
  Ruleset ruleset;
  ruleset.name = "older firewall rules";
  ruleset.phase = Phase::kRequestFirewallCustom;
  for (auto& [rank, place, rule] : rules) ruleset.rules.push_back(std::move(rule));
  return ruleset;
}

}  // namespace brink::rules
