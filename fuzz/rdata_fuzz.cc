// Record data: two bytes of type, one that says what the rest is: presentation form, wire form or a name.
#include "dns_wire/rdata.h"

#include "base/assert.h"
#include "dns_wire/name.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace brink::dns_wire;

namespace {

void check_wire(std::uint16_t type, std::string_view wire) {
  const auto text = rdata_text(type, wire);
  BRINK_ASSERT(text.has_value() == check_rdata(type, wire).has_value());
  if (!text) {
    BRINK_ASSERT(text.error().detail() <= static_cast<std::int64_t>(wire.size()));
    return;
  }
  if (text->size() > kMaxEntryBytes) return;
  const auto again = parse_rdata(type, *text, Name());
  BRINK_ASSERT(again.has_value() && *again == wire);
  const auto canonical = canonical_rdata(type, wire);
  BRINK_ASSERT(canonical.has_value() && canonical->size() == wire.size());
  BRINK_ASSERT(canonical_rdata(type, *canonical).value() == *canonical);
}

void check_name(std::string_view text) {
  const auto name = Name::parse_absolute(text);
  if (!name) {
    BRINK_ASSERT(name.error().detail() <= static_cast<std::int64_t>(text.size()));
    return;
  }
  BRINK_ASSERT(Name::read(name->wire())->wire() == name->wire());
  BRINK_ASSERT(Name::parse_absolute(name->text())->wire() == name->wire());
  BRINK_ASSERT((*name <=> name->lower()) == 0 && *name == name->lower());
  BRINK_ASSERT(name->is_within(name->parent()));
  BRINK_ASSERT(name->is_root() || name->parent() < *name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto type = static_cast<std::uint16_t>(data[0] << 8 | data[1]);
  const std::string_view rest(reinterpret_cast<const char*>(data) + 3, size - 3);
  switch (data[2] % 3) {
    case 0:
      if (const auto wire = parse_rdata(type, rest, Name())) check_wire(type, *wire);
      break;
    case 1: check_wire(type, rest); break;
    case 2: check_name(rest); break;
  }
  return 0;
}
