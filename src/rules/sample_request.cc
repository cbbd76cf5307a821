#include "rules/sample_request.h"

#include "base/ascii.h"
#include "rules/field_defaults.h"

#include <fmt/format.h>

namespace brink::rules {
namespace {

constexpr std::int64_t kMillisecondsOfSecond = 1000;
constexpr std::string_view kRandomSeed = "0123456789abcdef";
constexpr std::int64_t kHttpPort = 80;
constexpr std::int64_t kHttpsPort = 443;

// The next line, without its end; moves `text` behind it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::vector<NamedText> views_of(const SampleRequest::Lines& lines) {
  std::vector<NamedText> views;
  views.reserve(lines.size());
  for (const auto& [name, value] : lines) views.push_back({name, value});
  return views;
}

bool read_request_line(std::string_view line, SampleRequest& sample) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || first == 0) return false;
  sample.method = line.substr(0, first);
  sample.target = line.substr(first + 1, last - first - 1);
  sample.version = line.substr(last + 1);
  return sample.target.starts_with('/') && sample.version.starts_with("HTTP/");
}

}  // namespace

std::expected<SampleRequest, std::string> read_sample_request(std::string_view text) {
  SampleRequest sample;
  if (!read_request_line(take_line(text), sample))
    return std::unexpected("line 1: expected a request line, as GET /path HTTP/1.1");
  for (std::size_t number = 2; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0)
      return std::unexpected(fmt::format("line {}: expected a header, as name: value", number));
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim_ows(line.substr(colon + 1));
    if (equals_ignoring_case(name, "host")) sample.host = host_of(value);
    sample.headers.emplace_back(name, value);
  }
  sample.body = text;
  return sample;
}

SampleFacts::SampleFacts(const SampleRequest& sample)
    : sample_(sample),
      received_target_(sample.received_target.empty() ? sample.target : sample.received_target),
      lines_(views_of(sample.headers)),
      response_lines_(views_of(sample.response_headers)) {}

Value SampleFacts::read(FieldId field, Arena& arena) const {
  if (field <= FieldId::kSsl) return read_request(field, arena);
  if (field <= FieldId::kHttpRequestAcceptedLanguages) return read_headers(field, arena);
  if (field <= FieldId::kHttpRequestBodyMultipartContentTransferEncodings) return read_body(field, arena);
  return read_other(field, arena);
}

Value SampleFacts::read_request(FieldId field, Arena& arena) const {
  const std::string_view scheme = sample_.https ? "https" : "http";
  const std::string_view path = path_of(sample_.target);
  const std::string_view query = query_of(sample_.target);
  const std::string_view raw_path = path_of(received_target_);
  const std::string_view raw_query = query_of(received_target_);
  switch (field) {
    case FieldId::kHttpRequestMethod: return Value::of_bytes(sample_.method);
    case FieldId::kHttpRequestVersion: return Value::of_bytes(sample_.version);
    case FieldId::kHttpHost: return Value::of_bytes(sample_.host);
    case FieldId::kHttpRequestFullUri:
      return Value::of_bytes(full_uri(scheme, sample_.host, sample_.target, arena));
    case FieldId::kHttpRequestUri: return Value::of_bytes(sample_.target);
    case FieldId::kHttpRequestUriPath: return Value::of_bytes(path);
    case FieldId::kHttpRequestUriPathExtension: return Value::of_bytes(path_extension(path, arena));
    case FieldId::kHttpRequestUriPathBasename: return Value::of_bytes(path_basename(path));
    case FieldId::kHttpRequestUriQuery: return Value::of_bytes(query);
    case FieldId::kHttpRequestUriArgs: return query_arguments(query, arena);
    case FieldId::kHttpRequestUriArgsNames: return query_argument_names(query, arena);
    case FieldId::kHttpRequestUriArgsValues: return query_argument_values(query, arena);
    case FieldId::kRawHttpRequestFullUri:
      return Value::of_bytes(full_uri(scheme, sample_.host, received_target_, arena));
    case FieldId::kRawHttpRequestUri: return Value::of_bytes(received_target_);
    case FieldId::kRawHttpRequestUriPath: return Value::of_bytes(raw_path);
    case FieldId::kRawHttpRequestUriPathExtension: return Value::of_bytes(path_extension(raw_path, arena));
    case FieldId::kRawHttpRequestUriQuery: return Value::of_bytes(raw_query);
    case FieldId::kRawHttpRequestUriArgs: return query_arguments(raw_query, arena);
    case FieldId::kRawHttpRequestUriArgsNames: return query_argument_names(raw_query, arena);
    case FieldId::kRawHttpRequestUriArgsValues: return query_argument_values(raw_query, arena);
    case FieldId::kHttpRequestTimestampSec: return Value::of_int(sample_.arrived_ms / kMillisecondsOfSecond);
    case FieldId::kHttpRequestTimestampMsec: return Value::of_int(sample_.arrived_ms % kMillisecondsOfSecond);
    case FieldId::kSsl: return Value::of_bool(sample_.https);
    default: return default_of(field);
  }
}

