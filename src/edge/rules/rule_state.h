// What the rules of a request's zone have seen and decided so far. Made once the zone is known, and only
// where it has rules; lives as long as the request.
#pragma once

#include "edge/rules/request_facts.h"
#include "net/path_estimate.h"
#include "rules/action.h"
#include "rules/phase_run.h"
#include "rules/request_fields.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brink::edge {

struct Request;

// The members of all matching `route` rules together; each the last one's.
struct RouteDecision {
  const std::string* host_header = nullptr;
  const std::string* origin_host = nullptr;
  const std::string* sni = nullptr;
  std::optional<std::uint16_t> origin_port;
  [[nodiscard]] bool changes_origin() const {
    return origin_host != nullptr || sni != nullptr || origin_port || host_header != nullptr;
  }
};

// A rate limit that counts later: when the request leaves for the origin, or when the response is there.
struct PendingCount {
  const rules::CompiledRule* rule;
  std::array<std::uint64_t, 2> key;
};

// What a response can tell of a rate limit: the one with the least left.
struct RateTold {
  const rules::Rule* rule;
  std::uint64_t remaining;
  std::chrono::milliseconds reset;
};

struct RuleState {
  RuleState(Request& request, std::shared_ptr<const rules::ZoneRules> rules_of_zone);
  RuleState(const RuleState&) = delete;
  RuleState& operator=(const RuleState&) = delete;

  const std::shared_ptr<const rules::ZoneRules> rules;
  RequestFacts source;
  rules::Facts facts;
  rules::Skipped skipped;

  RuleTarget target;
  RuleBody body;
  // The heads as they were before rules changed them; nothing: they did not.
  std::optional<std::span<const rules::NamedText>> received_lines;
  std::optional<std::span<const rules::NamedText>> response_lines;

  RouteDecision route;
  rules::SetConfig config;
  std::optional<rules::SetCacheSettings> cache;

  std::vector<PendingCount> for_origin;
  std::vector<PendingCount> for_response;
  std::optional<RateTold> rate;
  const rules::Rule* stopped_by = nullptr;  // the rate limit that stopped the request
  std::chrono::seconds retry_after{0};      // 0: the response says nothing

  std::string_view error_type;        // cf.response.error_type
  bool is_security_response = false;  // a block: no custom error page replaces it

  // Asked once.
  [[nodiscard]] const net::PathEstimate& path();
  [[nodiscard]] std::string_view random_seed();  // 16 bytes

  // Runs a phase: visit(ruleset, rule) for each rule that matches, until it answers false. Every match is
  // noted for the log and counted.
  template <class Visit>
  void run(rules::Phase phase, Visit&& visit) {
    run(rules->of(phase), phase, visit);
  }
  // Other rulesets, as if they were of that phase.
  template <class Visit>
  void run(const rules::ZoneRules::EntryPoints& entry, rules::Phase phase, Visit&& visit) {
    if (entry.empty()) return;
    facts.begin_phase();
    rules::run_entry_points(*rules, entry, phase, facts, skipped,
                            [&](const rules::Ruleset& ruleset, const rules::CompiledRule& rule) {
                              const bool goes_on = visit(ruleset, rule);
                              note(ruleset, rule);
                              return goes_on;
                            });
  }

  // Whether the rules have anything to say in that phase.
  [[nodiscard]] bool has(rules::Phase phase) const { return !rules->of(phase).empty(); }

  void note(const rules::Ruleset& ruleset, const rules::CompiledRule& rule);

 private:
  Request& request_;
  std::optional<net::PathEstimate> path_;
  std::array<char, 16> seed_{};
  bool has_seed_ = false;
};

}  // namespace brink::edge
