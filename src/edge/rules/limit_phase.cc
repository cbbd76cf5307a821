// http_ratelimit: counting, before the origin and after it, and what happens to what is above a limit.
#include "base/ascii.h"
#include "edge/edge_thread.h"
#include "edge/request.h"
#include "edge/rules/blocking.h"
#include "edge/rules/phases.h"
#include "edge/rules/rule_state.h"
#include "rules/rate_limit.h"

#include <algorithm>
#include <array>

namespace brink::edge {

using rules::CompiledRule;
using rules::CompiledRuleset;
using rules::Phase;

namespace {

// Section 6 of the language's description: a score above this is none.
constexpr std::uint64_t kMaxScore = 1'000'000;
constexpr std::size_t kMaxCharacteristics = 32;

rules::RateLimitTable::Instant now_of(const Request& request) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      request.thread.loop().now().time_since_epoch());
}

rules::RateTerms terms_of(const rules::Rule& rule) {
  const rules::RateLimiting& limit = *rule.ratelimit;
  return {.period = limit.period,
          .limit = limit.score_per_period != 0 ? limit.score_per_period : limit.requests_per_period,
          .mitigation = limit.mitigation_timeout,
          .stops = rule.action == rules::Action::kBlock};
}

// Rules of files are told apart by their places alone, so that the zone's name belongs to the key.
rules::RateKey key_of(Request& request, const CompiledRule& rule) {
  std::array<rules::Value, kMaxCharacteristics + 1> values;
  std::size_t count = 0;
  values[count++] = rules::Value::of_bytes(request.exchange.zone);
  for (const rules::ExpressionPtr& characteristic : rule.rule().ratelimit->characteristics) {
    if (count < values.size()) values[count++] = rule.value(characteristic, request.rules->facts);
  }
  return rules::rate_key(request.thread.shared().rate_limit_seed, rule.rule().id,
                         std::span(values).first(count));
}

// Calls visit(rule) for every rule that limits rates at a level that is not skipped.
template <class Visit>
void for_each_limit(const RuleState& state, Visit&& visit) {
  const auto at = static_cast<std::size_t>(Phase::kRatelimit);
  const rules::ZoneRules::EntryPoints& entry = state.rules->of(Phase::kRatelimit);
  const auto of_level = [&](const CompiledRuleset* ruleset, bool skipped) {
    if (ruleset == nullptr || skipped) return;
    for (const CompiledRule& rule : ruleset->rules()) {
      if (rule.rule().ratelimit) visit(rule);
    }
  };
  of_level(entry.account.get(), state.skipped.account[at]);
  of_level(entry.zone.get(), state.skipped.zone[at]);
}

// One rule whose filter holds: counts and compares; whether the limit is exceeded.
bool is_exceeded(Request& request, const CompiledRule& rule, rules::RateDecision& decision) {
  RuleState& state = *request.rules;
  const rules::RateLimiting& limit = *rule.rule().ratelimit;
  const rules::RateKey key = key_of(request, rule);
  const rules::RateTerms terms = terms_of(rule.rule());
  rules::RateLimitTable& table = request.thread.shared().rate_limits;
  const bool counts_now = !limit.counts_responses && rule.counts(true, state.facts);
  if (counts_now && !limit.requests_to_origin) {
    decision = table.count(key, terms, now_of(request));
  } else {
    decision = table.compare(key, terms, now_of(request));
    if (counts_now) state.for_origin.push_back({&rule, {key.high, key.low}});
    if (limit.counts_responses && limit.counting == nullptr)
      state.for_response.push_back({&rule, {key.high, key.low}});
  }
  return decision.exceeded;
}

void add(Request& request, const PendingCount& pending, std::uint64_t amount) {
  request.thread.shared().rate_limits.add({pending.key[0], pending.key[1]}, terms_of(pending.rule->rule()),
                                          now_of(request), amount);
}

