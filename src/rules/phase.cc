#include "rules/phase.h"

#include <array>

namespace brink::rules {
namespace {

using enum Action;

constexpr Action kRedirects[] = {kRedirect};
constexpr Action kRewrites[] = {kRewrite};
constexpr Action kConfigures[] = {kSetConfig};
constexpr Action kRoutes[] = {kRoute};
constexpr Action kExecutes[] = {kExecute};
constexpr Action kFirewall[] = {kBlock, kChallenge, kJsChallenge, kManagedChallenge, kLog, kSkip, kExecute};
constexpr Action kLimits[] = {kBlock, kChallenge, kJsChallenge, kManagedChallenge, kLog, kExecute};
constexpr Action kExecutesOrSkips[] = {kExecute, kSkip};
constexpr Action kCaches[] = {kSetCacheSettings};
constexpr Action kCachesResponse[] = {kSetCacheSettings, kSetCacheTags, kSetCacheControl};
constexpr Action kServes[] = {kServeError};
constexpr Action kCompresses[] = {kCompressResponse};
constexpr Action kLogsFields[] = {kLogCustomField};

constexpr std::array<PhaseFacts, kPhaseCount> kPhases = {{
    {.name = "http_request_sanitize", .product = "URL normalization", .zone_level = true, .runs = true},
    {.name = "http_request_dynamic_redirect",
     .product = "Single Redirects",
     .zone_level = true,
     .runs = true,
     .actions = kRedirects},
    {.name = "http_request_transform",
     .product = "URL Rewrite Rules",
     .zone_level = true,
     .runs = true,
     .actions = kRewrites},
    {.name = "http_config_settings",
     .product = "Configuration Rules",
     .zone_level = true,
     .runs = true,
     .actions = kConfigures},
    {.name = "http_request_origin",
     .product = "Origin Rules",
     .zone_level = true,
     .runs = true,
     .actions = kRoutes},
    {.name = "ddos_l7",
     .product = "HTTP DDoS attack protection",
     .zone_level = true,
     .account_level = true,
     .reads_body = true,
     .missing = "this server has no DDoS ruleset to configure",
     .actions = kExecutes},
    {.name = "http_request_firewall_custom",
     .product = "custom rules",
     .zone_level = true,
     .account_level = true,
     .reads_body = true,
     .runs = true,
     .actions = kFirewall},
    {.name = "http_ratelimit",
     .product = "rate limiting rules",
     .zone_level = true,
     .account_level = true,
     .reads_body = true,
     .runs = true,
     .actions = kLimits},
    {.name = "http_request_firewall_managed",
     .product = "managed rules",
     .zone_level = true,
     .account_level = true,
     .reads_body = true,
     .missing = "this server has no managed rulesets to execute",
     .actions = kExecutesOrSkips},
    {.name = "http_request_sbfm",
     .product = "Super Bot Fight Mode",
     .zone_level = true,
     .reads_body = true,
     .missing = "this server does not tell bots from people"},
    {.name = "http_request_redirect",
     .product = "Bulk Redirects",
     .account_level = true,
     .reads_body = true,
     .runs = true,
     .actions = kRedirects},
    {.name = "http_request_late_transform",
     .product = "request header transforms",
     .zone_level = true,
     .reads_body = true,
     .runs = true,
     .actions = kRewrites},
    {.name = "http_request_cache_settings",
     .product = "Cache Rules",
     .zone_level = true,
     .reads_body = true,
     .runs = true,
     .actions = kCaches},
    {.name = "http_response_cache_settings",
     .product = "Cache Response Rules",
     .zone_level = true,
     .reads_body = true,
     .reads_response = true,
     .missing = "this server does not change how responses are cached after the origin has answered",
     .actions = kCachesResponse},
    {.name = "http_custom_errors",
     .product = "Custom Error Rules",
     .zone_level = true,
     .account_level = true,
     .reads_body = true,
     .reads_response = true,
     .runs = true,
     .actions = kServes},
    {.name = "http_response_headers_transform",
     .product = "response header transforms",
     .zone_level = true,
     .reads_body = true,
     .reads_response = true,
     .runs = true,
     .actions = kRewrites},
    {.name = "http_response_compression",
     .product = "Compression Rules",
     .zone_level = true,
     .reads_body = true,
     .reads_response = true,
     .missing = "this server does not compress responses",
     .actions = kCompresses},
    {.name = "http_response_firewall_managed",
     .product = "Sensitive Data Detection",
     .zone_level = true,
     .account_level = true,
     .reads_body = true,
     .reads_response = true,
     .missing = "this server does not look for sensitive data in responses",
     .actions = kExecutesOrSkips},
    {.name = "http_log_custom_fields",
     .product = "custom log fields",
     .zone_level = true,
     .reads_body = true,
     .reads_response = true,
     .runs = true,
     .actions = kLogsFields},
}};

constexpr std::string_view kNoChallenges = "this server has no challenges to show to visitors";
constexpr std::string_view kNoResponseCaching =
    "this server does not change how responses are cached after the origin has answered";
constexpr std::string_view kOnlyManaged = "only the rules of managed rulesets take it";

constexpr std::array<ActionFacts, kActionCount> kActions = {{
    {.name = "block", .terminating = true, .acts = true},
    {.name = "challenge", .terminating = true, .missing = kNoChallenges},
    {.name = "js_challenge", .terminating = true, .missing = kNoChallenges},
    {.name = "managed_challenge", .terminating = true, .missing = kNoChallenges},
    {.name = "log", .acts = true},
    {.name = "skip", .acts = true},
    {.name = "execute", .acts = true},
    {.name = "rewrite", .acts = true},
    {.name = "redirect", .terminating = true, .acts = true},
    {.name = "route", .acts = true},
    {.name = "set_config", .acts = true},
    {.name = "set_cache_settings", .acts = true},
    {.name = "set_cache_control", .missing = kNoResponseCaching},
    {.name = "set_cache_tags", .missing = kNoResponseCaching},
    {.name = "serve_error", .terminating = true, .acts = true},
    {.name = "compress_response", .missing = "this server does not compress responses"},
    {.name = "log_custom_field", .terminating = true, .acts = true},
    {.name = "score", .missing = kOnlyManaged},
    {.name = "force_connection_close", .missing = kOnlyManaged},
    {.name = "ddos_dynamic", .missing = kOnlyManaged},
}};

template <class Named, class Table>
std::optional<Named> find_in(const Table& table, std::string_view name) {
  for (std::size_t place = 0; place < table.size(); ++place) {
    if (table[place].name == name) return static_cast<Named>(place);
  }
  return std::nullopt;
}

}  // namespace

const PhaseFacts& facts_of(Phase phase) { return kPhases[static_cast<std::size_t>(phase)]; }

const ActionFacts& facts_of(Action action) { return kActions[static_cast<std::size_t>(action)]; }

std::optional<Phase> find_phase(std::string_view name) { return find_in<Phase>(kPhases, name); }

std::optional<Action> find_action(std::string_view name) { return find_in<Action>(kActions, name); }

bool allows(Phase phase, Action action) {
  for (const Action allowed : facts_of(phase).actions) {
    if (allowed == action) return true;
  }
  return false;
}

}  // namespace brink::rules
