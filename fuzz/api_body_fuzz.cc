// Bodies of API calls: JSON, and what tokens, settings and zones make of it. The first byte says which;
// nothing may crash, and what is taken must be taken again in the form that is kept.
#include "base/assert.h"
#include "control/api/policies.h"
#include "control/api/query.h"
#include "control/api/routes.h"
#include "control/api/setting_table.h"
#include "control/api/timestamp.h"
#include "control/api/token_condition.h"
#include "control/api/zone_json.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace brink;
using namespace brink::control::api;

void read_settings(const Json& body) {
  for (const SettingRow& row : setting_rows()) {
    const auto value = parse_setting(row, body);
    if (!value) continue;
    const auto again = parse_setting(row, Json{{"value", *value}});
    BRINK_ASSERT(again.has_value() && *again == *value);
  }
}

void read_body(std::uint8_t kind, std::string_view text) {
  const auto body = parse_json(text);
  if (!body) return;
  BRINK_ASSERT(parse_json(json_text(*body), text.size() * 8 + 64).has_value());
  switch (kind) {
    case 0: (void)Policies::parse(*body); break;
    case 1: (void)TokenCondition::parse(*body); break;
    default: read_settings(*body);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 8) {
    case 3: {
      const auto query = Query::parse(text);
      if (query) (void)query->paging({});
      break;
    }
    case 4: (void)find_route("GET", text); break;
    case 5: {
      const auto name = parse_zone_name(text);
      BRINK_ASSERT(!name || parse_zone_name(*name).value() == *name);
      break;
    }
    case 6: {
      const auto time = parse_timestamp(text);
      BRINK_ASSERT(!time || parse_timestamp(timestamp(*time)) == time);
      break;
    }
    default: read_body(data[0] % 8, text);
  }
  return 0;
}
