// HTTP/1.1 requests. What must hold for any bytes: the answer does not depend on how they were cut into
// pieces; what is accepted is written again as something that is read as the same; a chunked body is bounded
// by what came in.
#include "base/assert.h"
#include "http/field_syntax.h"
#include "http/h1/writer.h"
#include "tests/http/h1/given_head.h"

#include <cstdint>

namespace {

using namespace brink::http;      // NOLINT: a fuzz target is a leaf
using namespace brink::http::h1;  // NOLINT

// Heads of a few hundred bytes and fields reach the limits, too.
constexpr HeadLimits kLimits{.header_bytes = 2048, .header_count = 16, .uri_bytes = 256};

void check_model(const RequestHead& head) {
  BRINK_ASSERT(is_token(head.method_name));
  BRINK_ASSERT(head.target == "*" || is_origin_form(head.target));
  BRINK_ASSERT(head.authority.empty() ? head.version == Version::kHttp10 : is_authority(head.authority));
  for (const Field& field : head.fields) {
    BRINK_ASSERT(is_token(field.name) && is_field_value(field.value));
    BRINK_ASSERT(field.id == find_field_name(field.name));
    switch (field.id) {
      case FieldName::kHost:
      case FieldName::kConnection:
      case FieldName::kKeepAlive:
      case FieldName::kProxyConnection:
      case FieldName::kTransferEncoding:
      case FieldName::kUpgrade:
      case FieldName::kTe:
      case FieldName::kHttp2Settings: BRINK_ASSERT(false); break;
      default: break;
    }
  }
}

void check_written_again(const ParsedRequest& parsed, bool secure) {
  const RequestHead& head = *parsed.head;
  const Framing framing = parsed.parser->framing();
  auto written = write_request_head(head, framing, ConnectionOption::kNone);
  BRINK_ASSERT(written.has_value());
  if (head.authority.empty())
    return;  // HTTP/1.0 without a host is HTTP/1.1 with an empty one, which is not read again
  HeadLimits wider = kLimits;
  wider.header_bytes *= 2;
  auto again = parse_request(written->bytes(), {}, wider, secure);
  BRINK_ASSERT(again.done() && again.step.consumed == written->size());
  BRINK_ASSERT(again.head->method_name == head.method_name && again.head->target == head.target);
  BRINK_ASSERT(again.head->authority == head.authority && again.head->upgrade == head.upgrade);
  BRINK_ASSERT(again.parser->framing() == framing);
  // Content-Length is written from the framing, at another place and in its shortest form.
  if (head.fields.has(FieldName::kContentLength))
    BRINK_ASSERT(content_length(again.head->fields) == framing.length);
  again.head->fields.remove(FieldName::kContentLength);
  parsed.head->fields.remove(FieldName::kContentLength);
  BRINK_ASSERT(text_of(again.head->fields) == text_of(parsed.head->fields));
}

void check_body(std::string_view bytes, std::size_t cut) {
  const auto whole = decode_chunked(bytes, {}, 512, 8);
  BRINK_ASSERT(whole.content.size() + whole.trailers.size() <= bytes.size() + 2 * whole.trailers.size());
  for (const auto& sizes : {std::vector<std::size_t>{cut, bytes.size()}, byte_by_byte(bytes)}) {
    const auto pieces = decode_chunked(bytes, sizes, 512, 8);
    BRINK_ASSERT(pieces.content == whole.content && pieces.trailers == whole.trailers);
    BRINK_ASSERT(pieces.status == whole.status && pieces.error == whole.error);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const bool secure = (data[0] & 1) != 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = bytes.empty() ? 0 : data[1] * bytes.size() / 256;

  auto whole = parse_request(bytes, {}, kLimits, secure);
  const std::string found = summary(whole);
  for (const auto& sizes : {std::vector<std::size_t>{cut, bytes.size()}, byte_by_byte(bytes)}) {
    BRINK_ASSERT(summary(parse_request(bytes, sizes, kLimits, secure)) == found);
  }
  if (whole.done()) {
    check_model(*whole.head);
    const auto framing = whole.parser->framing();
    const std::size_t consumed = whole.step.consumed;
    check_written_again(whole, secure);
    if (framing.kind == Framing::Kind::kChunked) check_body(bytes.substr(consumed), cut);
  }
  return 0;
}