Value SampleFacts::read_headers(FieldId field, Arena& arena) const {
  const auto cookie_header = [&] { return joined_header(lines_, "cookie", "; ", arena); };
  switch (field) {
    case FieldId::kHttpRequestHeaders:
    case FieldId::kRawHttpRequestHeaders: return header_map(lines_, arena);
    case FieldId::kHttpRequestHeadersNames:
    case FieldId::kRawHttpRequestHeadersNames: return header_names(lines_, arena);
    case FieldId::kHttpRequestHeadersValues:
    case FieldId::kRawHttpRequestHeadersValues: return header_values(lines_, arena);
    case FieldId::kHttpCookie: return Value::of_bytes(cookie_header());
    case FieldId::kHttpRequestCookies: return cookies(cookie_header(), arena);
    case FieldId::kHttpReferer: return Value::of_bytes(first_header(lines_, "referer"));
    case FieldId::kHttpUserAgent: return Value::of_bytes(first_header(lines_, "user-agent"));
    case FieldId::kHttpXForwardedFor:
      return Value::of_bytes(joined_header(lines_, "x-forwarded-for", ", ", arena));
    case FieldId::kHttpRequestAcceptedLanguages:
      return accepted_languages(joined_header(lines_, "accept-language", ", ", arena), arena);
    default: return default_of(field);
  }
}

Value SampleFacts::read_body(FieldId field, Arena& arena) const {
  const std::string_view form = is_urlencoded_form(first_header(lines_, "content-type"))
                                    ? std::string_view(sample_.body)
                                    : std::string_view();
  switch (field) {
    case FieldId::kHttpRequestBodyRaw: return Value::of_bytes(sample_.body);
    case FieldId::kHttpRequestBodySize: return Value::of_int(static_cast<std::int64_t>(sample_.body.size()));
    case FieldId::kHttpRequestBodyForm: return query_arguments(form, arena);
    case FieldId::kHttpRequestBodyFormNames: return query_argument_names(form, arena);
    case FieldId::kHttpRequestBodyFormValues: return query_argument_values(form, arena);
    default: return default_of(field);
  }
}

Value SampleFacts::read_other(FieldId field, Arena& arena) const {
  switch (field) {
    case FieldId::kIpSrc: return Value::of_ip(sample_.client);
    case FieldId::kCfEdgeServerPort: return Value::of_int(sample_.https ? kHttpsPort : kHttpPort);
    case FieldId::kCfEdgeClientTcp: return Value::of_bool(sample_.version != "HTTP/3");
    case FieldId::kCfRandomSeed: return Value::of_bytes(kRandomSeed);
    case FieldId::kIpSrcCountry: return Value::of_bytes(sample_.country);
    case FieldId::kIpSrcContinent: return Value::of_bytes(sample_.continent);
    case FieldId::kIpSrcAsnum: return Value::of_int(sample_.asn);
    case FieldId::kIpSrcIsInEuropeanUnion: return Value::of_bool(sample_.in_european_union);
    case FieldId::kCfBotManagementStaticResource:
      return Value::of_bool(is_static_extension(path_extension(path_of(sample_.target), arena)));
    case FieldId::kHttpResponseCode: return Value::of_int(sample_.status);
    case FieldId::kHttpResponseHeaders:
    case FieldId::kRawHttpResponseHeaders: return header_map(response_lines_, arena);
    case FieldId::kHttpResponseHeadersNames:
    case FieldId::kRawHttpResponseHeadersNames: return header_names(response_lines_, arena);
    case FieldId::kHttpResponseHeadersValues:
    case FieldId::kRawHttpResponseHeadersValues: return header_values(response_lines_, arena);
    case FieldId::kHttpResponseContentTypeMediaType:
      return Value::of_bytes(media_type(first_header(response_lines_, "content-type"), arena));
    case FieldId::kCfZoneName: return Value::of_bytes(sample_.zone.empty() ? sample_.host : sample_.zone);
    default: return default_of(field);
  }
}

}  // namespace brink::rules
