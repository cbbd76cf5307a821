#include "http/h2/wire_fields.h"

#include "base/ascii.h"

#include <charconv>
#include <new>

namespace brink::http::h2 {
namespace {

constexpr std::size_t kShortCookie = 20;  // guessable by its compressed length, RFC 7541 section 7.1.3
constexpr std::size_t kMaxDecimal = 20;

// What the message model does not hold, and what only HTTP/1.1's upgrade to WebSocket needs.
bool may_be_sent(FieldName id) {
  switch (id) {
    case FieldName::kConnection:
    case FieldName::kHost:
    case FieldName::kHttp2Settings:
    case FieldName::kKeepAlive:
    case FieldName::kProxyConnection:
    case FieldName::kTe:
    case FieldName::kTransferEncoding:
    case FieldName::kUpgrade:
    case FieldName::kSecWebSocketAccept:
    case FieldName::kSecWebSocketKey: return false;
    default: return true;
  }
}

// Secrets, which compression would betray, and values that never come twice, which would push the others out
// of the table.
bool is_never_indexed(const Field& field) {
  switch (field.id) {
    case FieldName::kAuthorization:
    case FieldName::kProxyAuthorization:
    case FieldName::kBrinkRay:
    case FieldName::kCfRay:
    case FieldName::kServerTiming: return true;
    case FieldName::kCookie:
    case FieldName::kSetCookie: return field.value.size() < kShortCookie;
    default: return false;
  }
}

bool has_capitals(std::string_view name) {
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') return true;
  }
  return false;
}

}  // namespace

void WireFields::add(FieldName id, std::string_view name, std::string_view value, bool never_indexed) {
  if (size_ < kInline) {
    new (inline_fields() + size_) WireField{id, name, value, never_indexed};
  } else {
    if (size_ == kInline) more_.assign(inline_fields(), inline_fields() + kInline);
    more_.push_back({id, name, value, never_indexed});
  }
  ++size_;
}

void WireFields::add_number(FieldName id, std::string_view name, std::uint64_t value) {
  char* text = scratch_.allocate(kMaxDecimal);
  const auto [end, error] = std::to_chars(text, text + kMaxDecimal, value);
  (void)error;  // it fits
  add(id, name, {text, static_cast<std::size_t>(end - text)});
}

void WireFields::add_all(const Fields& fields) {
  for (const Field& field : fields) {
    if (field.id != FieldName::kOther) {
      if (may_be_sent(field.id))
        add(field.id, lower_case_name(field.id), field.value, is_never_indexed(field));
      continue;
    }
    std::string_view name = field.name;
    if (has_capitals(name)) {
      char* lower = scratch_.allocate(name.size());
      for (std::size_t i = 0; i < name.size(); ++i) lower[i] = ascii_lower(name[i]);
      name = {lower, name.size()};
    }
    add(name, field.value);
  }
}

std::span<const WireField> WireFields::view() const {
  if (size_ > kInline) return more_;
  return {reinterpret_cast<const WireField*>(inline_), size_};
}

void write_response(const ResponseHead& head, std::optional<std::uint64_t> length, WireFields& out) {
  // RFC 8441 section 5: an accepted upgrade is a 200.
  const std::uint16_t status = head.status == 101 ? 200 : head.status;
  switch (status) {
    case 200: out.add(":status", "200"); break;
    case 204: out.add(":status", "204"); break;
    case 206: out.add(":status", "206"); break;
    case 304: out.add(":status", "304"); break;
    case 404: out.add(":status", "404"); break;
    default: out.add_number(FieldName::kOther, ":status", status); break;
  }
  out.add_all(head.fields);
  if (length && !head.fields.has(FieldName::kContentLength))
    out.add_number(FieldName::kContentLength, "content-length", *length);
}

void write_request(const RequestHead& head, std::optional<std::uint64_t> length, WireFields& out) {
  out.add(":method", head.upgrade.empty() ? head.method_name : "CONNECT");
  out.add(":scheme", head.scheme);
  out.add(":authority", head.authority);
  out.add(":path", head.target);
  if (!head.upgrade.empty()) out.add(":protocol", head.upgrade);
  out.add_all(head.fields);
  if (head.accepts_trailers) out.add(FieldName::kTe, "te", "trailers");
  if (head.expects_continue) out.add(FieldName::kExpect, "expect", "100-continue");
  if (length && !head.fields.has(FieldName::kContentLength))
    out.add_number(FieldName::kContentLength, "content-length", *length);
}

}  // namespace brink::http::h2
