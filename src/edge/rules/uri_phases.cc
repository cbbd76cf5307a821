// The phases that look at the URI: normalisation, redirects, rewrites.
#include "base/ascii.h"
#include "edge/request.h"
#include "edge/rules/phases.h"
#include "edge/rules/rule_state.h"

#include <algorithm>
#include <functional>

namespace brink::edge {

using http::FieldName;
using rules::CompiledRule;
using rules::Value;

namespace {

// What would end a line or a field has no place in a URI, wherever it came from.
bool is_clean(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool redirect_to(Request& request, std::string_view location, std::uint16_t status) {
  if (location.empty() || !is_clean(location)) return false;
  http::ResponseHead& response = request.respond(status);
  response.fields.add(FieldName::kLocation, response.arena.copy(location));
  response.fields.add(FieldName::kContentLength, "0");
  return true;
}

// The request's query goes behind the target's own, before a fragment.
std::string_view with_query(std::string_view target, std::string_view query, Arena& arena) {
  if (query.empty()) return target;
  const auto fragment = std::min(target.find('#'), target.size());
  const std::string_view before = target.substr(0, fragment);
  return arena.join(before, before.contains('?') ? "&" : "?", query, target.substr(fragment));
}

// As a part of a request line: bytes that may not stand there, and those that would begin another part, are
// escaped.
std::string_view escaped(std::string_view text, std::string_view also, Arena& arena) {
  const auto is_good = [also](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f && !also.contains(c);
  };
  const auto bad = static_cast<std::size_t>(std::ranges::count_if(text, std::not_fn(is_good)));
  if (bad == 0) return text;
  char* out = arena.allocate(text.size() + 2 * bad);
  std::size_t size = 0;
  for (const char c : text) {
    if (is_good(c)) {
      out[size++] = c;
      continue;
    }
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out[size++] = '%';
    out[size++] = kDigits[byte >> 4];
    out[size++] = kDigits[byte & 15];
  }
  return {out, size};
}

std::string_view target_of(std::string_view path, std::string_view query, Arena& arena) {
  return query.empty() ? path : arena.join(path, "?", query);
}

}  // namespace

Flow sanitize(Request& request) {
  if (request.rules == nullptr) return Flow::kContinue;
  const rules::ZoneRules::Normalization& how = request.rules->rules->normalization;
  if (how.scope == rules::UrlNormalizationScope::kNone) return Flow::kContinue;
  RuleTarget& target = request.rules->target;
  const std::string_view path = rules::path_of(target.received);
  const std::string_view normal = rules::normalize_path(path, how.type, request.head.arena);
  if (normal == path) return Flow::kContinue;
  target.current = request.head.arena.join(normal, target.received.substr(path.size()));
  if (how.scope == rules::UrlNormalizationScope::kBoth) request.head.target = target.current;
  return Flow::kContinue;
}

Flow redirect_single(Request& request) {
  if (request.rules == nullptr) return Flow::kContinue;
  RuleState& state = *request.rules;
  bool redirected = false;
  state.run(rules::Phase::kRequestDynamicRedirect, [&](const rules::Ruleset&, const CompiledRule& rule) {
    const auto* redirect = std::get_if<rules::Redirect>(&rule.rule().act);
    if (redirect == nullptr) return true;
    const Value value = rule.text(redirect->target, state.facts);
    if (value.is_missing()) return true;  // the next rule may know
    std::string_view location = value.bytes();
    if (redirect->preserve_query)
      location = with_query(location, rules::query_of(state.target.current), request.head.arena);
    redirected = redirect_to(request, location, redirect->status);
    return !redirected;
  });
  return redirected ? Flow::kRespond : Flow::kContinue;
}

Flow redirect_by_list(Request& request) {
  if (request.rules == nullptr) return Flow::kContinue;
  RuleState& state = *request.rules;
  bool redirected = false;
  state.run(rules::Phase::kRequestRedirect, [&](const rules::Ruleset&, const CompiledRule& rule) {
    const auto* redirect = std::get_if<rules::RedirectFromList>(&rule.rule().act);
    if (redirect == nullptr || redirect->list == nullptr) return true;
    const auto match = redirect->list->redirects.find(state.facts.get(redirect->key).bytes());
    if (!match) return true;
    const std::string_view query = rules::query_of(
        redirect->key == rules::FieldId::kHttpRequestFullUri ? state.target.current : state.target.received);
    redirected = redirect_to(request, rules::RedirectSet::target(*match, query), match->status);
    return !redirected;
  });
  return redirected ? Flow::kRespond : Flow::kContinue;
}

Flow rewrite_uri(Request& request) {
  if (request.rules == nullptr) return Flow::kContinue;
  RuleState& state = *request.rules;
  Arena& arena = request.head.arena;
  std::optional<std::string_view> path, query;        // as rules leave them
  std::optional<std::string_view> to_path, to_query;  // those of them that the origin is to get
  state.run(rules::Phase::kRequestTransform, [&](const rules::Ruleset&, const CompiledRule& rule) {
    const auto* rewrite = std::get_if<rules::RewriteUri>(&rule.rule().act);
    if (rewrite == nullptr) return true;
    if (rewrite->path) {
      const Value value = rule.text(*rewrite->path, state.facts);
      if (!value.is_missing() && !value.bytes().empty()) {
        std::string_view made = escaped(value.bytes(), "?#", arena);
        if (!made.starts_with('/')) made = arena.join("/", made);
        path = made;
        if (rewrite->origin) to_path = made;
      }
    }
    if (rewrite->query) {
      const Value value = rule.text(*rewrite->query, state.facts);
      if (!value.is_missing()) {
        std::string_view made = value.bytes();
        if (made.starts_with('?')) made.remove_prefix(1);
        query = escaped(made, "#", arena);
        if (rewrite->origin) to_query = query;
      }
    }
    return true;
  });
  if (!path && !query) return Flow::kContinue;

  const std::string_view current = state.target.current;
  const auto made =
      target_of(path.value_or(rules::path_of(current)), query.value_or(rules::query_of(current)), arena);
  if (made.size() > request.snapshot->limits.uri_bytes) return Flow::kContinue;  // no rewrite at all
  state.target.current = made;
  const std::string_view to_origin = request.head.target;
  request.head.target = target_of(to_path.value_or(rules::path_of(to_origin)),
                                  to_query.value_or(rules::query_of(to_origin)), arena);
  return Flow::kContinue;
}

}  // namespace brink::edge
