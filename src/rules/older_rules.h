// The rules of the APIs that are older than rulesets, as rulesets that the edge runs around the entry point
// of http_request_firewall_custom: access rules before it, the others after it, unless its rules skip them:
//
//   IP access rule, "whitelist"   skip: that phase, rate limits, and the other rules here
//   IP access rule, "block"       block, `ip.src eq 192.0.2.1`, `ip.src in {192.0.2.0/24}`,
//                                 `ip.src.asnum eq 64500`, `ip.src.country eq "DE"`
//   zone lockdown                 block, where a URL fits and the address is none of its list
//   user agent rule               block, `http.user_agent eq "..."`
//
// in this order. Those of a zone and those of its account are rulesets of their own; the account's run first.
#pragma once

#include "rules/problem.h"
#include "rules/ruleset.h"

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace brink::rules {

enum class OlderKind : std::uint8_t { kAccess, kUserAgent, kLockdown };

inline constexpr std::size_t kMaxOlderRules = 10'000;  // of an owner and kind

// The body of a rule as its API has it. Unknown members are problems; members of the server are not looked
// at.
[[nodiscard]] std::expected<Rule, Problems> read_older_rule(OlderKind kind, const nlohmann::json& json);

struct OlderDocument {
  OlderKind kind;
  std::string_view text;  // JSON
};
// These of an owner as one ruleset, in the order above. Paused rules are not enabled; a rule that no longer
// reads does not act.
[[nodiscard]] Ruleset older_ruleset(std::span<const OlderDocument> documents);

}  // namespace brink::rules
