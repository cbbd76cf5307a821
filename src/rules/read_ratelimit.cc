#include "rules/read_ratelimit.h"

#include "base/ascii.h"

namespace brink::rules {
namespace {

constexpr std::int64_t kPeriods[] = {10, 60, 120, 300, 600, 3600};
constexpr std::int64_t kMostTimeout = 86'400;
constexpr std::size_t kMaxCharacteristics = 32;
constexpr std::size_t kMaxHeaderNameBytes = 256;
constexpr std::string_view kSite = "cf.colo.id";

// Where the counting expression is read: it may name the response, unlike the rule's own expression.
constexpr Phase kCountingPhase = Phase::kResponseHeadersTransform;

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

void read_characteristics(Members& members, RuleReading& reading, RateLimiting& limit) {
  const auto texts = members.texts("characteristics", 1, kMaxCharacteristics);
  if (!texts) {
    if (!members.has("characteristics")) members.missing("characteristics");
    return;
  }
  bool has_site = false, has_address = false, has_visitor = false;
  for (std::size_t i = 0; i < texts->size(); ++i) {
    const std::string_view text = trimmed((*texts)[i]);
    has_address |= text == "ip.src";
    has_visitor |= text == "cf.unique_visitor_id";
    if (text == kSite) {
      has_site = true;
      continue;
    }
    if (auto expression =
            reading.read_characteristic((*texts)[i], pointer_to(members.pointer_of("characteristics"), i)))
      limit.characteristics.push_back(std::move(expression));
  }
  if (!has_site) members.wrong("characteristics", "cf.colo.id must be among them");
  if (has_address && has_visitor)
    members.wrong("characteristics", "ip.src and cf.unique_visitor_id cannot stand together");
}

bool reads_response(const Expression& expression) {
  for (const Field& field : fields()) {
    if (!expression.fields[static_cast<std::size_t>(field.id)]) continue;
    if (field.readable == Readable::kResponse || field.readable == Readable::kCachedResponse ||
        field.readable == Readable::kErrorResponse)
      return true;
  }
  return false;
}

void read_counting(Members& members, RuleReading& reading, RateLimiting& limit) {
  if (members.text("counting_expression").value_or("").empty()) return;
  RuleReading counting{.context = reading.context,
                       .kind = reading.kind,
                       .phase = kCountingPhase,
                       .problems = reading.problems,
                       .filter = nullptr};
  limit.counting = counting.read_filter(members, "counting_expression");
  if (limit.counting != nullptr) limit.counts_responses = reads_response(*limit.counting);
}

void read_bound(Members& members, RateLimiting& limit) {
  if (members.has("requests_per_period") == members.has("score_per_period"))
    members.wrong_whole("it must have exactly one of requests_per_period and score_per_period");
  limit.requests_per_period =
      static_cast<std::uint64_t>(members.integer("requests_per_period", 1, INT64_MAX).value_or(0));
  limit.score_per_period =
      static_cast<std::uint64_t>(members.integer("score_per_period", 1, INT64_MAX).value_or(0));
  limit.score_response_header_name =
      members.text("score_response_header_name", 1, kMaxHeaderNameBytes).value_or("");
  if (members.has("score_per_period")) {
    limit.counts_responses = true;
    if (!members.has("score_response_header_name")) members.missing("score_response_header_name");
  } else if (members.has("score_response_header_name")) {
    members.wrong("score_response_header_name", "it can only stand with score_per_period");
  }
  const std::string& header = limit.score_response_header_name;
  if (!std::ranges::all_of(header, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; }))
    members.wrong("score_response_header_name", "a header's name must be letters, digits, - and _");
}

}  // namespace

std::optional<RateLimiting> read_ratelimit(Members& rule, RuleReading& reading) {
  auto members = rule.object("ratelimit");
  if (!members) return std::nullopt;
  if (reading.phase != Phase::kRatelimit) {
    rule.wrong("ratelimit", "only rules of the phase http_ratelimit have one");
    return std::nullopt;
  }
  RateLimiting limit;
  read_characteristics(*members, reading, limit);
  read_counting(*members, reading, limit);
  read_bound(*members, limit);
  if (!members->has("period")) members->missing("period");
  limit.period = std::chrono::seconds(members->integer_of("period", kPeriods).value_or(0));
  limit.mitigation_timeout =
      std::chrono::seconds(members->integer("mitigation_timeout", 0, kMostTimeout).value_or(0));
  limit.requests_to_origin = members->flag("requests_to_origin").value_or(false);
  members->finish();
  return limit;
}

}  // namespace brink::rules
