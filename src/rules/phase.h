// The phases of a request's life in which rules run, in the order of Cloudflare's Ruleset Engine, and the
// actions that rules take there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace brink::rules {

// In the order in which a request meets them.
enum class Phase : std::uint8_t {
  kRequestSanitize,
  kRequestDynamicRedirect,
  kRequestTransform,
  kConfigSettings,
  kRequestOrigin,
  kDdosL7,
  kRequestFirewallCustom,
  kRatelimit,
  kRequestFirewallManaged,
  kRequestSbfm,
  kRequestRedirect,
  kRequestLateTransform,
  kRequestCacheSettings,
  kResponseCacheSettings,
  kCustomErrors,
  kResponseHeadersTransform,
  kResponseCompression,
  kResponseFirewallManaged,
  kLogCustomFields,
};
inline constexpr std::size_t kPhaseCount = static_cast<std::size_t>(Phase::kLogCustomFields) + 1;

enum class Action : std::uint8_t {
  kBlock,
  kChallenge,
  kJsChallenge,
  kManagedChallenge,
  kLog,
  kSkip,
  kExecute,
  kRewrite,
  kRedirect,
  kRoute,
  kSetConfig,
  kSetCacheSettings,
  kSetCacheControl,
  kSetCacheTags,
  kServeError,
  kCompressResponse,
  kLogCustomField,
  kScore,
  kForceConnectionClose,
  kDdosDynamic,
};
inline constexpr std::size_t kActionCount = static_cast<std::size_t>(Action::kDdosDynamic) + 1;

struct PhaseFacts {
  std::string_view name;     // "http_request_firewall_custom"
  std::string_view product;  // "custom rules"
  bool zone_level = false;   // may a zone have an entry point here
  bool account_level = false;
  bool reads_body = false;      // expressions may name http.request.body.*
  bool reads_response = false;  // expressions may name http.response.*
  // Whether Brink runs it. Where it does not, writing rules for it is refused, and `missing` says why.
  bool runs = false;
  std::string_view missing;
  std::span<const Action> actions;  // that its entry points and custom rulesets may contain
};

struct ActionFacts {
  std::string_view name;     // "managed_challenge"
  bool terminating = false;  // ends its phase and the request phases after it
  bool acts = false;         // Brink can do it; else writing it is refused, and `missing` says why
  std::string_view missing;
};

[[nodiscard]] const PhaseFacts& facts_of(Phase phase);
[[nodiscard]] const ActionFacts& facts_of(Action action);
[[nodiscard]] inline std::string_view name_of(Phase phase) { return facts_of(phase).name; }
[[nodiscard]] inline std::string_view name_of(Action action) { return facts_of(action).name; }
[[nodiscard]] std::optional<Phase> find_phase(std::string_view name);
[[nodiscard]] std::optional<Action> find_action(std::string_view name);
// Whether rules of `phase` may take `action`.
[[nodiscard]] bool allows(Phase phase, Action action);

}  // namespace brink::rules
