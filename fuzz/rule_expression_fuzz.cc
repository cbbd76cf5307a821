// Expressions of rules: any text, as a filter and as a value. What parses is computed over a fixed request;
// what does not names a place that lies in the text.
#include "base/assert.h"
#include "rules/explain.h"
#include "rules/list_text.h"
#include "rules/parse.h"
#include "rules/sample_request.h"
#include "rules/walk.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace brink;
using namespace brink::rules;

namespace {

class Lists final : public ListCatalog {
 public:
  [[nodiscard]] ListPtr find(std::string_view name) const override {
    return name == "office" ? addresses_ : name == "bad_as" ? numbers_ : name == "shops" ? hosts_ : nullptr;
  }

 private:
  static ListPtr made(std::string_view name, std::string_view items) {
    return std::make_shared<const List>(read_list(name, items).value());
  }
  const ListPtr addresses_ = made("office", "192.0.2.0/24\n2001:db8::/32\n");
  const ListPtr numbers_ = made("bad_as", "64500\n");
  const ListPtr hosts_ = made("shops", "*.example.com\nexample.net\n");
};

SampleRequest sample() {
  return read_sample_request(
             "POST /a/B%20c.HTML?color=red&size=42&color=Blue&gift HTTP/1.1\r\nHost: Shop.example.com\r\n"
             "User-Agent: bot/1.0\r\nAccept: a\r\nAccept: b\r\nCookie: sid=1; th%65me=x; sid=2\r\n"
             "Content-Type: application/x-www-form-urlencoded\r\n\r\nuser=Ann&n={\"a\":[1,\"b\"]}")
      .value();
}

void check(const std::expected<ExpressionPtr, ParseError>& parsed, std::string_view text) {
  static const SampleRequest kRequest = sample();
  if (!parsed) {
    const Span span = parsed.error().span;
    BRINK_ASSERT(span.start <= trimmed(text).size() && span.length <= trimmed(text).size() - span.start);
    BRINK_ASSERT(parsed.error().text(text).ends_with(parsed.error().message + "\n"));
    return;
  }
  const SampleFacts source(kRequest);
  Arena arena;
  Facts facts(source, arena);
  const Value first = walk(*(*parsed)->root, facts);
  const Value again = walk(*(*parsed)->root, facts);
  BRINK_ASSERT(first.kind() == again.kind());
  BRINK_ASSERT(!explain(**parsed, facts).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Lists kLists;
  if (size == 0) return 0;
  // Of the phases, one that reads the request alone and one that reads all there is.
  const Phase phase = (data[0] & 1) == 0 ? Phase::kRequestFirewallCustom : Phase::kResponseHeadersTransform;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const ParseOptions options{.phase = phase, .lists = &kLists, .stored = (data[0] & 2) != 0};
  check(parse_filter(text, options), text);
  check(parse_value(text, {}, options), text);
  return 0;
}
