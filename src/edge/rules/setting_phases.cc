// The phases that choose: settings, the origin, what the cache is to do, what the log is to tell.
#include "edge/request.h"
#include "edge/rules/phases.h"
#include "edge/rules/rule_state.h"

namespace brink::edge {

using rules::CompiledRule;

namespace {

// The later rule's members take the places of the earlier one's.
template <class T>
void take(T& into, const T& from) {
  if (from) into = from;
}

void merge(rules::SetConfig& into, const rules::SetConfig& from) {
  take(into.ssl, from.ssl);
  take(into.security_level, from.security_level);
  take(into.polish, from.polish);
  take(into.request_body_buffering, from.request_body_buffering);
  take(into.response_body_buffering, from.response_body_buffering);
  take(into.automatic_https_rewrites, from.automatic_https_rewrites);
  take(into.opportunistic_encryption, from.opportunistic_encryption);
  take(into.browser_integrity_check, from.browser_integrity_check);
  take(into.email_obfuscation, from.email_obfuscation);
  take(into.server_side_excludes, from.server_side_excludes);
  take(into.hotlink_protection, from.hotlink_protection);
  take(into.rocket_loader, from.rocket_loader);
  take(into.minify_css, from.minify_css);
  take(into.minify_html, from.minify_html);
  take(into.minify_js, from.minify_js);
}

void merge(rules::SetCacheSettings& into, const rules::SetCacheSettings& from) {
  take(into.cache, from.cache);
  take(into.edge_ttl, from.edge_ttl);
  take(into.browser_ttl, from.browser_ttl);
  take(into.disable_stale_while_updating, from.disable_stale_while_updating);
  take(into.respect_strong_etags, from.respect_strong_etags);
  take(into.origin_error_page_passthru, from.origin_error_page_passthru);
  take(into.origin_cache_control, from.origin_cache_control);
  take(into.read_timeout, from.read_timeout);
  take(into.additional_cacheable_ports, from.additional_cacheable_ports);
  take(into.origin_range_requests, from.origin_range_requests);
  take(into.cache_reserve, from.cache_reserve);
  take(into.cache_reserve_minimum_bytes, from.cache_reserve_minimum_bytes);
  take(into.shared_dictionary_pattern, from.shared_dictionary_pattern);
  take(into.ignore_query_strings_order, from.ignore_query_strings_order);
  take(into.cache_deception_armor, from.cache_deception_armor);
  take(into.cache_by_device_type, from.cache_by_device_type);
  take(into.custom_key, from.custom_key);
  take(into.vary, from.vary);
}

void merge(RouteDecision& into, const rules::Route& from) {
  if (from.host_header) into.host_header = &*from.host_header;
  if (from.origin_host) into.origin_host = &*from.origin_host;
  if (from.sni) into.sni = &*from.sni;
  if (from.origin_port) into.origin_port = from.origin_port;
}

}  // namespace

Flow change_settings(Request& request) {
  if (request.rules == nullptr) return Flow::kContinue;
  RuleState& state = *request.rules;
  state.run(rules::Phase::kConfigSettings, [&](const rules::Ruleset&, const CompiledRule& rule) {
    if (const auto* config = std::get_if<rules::SetConfig>(&rule.rule().act)) merge(state.config, *config);
    return true;
  });
  return Flow::kContinue;
}

Flow choose_origin(Request& request) {
  if (request.rules == nullptr) return Flow::kContinue;
  RuleState& state = *request.rules;
  state.run(rules::Phase::kRequestOrigin, [&](const rules::Ruleset&, const CompiledRule& rule) {
    if (const auto* route = std::get_if<rules::Route>(&rule.rule().act)) merge(state.route, *route);
    return true;
  });
  return Flow::kContinue;
}

Flow choose_cache_settings(Request& request) {
  if (request.rules == nullptr) return Flow::kContinue;
  RuleState& state = *request.rules;
  state.run(rules::Phase::kRequestCacheSettings, [&](const rules::Ruleset&, const CompiledRule& rule) {
    if (const auto* settings = std::get_if<rules::SetCacheSettings>(&rule.rule().act)) {
      if (!state.cache) state.cache.emplace();
      merge(*state.cache, *settings);
    }
    return true;
  });
  return Flow::kContinue;
}

Flow choose_log_fields(Request& request) {
  if (request.rules == nullptr || !request.rules->has(rules::Phase::kLogCustomFields)) return Flow::kContinue;
  RuleState& state = *request.rules;
  Arena& arena = request.head.arena;
  auto& fields = request.exchange.custom_fields;
  const auto add = [&](http::CustomField::Group group, std::string_view name, rules::Value values, bool all) {
    if (values.kind() != rules::Value::Kind::kArray || fields.size() >= http::Exchange::kMaxCustomFields)
      return;
    for (const rules::Value& value : values.elements()) {
      fields.push_back({group, name, arena.copy(value.bytes())});
      if (!all) return;
    }
  };
  using Group = http::CustomField::Group;
  state.run(rules::Phase::kLogCustomFields, [&](const rules::Ruleset&, const CompiledRule& rule) {
    const auto* wanted = std::get_if<rules::LogCustomField>(&rule.rule().act);
    if (wanted == nullptr) return true;
    const auto header = [&](rules::FieldId field, const std::string& name) {
      return rules::look_up(state.facts.get(field), name);
    };
    for (const std::string& name : wanted->request_fields)
      add(Group::kRequest, name, header(rules::FieldId::kRawHttpRequestHeaders, name), false);
    for (const std::string& name : wanted->transformed_request_fields)
      add(Group::kRequest, name, header(rules::FieldId::kHttpRequestHeaders, name), false);
    for (const auto& response : wanted->response_fields)
      add(Group::kResponse, response.name, header(rules::FieldId::kHttpResponseHeaders, response.name),
          response.preserve_duplicates);
    for (const auto& response : wanted->raw_response_fields)
      add(Group::kResponse, response.name, header(rules::FieldId::kRawHttpResponseHeaders, response.name),
          response.preserve_duplicates);
    for (const std::string& name : wanted->cookie_fields)
      add(Group::kCookie, name, header(rules::FieldId::kHttpRequestCookies, name), false);
    return false;  // it ends its phase
  });
  return Flow::kContinue;
}

}  // namespace brink::edge
