#include "http/exchange_fields.h"

#include <fmt/format.h>

namespace brink::http {
namespace {

FactValue text(std::string_view value) { return value; }
FactValue number(std::uint64_t value) { return static_cast<std::int64_t>(value); }
FactValue milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// "TLSv1.3" and the like for a connection over TLS, "none" for plain text, as Logpush has it.
FactValue tls_text(const Exchange& exchange, std::string_view (*read)(const tls::Facts&),
                   std::string_view without) {
  const tls::Facts* facts = exchange.connection->tls;
  return facts == nullptr ? without : read(*facts);
}

FactValue request_field(const Exchange& exchange, FieldName name) {
  const Field* field = exchange.request->fields.find(name);
  return field == nullptr ? FactValue() : FactValue(field->value);
}

FactValue wall_time(const Exchange& exchange, TimePoint when) {
  if (when == TimePoint()) return {};
  return exchange.started_wall +
         std::chrono::duration_cast<std::chrono::system_clock::duration>(when - exchange.started);
}

FactValue origin_fact(const Exchange& exchange, FactValue value) {
  return exchange.origin.attempts == 0 ? FactValue() : value;
}

const RuleMatch* last_security_match(const Exchange& exchange) {
  for (auto match = exchange.rule_matches.rbegin(); match != exchange.rule_matches.rend(); ++match) {
    if (!match->source.empty()) return &*match;
  }
  return nullptr;
}

FactValue column(const Exchange& exchange, std::string_view RuleMatch::* member, bool security_only) {
  const bool any = security_only ? last_security_match(exchange) != nullptr : !exchange.rule_matches.empty();
  return any ? FactValue(RuleColumn{exchange.rule_matches, member, security_only}) : FactValue();
}

FactValue custom(const Exchange& exchange, CustomField::Group group) {
  for (const CustomField& field : exchange.custom_fields) {
    if (field.group == group) return CustomFieldGroup{exchange.custom_fields, group};
  }
  return {};
}

using E = const Exchange&;

constexpr ExchangeField kFields[] = {
    {"cf.ray_id", "RayID", "the id of this request, also in the response as CF-Ray and Brink-Ray",
     [](E e) { return text(e.ray_text()); }},
    {"", "EdgeStartTimestamp", "when the request's first byte was there",
     [](E e) { return FactValue(e.started_wall); }},
    {"", "EdgeEndTimestamp", "when the response's last byte had been given to the kernel",
     [](E e) { return wall_time(e, e.ended); }},
    {"", "ZoneName", "the zone that answered; empty where no zone has the host name",
     [](E e) { return text(e.zone); }},
    {"ip.src", "ClientIP", "the visitor's address, as trusted proxies say",
     [](E e) { return FactValue(e.client_ip); }},
    {"cf.edge.client_port", "ClientSrcPort", "the visitor's port",
     [](E e) { return number(e.connection->client.port()); }},
    {"cf.edge.server_ip", "EdgeServerIP", "the address the visitor connected to",
     [](E e) { return e.connection->local.is_unix() ? FactValue() : FactValue(e.connection->local.ip()); }},
    {"cf.edge.server_port", "EdgeServerPort", "the port the visitor connected to",
     [](E e) { return number(e.connection->local.port()); }},
    {"http.request.method", "ClientRequestMethod", "the method",
     [](E e) { return text(e.request->method_name); }},
    {"", "ClientRequestScheme", "http or https", [](E e) { return text(e.scheme); }},
    {"http.host", "ClientRequestHost", "host and port as the visitor named them",
     [](E e) { return text(e.authority); }},
    {"http.request.uri", "ClientRequestURI", "path and query as received",
     [](E e) { return text(e.target); }},
    {"http.request.uri.path", "ClientRequestPath", "the path alone", [](E e) { return text(e.path()); }},
    {"http.request.uri.query", "", "the query without its question mark",
     [](E e) { return text(e.query()); }},
    {"http.request.version", "ClientRequestProtocol", "HTTP/1.0, HTTP/1.1, HTTP/2",
     [](E e) { return text(version_text(e.version)); }},
    {"http.user_agent", "ClientRequestUserAgent", "the User-Agent field",
     [](E e) { return request_field(e, FieldName::kUserAgent); }},
    {"http.referer", "ClientRequestReferer", "the Referer field",
     [](E e) { return request_field(e, FieldName::kReferer); }},
    {"", "ClientXRequestedWith", "the X-Requested-With field",
     [](E e) { return request_field(e, FieldName::kXRequestedWith); }},
    {"", "ClientRequestBytes", "bytes of the request's head and content",
     [](E e) { return number(e.request_head_bytes + e.request_body_bytes); }},
    {"ssl", "", "whether the visitor came over TLS",
     [](E e) { return FactValue(e.connection->tls != nullptr); }},
    {"cf.tls_version", "ClientSSLProtocol", "TLSv1.2, TLSv1.3, or none",
     [](E e) {
       return tls_text(e, [](const tls::Facts& f) { return std::string_view(f.version_name()); }, "none");
     }},
    {"cf.tls_cipher", "ClientSSLCipher", "the cipher suite, or NONE",
     [](E e) { return tls_text(e, [](const tls::Facts& f) { return std::string_view(f.cipher); }, "NONE"); }},
    {"", "ClientTLSServerName", "the name asked for by SNI",
     [](E e) {
       return tls_text(e, [](const tls::Facts& f) { return std::string_view(f.server_name); }, "");
     }},
    {"", "ClientTLSResumed", "whether the TLS session was resumed",
     [](E e) { return e.connection->tls == nullptr ? FactValue() : FactValue(e.connection->tls->resumed); }},
    {"cf.bot_management.ja3_hash", "JA3Hash", "the JA3 fingerprint of the visitor's ClientHello",
     [](E e) { return tls_text(e, [](const tls::Facts& f) { return std::string_view(f.ja3); }, ""); }},
    {"cf.bot_management.ja4", "JA4", "the JA4 fingerprint of the visitor's ClientHello",
     [](E e) { return tls_text(e, [](const tls::Facts& f) { return std::string_view(f.ja4); }, ""); }},
    {"http.response.code", "EdgeResponseStatus", "the status sent to the visitor",
     [](E e) { return e.status == 0 ? FactValue() : number(e.status); }},
    {"", "EdgeResponseBytes", "bytes of the response's head and content",
     [](E e) { return number(e.response_head_bytes + e.response_body_bytes); }},
    {"", "EdgeResponseBodyBytes", "bytes of the response's content",
     [](E e) { return number(e.response_body_bytes); }},
    {"http.response.content_type.media_type", "EdgeResponseContentType", "the response's media type",
     [](E e) { return text(e.response_content_type.substr(0, e.response_content_type.find(';'))); }},
    {"", "EdgeResponseComplete", "whether the whole response went out",
     [](E e) { return FactValue(e.response_complete); }},
    {"", "EdgeTimeToFirstByteMs", "milliseconds from the request's first byte to the response's head",
     [](E e) {
       return e.response_started == TimePoint() ? FactValue() : milliseconds(e.response_started - e.started);
     }},
    {"", "CacheCacheStatus", "what the cache did", [](E e) { return text(e.cache_status); }},
    {"", "OriginName", "the origin asked, as configured",
     [](E e) { return origin_fact(e, text(e.origin.name)); }},
    {"", "OriginIP", "the address of the origin",
     [](E e) {
       const auto& address = e.origin.address;
       return origin_fact(
           e, address.is_unix() ? FactValue(std::string_view(address.path())) : FactValue(address.ip()));
     }},
    {"", "OriginResponseStatus", "the status the origin sent; 0 where none came",
     [](E e) { return origin_fact(e, number(e.origin.status)); }},
    {"", "OriginConnectionReused", "whether a kept connection was used",
     [](E e) { return origin_fact(e, FactValue(e.origin.reused)); }},
    {"", "OriginAttempts", "connections tried for this request",
     [](E e) { return origin_fact(e, number(e.origin.attempts)); }},
    {"", "OriginTCPHandshakeDurationMs", "milliseconds to connect",
     [](E e) { return origin_fact(e, milliseconds(e.origin.connect)); }},
    {"", "OriginTLSHandshakeDurationMs", "milliseconds of the TLS handshake with the origin",
     [](E e) { return origin_fact(e, milliseconds(e.origin.tls)); }},
    {"", "OriginResponseHeaderReceiveDurationMs",
     "milliseconds from the request being sent to the response's head",
     [](E e) { return origin_fact(e, milliseconds(e.origin.first_byte)); }},
    {"", "OriginResponseBytes", "bytes of content received from the origin",
     [](E e) { return origin_fact(e, number(e.origin.response_bytes)); }},
    {"", "SecurityAction", "what the last security rule that matched did",
     [](E e) {
       const RuleMatch* match = last_security_match(e);
       return match == nullptr ? FactValue() : text(match->action);
     }},
    {"", "SecurityRuleID", "the id of that rule",
     [](E e) {
       const RuleMatch* match = last_security_match(e);
       return match == nullptr ? FactValue() : text(match->rule);
     }},
    {"", "SecurityRuleDescription", "its description, the first 128 bytes",
     [](E e) {
       const RuleMatch* match = last_security_match(e);
       return match == nullptr ? FactValue() : text(match->description.substr(0, 128));
     }},
    {"", "SecurityActions", "what each security rule that matched did, in order",
     [](E e) { return column(e, &RuleMatch::action, true); }},
    {"", "SecurityRuleIDs", "the ids of these rules", [](E e) { return column(e, &RuleMatch::rule, true); }},
    {"", "SecuritySources", "the products of these rules, as firewallCustom",
     [](E e) { return column(e, &RuleMatch::source, true); }},
    {"", "MatchedRuleIDs", "the ids of all rules that matched, whatever their phase, in order",
     [](E e) { return column(e, &RuleMatch::rule, false); }},
    {"", "MatchedRulePhases", "the phases of these rules",
     [](E e) { return column(e, &RuleMatch::phase, false); }},
    {"", "RequestHeaders", "fields of the request that rules of http_log_custom_fields name",
     [](E e) { return custom(e, CustomField::Group::kRequest); }},
    {"", "ResponseHeaders", "fields of the response, likewise",
     [](E e) { return custom(e, CustomField::Group::kResponse); }},
    {"", "Cookies", "cookies, likewise", [](E e) { return custom(e, CustomField::Group::kCookie); }},
    {"", "RefusedBecause", "what was wrong with a request that could not be read and was refused",
     [](E e) { return e.refused_because.empty() ? FactValue() : text(e.refused_because); }},
    {"", "ProxyError", "RFC 9209 error type where Brink could not get an answer",
     [](E e) { return e.proxy_error.empty() ? FactValue() : text(e.proxy_error); }},
};

}  // namespace

std::span<const ExchangeField> exchange_fields() { return kFields; }

const ExchangeField* find_rules_field(std::string_view rules_name) {
  for (const ExchangeField& field : kFields) {
    if (!field.rules_name.empty() && field.rules_name == rules_name) return &field;
  }
  return nullptr;
}

std::string exchange_fields_documentation() {
  std::string page =
      "# The access log\n\n"
      "One JSON object a line, a line a request, written when the request has ended. Names are those of "
      "Cloudflare's\n"
      "Logpush data set `http_requests` where it has the fact. A fact that is not known is left out.\n"
      "Times are RFC 3339 in UTC. Where it goes: `[log]` in [configuration.md](configuration.md).\n\n"
      "| in the log | in the Rules language | what it is |\n|---|---|---|\n";
  const auto code = [](std::string_view name) {
    return name.empty() ? std::string() : fmt::format("`{}`", name);
  };
  for (const ExchangeField& field : kFields) {
    page += fmt::format("| {} | {} | {} |\n", code(field.log_name), code(field.rules_name), field.meaning);
  }
  return page;
}

}  // namespace brink::http