// What a response's score header says, which then goes.
std::uint64_t take_score(Request& request, const std::string& name) {
  const http::Field* field = request.response->fields.find(name);
  if (field == nullptr) return 0;
  const auto score = parse_decimal<std::uint64_t>(field->value);
  request.response->fields.remove(name);
  return score && *score >= 1 && *score <= kMaxScore ? *score : 0;
}

std::uint64_t amount_of(Request& request, const CompiledRule& rule) {
  const rules::RateLimiting& limit = *rule.rule().ratelimit;
  return limit.score_per_period == 0 ? 1 : take_score(request, limit.score_response_header_name);
}

}  // namespace

Flow limit_rates(Request& request) {
  if (request.rules == nullptr || !request.rules->has(Phase::kRatelimit)) return Flow::kContinue;
  RuleState& state = *request.rules;
  state.facts.begin_phase();
  std::vector<const CompiledRule*> matched;
  rules::run_phase(*state.rules, Phase::kRatelimit, state.facts, state.skipped,
                   [&](const rules::Ruleset& ruleset, const CompiledRule& rule) {
                     if (!rule.rule().ratelimit) return true;
                     matched.push_back(&rule);
                     rules::RateDecision decision;
                     const bool exceeded = is_exceeded(request, rule, decision);
                     if (!state.rate || decision.remaining < state.rate->remaining)
                       state.rate = RateTold{&rule.rule(), decision.remaining, decision.reset};
                     // All rules count; the first that is exceeded acts.
                     if (!exceeded || state.stopped_by != nullptr) return true;
                     state.note(ruleset, rule);
                     if (const auto* refusal = std::get_if<rules::Block>(&rule.rule().act)) {
                       state.stopped_by = &rule.rule();
                       state.retry_after = std::chrono::ceil<std::chrono::seconds>(decision.reset);
                       block(request, refusal->response, kRateLimited, "ratelimit");
                     }
                     return true;
                   });
  // A counting expression takes the place of the filter: it counts what the filter does not select, too.
  for_each_limit(state, [&](const CompiledRule& rule) {
    const rules::RateLimiting& limit = *rule.rule().ratelimit;
    if (limit.counting == nullptr || limit.counts_responses ||
        std::ranges::find(matched, &rule) != matched.end())
      return;
    if (!rule.counts(false, state.facts)) return;
    const rules::RateKey key = key_of(request, rule);
    const PendingCount pending{&rule, {key.high, key.low}};
    if (limit.requests_to_origin) {
      state.for_origin.push_back(pending);
    } else {
      add(request, pending, 1);
    }
  });
  return state.stopped_by != nullptr ? Flow::kRespond : Flow::kContinue;
}

void count_for_origin(Request& request) {
  if (request.rules == nullptr) return;
  for (const PendingCount& pending : request.rules->for_origin) add(request, pending, 1);
}

Flow count_responses(Request& request) {
  if (request.rules == nullptr || request.response == nullptr || !request.rules->has(Phase::kRatelimit))
    return Flow::kContinue;
  RuleState& state = *request.rules;
  for (const PendingCount& pending : state.for_response) {
    if (state.stopped_by != &pending.rule->rule()) {
      if (const std::uint64_t amount = amount_of(request, *pending.rule)) add(request, pending, amount);
    }
  }
  bool anew = false;
  for_each_limit(state, [&](const CompiledRule& rule) {
    const rules::RateLimiting& limit = *rule.rule().ratelimit;
    if (!limit.counts_responses || limit.counting == nullptr || state.stopped_by == &rule.rule()) return;
    if (!anew) state.facts.begin_phase();
    anew = true;
    if (!rule.counts(false, state.facts)) return;
    const rules::RateKey key = key_of(request, rule);
    if (const std::uint64_t amount = amount_of(request, rule))
      add(request, {&rule, {key.high, key.low}}, amount);
  });
  return Flow::kContinue;
}

}  // namespace brink::edge
