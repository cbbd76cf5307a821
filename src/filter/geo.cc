#include "filter/geo.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>

#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fmt/format.h>

namespace brink::filter {
namespace {

using Path = const char* const*;

// The value at one of the paths that files of different makers use; not there where none has it.
template <std::size_t kPaths>
MMDB_entry_data_s value_at(MMDB_entry_s& entry, const std::array<Path, kPaths>& paths) {
  MMDB_entry_data_s data{};
  for (const Path path : paths) {
    if (MMDB_aget_value(&entry, &data, path) == MMDB_SUCCESS && data.has_data) return data;
  }
  data.has_data = false;
  return data;
}

template <std::size_t kPaths>
void read_text(MMDB_entry_s& entry, const std::array<Path, kPaths>& paths, std::string_view& text) {
  if (!text.empty()) return;
  const auto data = value_at(entry, paths);
  if (data.has_data && data.type == MMDB_DATA_TYPE_UTF8_STRING) text = {data.utf8_string, data.data_size};
}

std::uint32_t number_in(const MMDB_entry_data_s& data) {
  switch (data.type) {
    case MMDB_DATA_TYPE_UINT16: return data.uint16;
    case MMDB_DATA_TYPE_UINT32: return data.uint32;
    case MMDB_DATA_TYPE_INT32: return data.int32 < 0 ? 0 : static_cast<std::uint32_t>(data.int32);
    case MMDB_DATA_TYPE_UTF8_STRING: {  // "AS64496", "807"
      std::string_view text(data.utf8_string, data.data_size);
      if (text.starts_with("AS")) text.remove_prefix(2);
      return parse_decimal<std::uint32_t>(text).value_or(0);
    }
    default: return 0;
  }
}

double real_in(const MMDB_entry_data_s& data) {
  if (data.type == MMDB_DATA_TYPE_FLOAT) return static_cast<double>(data.float_value);
  return data.type == MMDB_DATA_TYPE_DOUBLE ? data.double_value : 0;
}

constexpr const char* kCountryIso[] = {"country", "iso_code", nullptr};
constexpr const char* kRegisteredIso[] = {"registered_country", "iso_code", nullptr};
constexpr const char* kCountryCode[] = {"country_code", nullptr};
constexpr const char* kCountry[] = {"country", nullptr};
constexpr const char* kContinentIso[] = {"continent", "code", nullptr};
constexpr const char* kContinentCode[] = {"continent_code", nullptr};
constexpr const char* kCityName[] = {"city", "names", "en", nullptr};
constexpr const char* kCity[] = {"city", nullptr};
constexpr const char* kRegionName[] = {"subdivisions", "0", "names", "en", nullptr};
constexpr const char* kRegion[] = {"region", nullptr};
constexpr const char* kRegionIso[] = {"subdivisions", "0", "iso_code", nullptr};
constexpr const char* kRegionCode[] = {"region_code", nullptr};
constexpr const char* kSecondRegionIso[] = {"subdivisions", "1", "iso_code", nullptr};
constexpr const char* kPostal[] = {"postal", "code", nullptr};
constexpr const char* kPostalCode[] = {"postal_code", nullptr};
constexpr const char* kTimeZone[] = {"location", "time_zone", nullptr};
constexpr const char* kTimeZoneAlone[] = {"timezone", nullptr};
constexpr const char* kMetro[] = {"location", "metro_code", nullptr};
constexpr const char* kLatitude[] = {"location", "latitude", nullptr};
constexpr const char* kLongitude[] = {"location", "longitude", nullptr};
constexpr const char* kAsNumber[] = {"autonomous_system_number", nullptr};
constexpr const char* kAsn[] = {"asn", nullptr};

void read_place(MMDB_entry_s& entry, Place& place) {
  read_text(entry, std::array<Path, 4>{kCountryIso, kRegisteredIso, kCountryCode, kCountry}, place.country);
  read_text(entry, std::array<Path, 2>{kContinentIso, kContinentCode}, place.continent);
  read_text(entry, std::array<Path, 2>{kCityName, kCity}, place.city);
  read_text(entry, std::array<Path, 2>{kRegionName, kRegion}, place.region);
  read_text(entry, std::array<Path, 2>{kRegionIso, kRegionCode}, place.region_code);
  read_text(entry, std::array<Path, 1>{kSecondRegionIso}, place.second_region_code);
  read_text(entry, std::array<Path, 2>{kPostal, kPostalCode}, place.postal_code);
  read_text(entry, std::array<Path, 2>{kTimeZone, kTimeZoneAlone}, place.time_zone);
  if (place.metro_code == 0) {
    const auto metro = value_at(entry, std::array<Path, 1>{kMetro});
    if (metro.has_data) place.metro_code = static_cast<std::uint16_t>(number_in(metro));
  }
  if (!place.has_position) {
    const auto latitude = value_at(entry, std::array<Path, 1>{kLatitude});
    const auto longitude = value_at(entry, std::array<Path, 1>{kLongitude});
    if (latitude.has_data && longitude.has_data) {
      place.has_position = true;
      place.latitude = real_in(latitude);
      place.longitude = real_in(longitude);
    }
  }
  if (place.as_number == 0) {
    const auto number = value_at(entry, std::array<Path, 2>{kAsNumber, kAsn});
    if (number.has_data) place.as_number = number_in(number);
  }
}

}  // namespace

struct Geo::File {
  MMDB_s database{};
  bool is_open = false;
  ~File() {
    if (is_open) MMDB_close(&database);
  }
};

Geo::Geo() = default;
Geo::~Geo() = default;

std::expected<std::shared_ptr<const Geo>, std::string> Geo::open(std::span<const std::string> files) {
  if (files.size() > kMaxFiles) return std::unexpected(fmt::format("more than {} files", kMaxFiles));
  const std::shared_ptr<Geo> geo(new Geo);
  for (const std::string& name : files) {
    auto file = std::make_unique<File>();
    const int status = MMDB_open(name.c_str(), MMDB_MODE_MMAP, &file->database);
    if (status != MMDB_SUCCESS)
      return std::unexpected(
          fmt::format("{} cannot be used as a MaxMind DB: {}", name, MMDB_strerror(status)));
    file->is_open = true;
    geo->files_.push_back(std::move(file));
  }
  return geo;
}

Place Geo::find(const net::IpAddress& address) const {
  Place place;
  sockaddr_storage storage{};
  net::SocketAddress(address, 0).to_native(storage);
  for (const auto& file : files_) {
    // A file for IPv4 alone knows nothing of IPv6, and says so by an error.
    if (file->database.metadata.ip_version == 4 && !address.is_v4()) continue;
    int status = MMDB_SUCCESS;
    auto found = MMDB_lookup_sockaddr(&file->database, reinterpret_cast<const sockaddr*>(&storage), &status);
    if (status == MMDB_SUCCESS && found.found_entry) read_place(found.entry, place);
  }
  return place;
}

bool is_in_european_union(std::string_view country) {
  static constexpr std::string_view kCountries[] = {
      "AT", "AX", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GF", "GP", "GR", "HR", "HU",
      "IE", "IT", "LT", "LU", "LV", "MF", "MQ", "MT", "NL", "PL", "PT", "RE", "RO", "SE", "SI", "SK", "YT"};
  return std::ranges::binary_search(kCountries, country);
}

}  // namespace brink::filter
