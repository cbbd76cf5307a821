#include "rules/field.h"

#include "rules/field_table_connection.h"
#include "rules/field_table_request.h"
#include "rules/field_table_verdicts.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace brink::rules {
namespace {

static_assert(std::size(kRequestFields) + std::size(kConnectionFields) + std::size(kVerdictFields) ==
              kFieldCount);

constexpr Field field_at(std::size_t place) {
  if (place < std::size(kRequestFields)) return kRequestFields[place];
  place -= std::size(kRequestFields);
  if (place < std::size(kConnectionFields)) return kConnectionFields[place];
  return kVerdictFields[place - std::size(kConnectionFields)];
}

constexpr auto kTable = []<std::size_t... Place>(std::index_sequence<Place...>) {
  return std::array<Field, kFieldCount>{field_at(Place)...};
}(std::make_index_sequence<kFieldCount>{});

static_assert([] {
  for (std::size_t place = 0; place < kFieldCount; ++place) {
    if (static_cast<std::size_t>(kTable[place].id) != place) return false;
  }
  return true;
}());

struct Alias {
  std::string_view name;
  FieldId field;
};
constexpr Alias kAliases[] = {
    {"cf.tls_client_ciphers_sha1", FieldId::kCfTlsCiphersSha1},
    {"ip.geoip.asnum", FieldId::kIpSrcAsnum},
    {"ip.geoip.continent", FieldId::kIpSrcContinent},
    {"ip.geoip.country", FieldId::kIpSrcCountry},
    {"ip.geoip.is_in_european_union", FieldId::kIpSrcIsInEuropeanUnion},
    {"ip.geoip.subdivision_1_iso_code", FieldId::kIpSrcSubdivision1IsoCode},
    {"ip.geoip.subdivision_2_iso_code", FieldId::kIpSrcSubdivision2IsoCode},
};

constexpr std::array<Alias, kFieldCount + std::size(kAliases)> kByName = [] {
  std::array<Alias, kFieldCount + std::size(kAliases)> names{};
  for (std::size_t place = 0; place < kFieldCount; ++place) {
    names[place] = {kTable[place].name, kTable[place].id};
  }
  std::ranges::copy(kAliases, names.begin() + kFieldCount);
  std::ranges::sort(names, {}, &Alias::name);
  return names;
}();

}  // namespace

std::span<const Field> fields() { return kTable; }

const Field& facts_of(FieldId id) { return kTable[static_cast<std::size_t>(id)]; }

const Field* find_field(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kByName, name, {}, &Alias::name);
  if (found == kByName.end() || found->name != name) return nullptr;
  return &facts_of(found->field);
}

bool readable_in(const Field& field, Phase phase) {
  switch (field.readable) {
    case Readable::kAlways: return true;
    case Readable::kBody: return facts_of(phase).reads_body;
    case Readable::kResponse: return facts_of(phase).reads_response && phase != Phase::kResponseCacheSettings;
    case Readable::kCachedResponse: return facts_of(phase).reads_response;
    case Readable::kErrorResponse:
      return phase == Phase::kCustomErrors || phase == Phase::kResponseHeadersTransform;
    case Readable::kCharacteristic: return false;
  }
  return false;
}

}  // namespace brink::rules
