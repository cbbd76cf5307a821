#include "http/h2/head_reader.h"

#include "base/ascii.h"
#include "http/field_syntax.h"

namespace brink::http::h2 {
namespace {

constexpr std::size_t kFieldOverhead = 32;  // RFC 9113 section 6.5.2

// A field's name as HTTP/2 wants it: a token without capitals.
bool is_lower_token(std::string_view name) {
  if (!is_token(name)) return false;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') return false;
  }
  return true;
}

// RFC 9113 section 8.2.2: fields that are about a connection.
bool is_connection_specific(FieldName id) {
  switch (id) {
    case FieldName::kConnection:
    case FieldName::kKeepAlive:
    case FieldName::kProxyConnection:
    case FieldName::kTransferEncoding:
    case FieldName::kUpgrade: return true;
    default: return false;
  }
}

// The text of a name or scheme that is well-known, so that it need not be copied.
std::string_view well_known_method(Method method) {
  switch (method) {
    case Method::kGet: return "GET";
    case Method::kHead: return "HEAD";
    case Method::kPost: return "POST";
    case Method::kPut: return "PUT";
    case Method::kDelete: return "DELETE";
    case Method::kConnect: return "CONNECT";
    case Method::kOptions: return "OPTIONS";
    case Method::kTrace: return "TRACE";
    case Method::kPatch: return "PATCH";
    case Method::kOther: return {};
  }
  return {};
}

}  // namespace

bool BlockReader::count(std::string_view name, std::string_view value) {
  bytes_ += name.size() + value.size() + kFieldOverhead;
  if (bytes_ > max_bytes_) set_fault(HeadFault::kHeaderBytes);
  return fault_ == HeadFault::kNone;
}

bool BlockReader::is_regular(FieldName id, std::string_view name, std::string_view value) {
  // A well-known name may be there in capitals; then it is not the text of the table.
  const bool good_name = id == FieldName::kOther ? is_lower_token(name) : name == lower_case_name(id);
  if (good_name && is_field_value(value) && !is_connection_specific(id)) return true;
  set_fault(HeadFault::kMalformed);
  return false;
}

bool BlockReader::add(Fields& fields, FieldName id, std::string_view name, std::string_view value) {
  if (fields.size() >= max_fields_) {
    set_fault(HeadFault::kHeaderCount);
    return false;
  }
  Arena& arena = fields.arena();
  fields.add({id == FieldName::kOther ? arena.copy(name) : lower_case_name(id), arena.copy(value), id});
  return true;
}

void RequestReader::field(FieldName id, std::string_view name, std::string_view value) {
  if (!count(name, value)) return;
  if (name.starts_with(':')) {
    pseudo_field(name, value);
    return;
  }
  regular_seen_ = true;
  if (!is_regular(id, name, value)) return;
  switch (id) {
    case FieldName::kHost:
      if (!set_once(host_, value)) set_fault(HeadFault::kMalformed);
      return;
    case FieldName::kCookie: add_crumb(value); return;
    case FieldName::kTe:
      if (!equals_ignoring_case(value, "trailers")) return set_fault(HeadFault::kMalformed);
      head_.accepts_trailers = true;
      return;
    case FieldName::kExpect:
      if (equals_ignoring_case(value, "100-continue")) {
        head_.expects_continue = true;
        return;
      }
      break;
    case FieldName::kHttp2Settings:  // part of an upgrade from HTTP/1.1 that cannot have been
      return;
    case FieldName::kContentLength: {
      const auto length = parse_decimal(value);
      if (!length || content_length_) return set_fault(HeadFault::kMalformed);
      content_length_ = length;
      break;
    }
    default: break;
  }
  add(head_.fields, id, name, value);
}

HeadFault RequestReader::finish(bool end_stream) {
  head_.version = Version::kHttp2;
  if (!method_.empty()) {
    head_.method = find_method(method_);
    head_.method_name = method_;
  }
  if (!scheme_.empty()) head_.scheme = scheme_;
  if (!path_.empty()) head_.target = path_;
  head_.authority = authority_.empty() ? host_ : authority_;
  if (fault() != HeadFault::kNone) return fault();
  if (method_.empty() || scheme_.empty() || path_.empty()) {
    // Plain CONNECT has neither scheme nor path; it is no fault of form, only not served.
    const bool connect = method_ == "CONNECT" && protocol_.empty() && scheme_.empty() && path_.empty();
    set_fault(connect ? HeadFault::kPlainConnect : HeadFault::kMalformed);
    return fault();
  }
  if (!authority_.empty() && !host_.empty() && !equals_ignoring_case(authority_, host_))
    set_fault(HeadFault::kMalformed);
  if (!is_authority(head_.authority)) set_fault(HeadFault::kMalformed);
  if (path_ == "*" ? head_.method != Method::kOptions : !is_origin_form(path_))
    set_fault(HeadFault::kMalformed);
  if (head_.method == Method::kConnect || !protocol_.empty()) finish_connect(end_stream);
  if (end_stream && content_length_.value_or(0) != 0) set_fault(HeadFault::kMalformed);
  join_crumbs();
  return fault();
}

