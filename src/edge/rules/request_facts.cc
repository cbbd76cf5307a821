#include "edge/rules/request_facts.h"

#include "base/ascii.h"
#include "edge/edge_thread.h"
#include "edge/request.h"
#include "edge/rules/rule_state.h"
#include "rules/field_defaults.h"
#include "rules/request_fields.h"

#include <algorithm>

namespace brink::edge {

using rules::FieldId;
using rules::NamedText;
using rules::Value;

namespace {

// The lines of a head as the language sees them; a request's Host, which the model keeps apart, comes first.
std::span<const NamedText> lines_of(const http::Fields& fields, std::string_view authority,
                                    http::Version version, Arena& arena) {
  const std::size_t count = fields.size() + (authority.empty() ? 0 : 1);
  if (count == 0) return {};
  auto* lines = reinterpret_cast<NamedText*>(arena.allocate(count * sizeof(NamedText), alignof(NamedText)));
  std::size_t at = 0;
  if (!authority.empty())
    new (lines + at++) NamedText{version >= http::Version::kHttp2 ? "host" : "Host", authority};
  for (const http::Field& field : fields) new (lines + at++) NamedText{field.name, field.value};
  return {lines, count};
}

Value ip(const net::SocketAddress& address) {
  return address.is_unix() ? Value() : Value::of_ip(address.ip());
}

Value number(std::uint64_t value) { return Value::of_int(static_cast<std::int64_t>(value)); }

Value milliseconds(Duration duration) {
  return Value::of_int(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

}  // namespace

Value RequestFacts::read(FieldId field, Arena& arena) const {
  switch (rules::facts_of(field).readable) {
    case rules::Readable::kResponse:
    case rules::Readable::kCachedResponse:
    case rules::Readable::kErrorResponse: return read_response(field, arena);
    case rules::Readable::kBody: return read_body(field, arena);
    case rules::Readable::kAlways:
    case rules::Readable::kCharacteristic: break;
  }
  if (field <= FieldId::kRawHttpRequestUriArgsValues) return read_target(field, arena);
  if (field <= FieldId::kHttpRequestAcceptedLanguages) return read_header(field, arena);
  if (field >= FieldId::kIpSrcCountry && field <= FieldId::kIpSrcIsInEuropeanUnion)
    return read_place(field, arena);
  if (field >= FieldId::kCfTlsVersion && field <= FieldId::kCfTlsCiphersSha1) return read_tls(field, arena);
  return read_connection(field, arena);
}

Value RequestFacts::read_target(FieldId field, Arena& arena) const {
  const http::Exchange& exchange = request_.exchange;
  const RuleTarget& target = request_.rules->target;
  const auto text = [](std::string_view value) { return Value::of_bytes(value); };
  const auto full = [&](std::string_view of) {
    return text(rules::full_uri(exchange.scheme, rules::host_of(exchange.authority), of, arena));
  };
  switch (field) {
    case FieldId::kHttpRequestMethod: return text(request_.head.method_name);
    case FieldId::kHttpRequestVersion: return text(http::version_text(exchange.version));
    case FieldId::kHttpHost: return text(rules::host_of(exchange.authority));
    case FieldId::kHttpRequestFullUri: return full(target.current);
    case FieldId::kHttpRequestUri: return text(target.current);
    case FieldId::kHttpRequestUriPath: return text(rules::path_of(target.current));
    case FieldId::kHttpRequestUriPathExtension:
      return text(rules::path_extension(rules::path_of(target.current), arena));
    case FieldId::kHttpRequestUriPathBasename:
      return text(rules::path_basename(rules::path_of(target.current)));
    case FieldId::kHttpRequestUriQuery: return text(rules::query_of(target.current));
    case FieldId::kHttpRequestUriArgs: return rules::query_arguments(rules::query_of(target.current), arena);
    case FieldId::kHttpRequestUriArgsNames:
      return rules::query_argument_names(rules::query_of(target.current), arena);
    case FieldId::kHttpRequestUriArgsValues:
      return rules::query_argument_values(rules::query_of(target.current), arena);
    case FieldId::kRawHttpRequestFullUri: return full(target.received);
    case FieldId::kRawHttpRequestUri: return text(target.received);
    case FieldId::kRawHttpRequestUriPath: return text(rules::path_of(target.received));
    case FieldId::kRawHttpRequestUriPathExtension:
      return text(rules::path_extension(rules::path_of(target.received), arena));
    case FieldId::kRawHttpRequestUriQuery: return text(rules::query_of(target.received));
    case FieldId::kRawHttpRequestUriArgs:
      return rules::query_arguments(rules::query_of(target.received), arena);
    case FieldId::kRawHttpRequestUriArgsNames:
      return rules::query_argument_names(rules::query_of(target.received), arena);
    case FieldId::kRawHttpRequestUriArgsValues:
      return rules::query_argument_values(rules::query_of(target.received), arena);
    default: return rules::default_of(field);
  }
}

Value RequestFacts::read_header(FieldId field, Arena& arena) const {
  const http::Exchange& exchange = request_.exchange;
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(exchange.started_wall.time_since_epoch());
  const auto lines = [&] {
    return lines_of(request_.head.fields, exchange.authority, exchange.version, arena);
  };
  const auto first = [&](http::FieldName name) { return Value::of_bytes(request_.head.fields.value(name)); };
  const auto joined = [&](std::string_view name, std::string_view separator) {
    return rules::joined_header(lines(), name, separator, arena);
  };
  const std::optional<std::span<const NamedText>>& before = request_.rules->received_lines;
  const auto received = [&] { return before ? *before : lines(); };
  switch (field) {
    case FieldId::kHttpRequestTimestampSec: return Value::of_int(since_epoch.count() / 1000);
    case FieldId::kHttpRequestTimestampMsec: return Value::of_int(since_epoch.count() % 1000);
    case FieldId::kSsl: return Value::of_bool(exchange.connection->tls != nullptr);
    case FieldId::kHttpRequestHeaders: return rules::header_map(lines(), arena);
    case FieldId::kHttpRequestHeadersNames: return rules::header_names(lines(), arena);
    case FieldId::kHttpRequestHeadersValues: return rules::header_values(lines(), arena);
    case FieldId::kRawHttpRequestHeaders: return rules::header_map(received(), arena);
    case FieldId::kRawHttpRequestHeadersNames: return rules::header_names(received(), arena);
    case FieldId::kRawHttpRequestHeadersValues: return rules::header_values(received(), arena);
    case FieldId::kHttpCookie: return Value::of_bytes(joined("cookie", "; "));
    case FieldId::kHttpRequestCookies: return rules::cookies(joined("cookie", "; "), arena);
    case FieldId::kHttpReferer: return first(http::FieldName::kReferer);
    case FieldId::kHttpUserAgent: return first(http::FieldName::kUserAgent);
    case FieldId::kHttpXForwardedFor: return Value::of_bytes(joined("x-forwarded-for", ", "));
    case FieldId::kHttpRequestAcceptedLanguages:
      return rules::accepted_languages(joined("accept-language", ", "), arena);
    default: return rules::default_of(field);
  }
}

Value RequestFacts::read_key(FieldId field, std::string_view key, Arena& arena) const {
  switch (field) {
    case FieldId::kHttpRequestHeaders:
      return rules::header_by_key(
          lines_of(request_.head.fields, request_.exchange.authority, request_.exchange.version, arena), key,
          arena);
    case FieldId::kHttpResponseHeaders:
      if (request_.response == nullptr) return {};
      return rules::header_by_key(lines_of(request_.response->fields, "", request_.response->version, arena),
                                  key, arena);
    case FieldId::kHttpRequestUriArgs:
      return rules::query_argument(rules::query_of(request_.rules->target.current), key, arena);
    default: return look_up(read(field, arena), key);
  }
}

Value RequestFacts::read_body(FieldId field, Arena& arena) const {
  const RuleBody& body = request_.rules->body;
  const auto form = [&]() -> std::string_view {
    const bool is_form = rules::is_urlencoded_form(request_.head.fields.value(http::FieldName::kContentType));
    return is_form ? body.bytes : std::string_view();
  };
  switch (field) {
    case FieldId::kHttpRequestBodyRaw: return Value::of_bytes(body.bytes);
    case FieldId::kHttpRequestBodySize: return number(body.size);
    case FieldId::kHttpRequestBodyTruncated: return Value::of_bool(body.truncated);
    case FieldId::kHttpRequestBodyForm: return rules::query_arguments(form(), arena);
    case FieldId::kHttpRequestBodyFormNames: return rules::query_argument_names(form(), arena);
    case FieldId::kHttpRequestBodyFormValues: return rules::query_argument_values(form(), arena);
    default: return rules::default_of(field);
  }
}

Value RequestFacts::read_response(FieldId field, Arena& arena) const {
  const http::Exchange& exchange = request_.exchange;
  if (request_.response == nullptr) return {};
  const http::ResponseHead& response = *request_.response;
  const auto lines = [&] { return lines_of(response.fields, "", response.version, arena); };
  const std::optional<std::span<const NamedText>>& before = request_.rules->response_lines;
  const auto received = [&] { return before ? *before : lines(); };
  switch (field) {
    case FieldId::kHttpResponseCode: return number(response.status);
    case FieldId::kHttpResponseHeaders: return rules::header_map(lines(), arena);
    case FieldId::kHttpResponseHeadersNames: return rules::header_names(lines(), arena);
    case FieldId::kHttpResponseHeadersValues: return rules::header_values(lines(), arena);
    case FieldId::kRawHttpResponseHeaders: return rules::header_map(received(), arena);
    case FieldId::kRawHttpResponseHeadersNames: return rules::header_names(received(), arena);
    case FieldId::kRawHttpResponseHeadersValues: return rules::header_values(received(), arena);
    case FieldId::kHttpResponseContentTypeMediaType:
      return Value::of_bytes(rules::media_type(response.fields.value(http::FieldName::kContentType), arena));
    case FieldId::kCfResponseErrorType: return Value::of_bytes(request_.rules->error_type);
    case FieldId::kCfTimingsOriginTtfbMsec: return milliseconds(exchange.origin.first_byte);
    case FieldId::kCfTimingsEdgeMsec: {
      const Duration all = request_.thread.loop().now() - exchange.started;
      const Duration away = exchange.origin.wait + exchange.origin.first_byte;
      return milliseconds(std::max(Duration::zero(), all - away));
    }
    default: return rules::default_of(field);
  }
}

Value RequestFacts::read_connection(FieldId field, Arena& arena) const {
  const http::ConnectionFacts& connection = *request_.exchange.connection;
  switch (field) {
    case FieldId::kIpSrc: return Value::of_ip(request_.exchange.client_ip);
    case FieldId::kCfEdgeServerIp: return ip(connection.local);
    case FieldId::kCfEdgeServerPort: return number(connection.local.port());
    case FieldId::kCfEdgeClientPort: return number(connection.client.port());
    case FieldId::kCfEdgeClientTcp: return Value::of_bool(true);
    case FieldId::kCfEdgeL4DeliveryRate: return number(request_.rules->path().delivery_rate);
    case FieldId::kCfTimingsClientTcpRttMsec: return milliseconds(request_.rules->path().round_trip);
    case FieldId::kCfTimingsClientQuicRttMsec: return number(0);
    case FieldId::kCfRandomSeed: return Value::of_bytes(request_.rules->random_seed());
    case FieldId::kCfRayId: return Value::of_bytes(request_.exchange.ray_text());
    case FieldId::kCfColoId: return number(0);
    case FieldId::kCfUniqueVisitorId: {
      char* text = arena.allocate(net::IpAddress::kMaxText);
      return Value::of_bytes({text, request_.exchange.client_ip.write_text(text)});
    }
    case FieldId::kCfMetalId: return Value::of_bytes(request_.thread.shared().node_name);
    case FieldId::kCfBotManagementStaticResource:
      return Value::of_bool(rules::is_static_extension(
          rules::path_extension(rules::path_of(request_.rules->target.current), arena)));
    case FieldId::kCfBotManagementJa3Hash:
      return Value::of_bytes(connection.tls == nullptr ? std::string_view() : connection.tls->ja3);
    case FieldId::kCfBotManagementJa4:
      return Value::of_bytes(connection.tls == nullptr ? std::string_view() : connection.tls->ja4);
    case FieldId::kCfZoneName: return Value::of_bytes(request_.exchange.zone);
    default: return rules::default_of(field);
  }
}

}  // namespace brink::edge
