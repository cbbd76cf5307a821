#include "edge/rules/rule_state.h"

#include "edge/edge_thread.h"
#include "edge/request.h"
#include "net/path_estimate.h"
#include "net/transport.h"

#include <cstring>

namespace brink::edge {
namespace {

// What Logpush calls the product that a security rule belongs to; empty for other phases.
std::string_view source_of(rules::Phase phase) {
  switch (phase) {
    case rules::Phase::kRequestFirewallCustom: return "firewallCustom";
    case rules::Phase::kRatelimit: return "firewallRateLimit";
    default: return {};
  }
}

}  // namespace

RuleState::RuleState(Request& request, std::shared_ptr<const rules::ZoneRules> rules_of_zone)
    : rules(std::move(rules_of_zone)),
      source(request),
      facts(source, request.head.arena),
      target{request.exchange.target, request.exchange.target},
      request_(request) {}

void RuleState::note(const rules::Ruleset& ruleset, const rules::CompiledRule& rule) {
  const rules::Rule& matched = rule.rule();
  request_.thread.metrics().count_rule_match(ruleset.phase, matched.action);
  auto& matches = request_.exchange.rule_matches;
  if (!matched.logging || matches.size() >= http::Exchange::kMaxRuleMatches) return;
  matches.push_back({.phase = rules::name_of(ruleset.phase),
                     .source = source_of(ruleset.phase),
                     .action = rules::name_of(matched.action),
                     .ruleset = ruleset.id,
                     .rule = matched.id,
                     .description = matched.description});
}

const net::PathEstimate& RuleState::path() {
  if (!path_) {
    const net::Transport* transport = request_.stream.connection().transport;
    path_ = transport == nullptr ? net::PathEstimate() : net::estimate_path(transport->fd());
  }
  return *path_;
}

std::string_view RuleState::random_seed() {
  if (!has_seed_) {
    const std::uint64_t halves[] = {request_.thread.random().next(), request_.thread.random().next()};
    std::memcpy(seed_.data(), halves, seed_.size());
    has_seed_ = true;
  }
  return {seed_.data(), seed_.size()};
}

}  // namespace brink::edge