void RequestReader::pseudo_field(std::string_view name, std::string_view value) {
  if (regular_seen_) return set_fault(HeadFault::kMalformed);  // section 8.3: they come first
  bool good = false;
  if (name == ":method") {
    const std::string_view known = well_known_method(find_method(value));
    if (method_.empty() && !known.empty()) {
      method_ = known;
      good = true;
    } else {
      good = is_token(value) && set_once(method_, value);
    }
  } else if (name == ":path") {
    if (value.size() > max_uri_bytes_) return set_fault(HeadFault::kUriBytes);
    good = set_once(path_, value);
  } else if (name == ":scheme") {
    if (scheme_.empty())
      scheme_ = equals_ignoring_case(value, "https")  ? "https"
                : equals_ignoring_case(value, "http") ? "http"
                                                      : "";
    else
      scheme_ = "";
    good = !scheme_.empty();
  } else if (name == ":authority") {
    good = set_once(authority_, value);
  } else if (name == ":protocol") {
    good = is_token(value) && set_once(protocol_, value);
  }
  if (!good) set_fault(HeadFault::kMalformed);
}

// Whether `place` was empty; an empty value is none.
bool RequestReader::set_once(std::string_view& place, std::string_view value) {
  if (!place.empty() || value.empty()) return false;
  place = head_.arena.copy(value);
  return true;
}

void RequestReader::add_crumb(std::string_view value) {
  auto* crumb = head_.arena.make<Crumb>(head_.arena.copy(value), nullptr);
  (last_crumb_ == nullptr ? first_crumb_ : last_crumb_->next) = crumb;
  last_crumb_ = crumb;
  crumb_bytes_ += value.size() + 2;
}

void RequestReader::join_crumbs() {
  if (first_crumb_ == nullptr) return;
  std::string_view cookie = first_crumb_->text;
  if (first_crumb_ != last_crumb_) {
    char* const start = head_.arena.allocate(crumb_bytes_);
    char* at = start;
    for (const Crumb* crumb = first_crumb_; crumb != nullptr; crumb = crumb->next) {
      if (crumb != first_crumb_) at = std::copy_n("; ", 2, at);
      at = std::copy_n(crumb->text.data(), crumb->text.size(), at);
    }
    cookie = {start, static_cast<std::size_t>(at - start)};
  }
  head_.fields.add(FieldName::kCookie, cookie);
}

// RFC 8441: a CONNECT with :protocol opens a stream of bytes; the model has it as an upgrade.
void RequestReader::finish_connect(bool end_stream) {
  if (head_.method != Method::kConnect) return set_fault(HeadFault::kMalformed);
  if (protocol_.empty())
    return set_fault(HeadFault::kMalformed);  // with scheme and path, section 8.5 forbids it
  if (end_stream || content_length_) return set_fault(HeadFault::kMalformed);
  head_.method = Method::kGet;
  head_.method_name = "GET";
  head_.upgrade = protocol_;
}

void ResponseReader::field(FieldName id, std::string_view name, std::string_view value) {
  if (!count(name, value)) return;
  if (name.starts_with(':')) {
    const auto status = parse_decimal<std::uint16_t>(value);
    if (name != ":status" || regular_seen_ || status_seen_ || value.size() != 3 || !status || *status < 100 ||
        *status > 599) {
      return set_fault(HeadFault::kMalformed);
    }
    status_seen_ = true;
    head_.status = *status;
    return;
  }
  regular_seen_ = true;
  if (!is_regular(id, name, value)) return;
  if (id == FieldName::kContentLength) {
    const auto length = parse_decimal(value);
    if (!length || content_length_) return set_fault(HeadFault::kMalformed);
    content_length_ = length;
  }
  if (id == FieldName::kTe || id == FieldName::kHttp2Settings) return;  // mean nothing in a response
  add(head_.fields, id, name, value);
}

HeadFault ResponseReader::finish() {
  // Section 8.6: 101 cannot be, for streams are not upgraded.
  if (!status_seen_ || head_.status == 101) set_fault(HeadFault::kMalformed);
  head_.version = Version::kHttp2;
  return fault();
}

void TrailersReader::field(FieldName id, std::string_view name, std::string_view value) {
  if (!count(name, value)) return;
  if (name.starts_with(':')) return set_fault(HeadFault::kMalformed);
  if (is_regular(id, name, value) && may_be_trailer(id)) add(trailers_, id, name, value);
}

}  // namespace brink::http::h2
