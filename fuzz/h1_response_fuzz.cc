// HTTP/1.1 responses. What must hold for any bytes: the answer does not depend on how they were cut into
// pieces, and what is accepted is written again as something that is read as the same.
#include "base/assert.h"
#include "http/field_syntax.h"
#include "http/h1/writer.h"
#include "tests/http/h1/given_head.h"

#include <cstdint>

namespace {

using namespace brink::http;      // NOLINT: a fuzz target is a leaf
using namespace brink::http::h1;  // NOLINT

constexpr HeadLimits kLimits{.header_bytes = 2048, .header_count = 16, .uri_bytes = 256};

ParsedResponse parse(std::string_view bytes, std::vector<std::size_t> sizes, Method method, bool upgrades) {
  return parse_response(bytes, std::move(sizes), method, upgrades, kLimits);
}

void check_written_again(const ParsedResponse& parsed, Method method, bool upgrades) {
  ResponseHead& head = *parsed.head;
  const Framing framing = parsed.parser->framing();
  for (const Field& field : head.fields) BRINK_ASSERT(is_token(field.name) && is_field_value(field.value));
  auto written = write_response_head(head, framing, ConnectionOption::kNone);
  BRINK_ASSERT(written.has_value());
  HeadLimits wider = kLimits;
  wider.header_bytes *= 2;
  auto again = parse_response(written->bytes(), {}, method, upgrades, wider);
  BRINK_ASSERT(again.done() && again.step.consumed == written->size());
  BRINK_ASSERT(again.head->status == head.status && again.head->upgrade == head.upgrade);
  BRINK_ASSERT(again.parser->framing() == framing);
  again.head->fields.remove(FieldName::kContentLength);
  head.fields.remove(FieldName::kContentLength);
  BRINK_ASSERT(text_of(again.head->fields) == text_of(head.fields));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Method method = (data[0] & 1) != 0 ? Method::kHead : Method::kGet;
  const bool upgrades = (data[0] & 2) != 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = bytes.empty() ? 0 : data[1] * bytes.size() / 256;

  auto whole = parse(bytes, {}, method, upgrades);
  const std::string found = summary(whole);
  for (const auto& sizes : {std::vector<std::size_t>{cut, bytes.size()}, byte_by_byte(bytes)}) {
    BRINK_ASSERT(summary(parse(bytes, sizes, method, upgrades)) == found);
  }
  if (whole.done()) check_written_again(whole, method, upgrades);
  return 0;
}
