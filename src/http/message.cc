#include "http/message.h"

#include "base/ascii.h"

#include <array>
#include <cstring>

namespace brink::http {
namespace {

struct MethodName {
  std::string_view name;
  Method method;
};
constexpr MethodName kMethods[] = {
    {"GET", Method::kGet},         {"HEAD", Method::kHead},     {"POST", Method::kPost},
    {"PUT", Method::kPut},         {"DELETE", Method::kDelete}, {"CONNECT", Method::kConnect},
    {"OPTIONS", Method::kOptions}, {"TRACE", Method::kTrace},   {"PATCH", Method::kPatch},
};

constexpr std::size_t kFirstFields = 24;  // most requests and responses have fewer

bool is_hop_by_hop(FieldName id) {
  switch (id) {
    case FieldName::kConnection:
    case FieldName::kKeepAlive:
    case FieldName::kProxyConnection:
    case FieldName::kTransferEncoding:
    case FieldName::kUpgrade:
    case FieldName::kTe:
    case FieldName::kHttp2Settings: return true;
    default: return false;
  }
}

}  // namespace

Method find_method(std::string_view name) {
  for (const auto& known : kMethods) {
    if (known.name == name) return known.method;
  }
  return Method::kOther;
}

bool is_safe(Method method) {
  return method == Method::kGet || method == Method::kHead || method == Method::kOptions ||
         method == Method::kTrace;
}

bool is_idempotent(Method method) {
  return is_safe(method) || method == Method::kPut || method == Method::kDelete;
}

std::string_view version_text(Version version) {
  switch (version) {
    case Version::kHttp10: return "HTTP/1.0";
    case Version::kHttp11: return "HTTP/1.1";
    case Version::kHttp2: return "HTTP/2";
    case Version::kHttp3: return "HTTP/3";
  }
  return "";
}

void Fields::set(FieldName id, std::string_view value) {
  remove(id);
  add(id, value);
}

void Fields::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

std::size_t Fields::remove(FieldName id) {
  return remove_if([id](const Field& field) { return field.id == id; });
}

std::size_t Fields::remove(std::string_view name) {
  if (const FieldName id = find_field_name(name); id != FieldName::kOther) return remove(id);
  return remove_if([name](const Field& field) {
    return field.id == FieldName::kOther && equals_ignoring_case(field.name, name);
  });
}

const Field* Fields::find(FieldName id) const {
  for (const Field& field : *this) {
    if (field.id == id) return &field;
  }
  return nullptr;
}

const Field* Fields::find(std::string_view name) const {
  if (const FieldName id = find_field_name(name); id != FieldName::kOther) return find(id);
  for (const Field& field : *this) {
    if (field.id == FieldName::kOther && equals_ignoring_case(field.name, name)) return &field;
  }
  return nullptr;
}

std::string_view Fields::value(FieldName id) const {
  const Field* field = find(id);
  return field == nullptr ? std::string_view() : field->value;
}

std::string_view Fields::combined(FieldName id) {
  std::string_view joined;
  bool first = true;
  for (const Field& field : *this) {
    if (field.id != id) continue;
    joined = first ? field.value : arena_->join(joined, ", ", field.value);
    first = false;
  }
  return joined;
}

std::size_t Fields::count(FieldName id) const {
  std::size_t count = 0;
  for (const Field& field : *this) count += field.id == id ? 1 : 0;
  return count;
}

void Fields::grow() {
  const std::size_t capacity = capacity_ == 0 ? kFirstFields : capacity_ * 2;
  auto* data = reinterpret_cast<Field*>(arena_->allocate(capacity * sizeof(Field), alignof(Field)));
  if (size_ > 0) std::memcpy(static_cast<void*>(data), data_, size_ * sizeof(Field));
  data_ = data;
  capacity_ = capacity;
}

std::string_view RequestHead::host() const {
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    return end == std::string_view::npos ? authority : authority.substr(0, end + 1);
  }
  return authority.substr(0, authority.find(':'));
}

std::string_view reason_phrase(std::uint16_t status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 103: return "Early Hints";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 203: return "Non-Authoritative Information";
    case 204: return "No Content";
    case 205: return "Reset Content";
    case 206: return "Partial Content";
    case 300: return "Multiple Choices";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 407: return "Proxy Authentication Required";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 425: return "Too Early";
    case 426: return "Upgrade Required";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 451: return "Unavailable For Legal Reasons";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 508: return "Loop Detected";
    case 520: return "Web Server Returned an Unknown Error";
    case 521: return "Web Server Is Down";
    case 522: return "Connection Timed Out";
    case 523: return "Origin Is Unreachable";
    case 524: return "A Timeout Occurred";
    case 525: return "SSL Handshake Failed";
    case 526: return "Invalid SSL Certificate";
    default: return {};
  }
}

bool has_no_content(Method method, std::uint16_t status) {
  return method == Method::kHead || status < 200 || status == 204 || status == 304;
}

std::optional<std::uint64_t> content_length(const Fields& fields) {
  const Field* field = fields.find(FieldName::kContentLength);
  return field == nullptr ? std::nullopt : parse_decimal(field->value);
}

void remove_hop_by_hop(Fields& fields) {
  // What Connection names goes first, while Connection is still there to be read.
  const std::string_view named = fields.combined(FieldName::kConnection);
  if (!named.empty()) {
    for_each_list_element(named, [&](std::string_view name) {
      // Content-Length, Host and the like frame or route the message: no peer may have them removed.
      const FieldName id = find_field_name(name);
      if (id != FieldName::kContentLength && id != FieldName::kHost) fields.remove(name);
      return true;
    });
  }
  fields.remove_if([](const Field& field) { return is_hop_by_hop(field.id); });
}

}  // namespace brink::http
